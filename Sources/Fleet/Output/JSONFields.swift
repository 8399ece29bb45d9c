import Shared

extension JSONValue {
    /// Fields as an object of texts.
    init(_ fields: Fields) {
        self = .object(fields.list.map { Member($0.name, .string($0.value)) })
    }
}
