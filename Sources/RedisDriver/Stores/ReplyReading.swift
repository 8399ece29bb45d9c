import ServiceRuntime
import Shared

extension Result where Success == Reply, Failure == StoreError {
    /// What a reply means. A reply of another shape, or values that the domain cannot read, are
    /// `refused`: the store holds what it should not. What another version of the fleet wrote is
    /// `unavailable`: it waits for a binary that knows it.
    func read<Value>(
        _ operation: String, _ meaning: (Reply) throws -> Value?
    ) -> Result<Value, StoreError> {
        flatMap { reply in
            do {
                if let value = try meaning(reply) { return .success(value) }
                return .failure(.refused(operation: operation, detail: "not the reply expected"))
            } catch let error as MessageError where error.deadReason == .unknownVersion {
                return .failure(.unavailable(operation: operation, detail: "\(error)"))
            } catch {
                return .failure(.refused(operation: operation, detail: "\(error)"))
            }
        }
    }
}

extension Reply {
    /// A text whose bytes that are no UTF-8 are replaced: only texts from outside have any, and
    /// what was stored stays as it is.
    var text: String? {
        switch self {
        case .text(let text), .status(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .null, .integer, .error, .array: nil
        }
    }

    /// Names and values, as hashes and stream entries are answered.
    var fields: Fields? {
        guard let elements, elements.count.isMultiple(of: 2) else { return nil }
        var list: [Fields.Field] = []
        list.reserveCapacity(elements.count / 2)
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[index].text, let value = elements[index + 1].text else {
                return nil
            }
            list.append(Fields.Field(name, value))
        }
        return Fields(list)
    }

    /// 1 and 0 as scripts answer them.
    var flag: Bool? { number.map { $0 != 0 } }
}

extension RedisCommand {
    mutating func append(_ fields: Fields) {
        for field in fields.list {
            append(field.name)
            append(field.value)
        }
    }

    /// A command on one key.
    init(_ name: StaticString, _ key: some RedisKey, _ arguments: [String] = []) {
        self.init(name, slot: key.slot.number)
        append(key.text)
        for argument in arguments { append(argument) }
    }

    /// A script on keys of one slot.
    init(_ script: Script, _ keys: any RedisKey...) {
        self.init(script, keys: keys.map(\.text), slot: keys.first?.slot.number)
    }
}
