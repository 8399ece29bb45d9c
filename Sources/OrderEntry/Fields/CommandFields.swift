import ServiceRuntime
import Shared

/// The fields of a command, of which each is its own or refused.
struct CommandFields {
    private let fields: Fields

    /// Names that every command may carry.
    static let common: Set<String> = [
        "v", "command", "request_id", "user_type", "user_id", "ttl_ms", "ts",
    ]

    /// Refuses the first field that is not of the command, or that comes twice.
    init(_ fields: Fields, own: Set<String>) throws(Refusal) {
        self.fields = fields
        var seen: Set<String> = []
        for field in fields.list {
            let known =
                own.contains(field.name) || Self.common.contains(field.name)
                || EntryField.all.contains(field.name)
            guard known else { throw Refusal(.unknownField, Self.shown(field.name)) }
            guard seen.insert(field.name).inserted else {
                throw Refusal(.invalidField, "\(field.name) is given twice")
            }
        }
    }

    /// Whether the field says something; an empty text says nothing.
    func has(_ name: String) -> Bool { fields.present(name) != nil }

    func required<Value>(
        _ name: String, _ read: (String) throws -> Value
    ) throws(Refusal) -> Value {
        guard let text = fields.present(name) else { throw Refusal(.missingField, name) }
        return try Self.read(name, text, read)
    }

    func optional<Value>(
        _ name: String, _ read: (String) throws -> Value
    ) throws(Refusal) -> Value? {
        guard let text = fields.present(name) else { return nil }
        return try Self.read(name, text, read)
    }

    private static func read<Value>(
        _ name: String, _ text: String, _ read: (String) throws -> Value
    ) throws(Refusal) -> Value {
        do {
            return try read(text)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw refusal(of: name, error)
        }
    }

    /// The refusal of a field that a reader of the domain could not read. It holds the field and
    /// the rule, never the text that came: an answer is no place for it.
    private static func refusal(of name: String, _ error: any Error) -> Refusal {
        switch error {
        case let error as NumberError: refusal(of: name, error)
        case let error as NameError: Refusal(.invalidField, "\(name) must be \(error.rule)")
        case let error as FieldError: Refusal(.invalidField, "\(name) \(error.rule)")
        case let error as KeyError: refusal(of: name, error)
        default: Refusal(.invalidField, "\(name) cannot be read")
        }
    }

    private static func refusal(of name: String, _ error: NumberError) -> Refusal {
        switch error {
        case .notANumber: Refusal(.notANumber, name)
        case .tooManyDecimals: Refusal(.tooManyDecimals, name)
        case .outOfRange, .overflow, .divisionByZero: Refusal(.outOfRange, name)
        case .empty: Refusal(.missingField, name)
        case .noRate(let currency): Refusal(.noRate, currency.text)
        }
    }

    private static func refusal(of name: String, _ error: KeyError) -> Refusal {
        switch error {
        case .malformed(_, _, let rule): Refusal(.invalidField, "\(name) must be \(rule)")
        case .brace: Refusal(.invalidField, "\(name) must not hold a brace")
        case .empty: Refusal(.missingField, name)
        case .unknownUserType: Refusal(.invalidField, "\(name) is no user type")
        }
    }

    /// A name from outside as an answer may show it.
    private static func shown(_ name: String) -> String { Escape.text(String(name.prefix(40))) }
}
