import Glibc
import PostgresDriver

/// Who acts. What is done to money in somebody's name is kept with the name.
enum Operator {
    static let by = Option("by", "name", "who does it (default: the login name)")
    static let requiredBy = Option("by", "name", "who has verified it", required: true)

    /// 1 to 64 characters without control characters.
    static func name(_ text: String) throws -> String {
        guard (1...64).contains(text.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw Failure("must be 1 to 64 characters, none of them a control character") }
        return text
    }

    /// What somebody says of it: one line.
    static func note(_ text: String) throws -> String {
        guard (1...500).contains(text.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw Failure("must be 1 to 500 characters, none of them a control character") }
        return text
    }

    /// As the system knows whoever runs this; behind sudo, who that was.
    static func login() throws -> String {
        if let sudo = getenv("SUDO_USER").map({ String(cString: $0) }), !sudo.isEmpty {
            return sudo
        }
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
            throw Failure("the system does not know who you are: say --by <name>")
        }
        return String(cString: name)
    }
}

extension Invocation {
    func actor() throws -> DeadLetterArchive.Actor {
        DeadLetterArchive.Actor(
            name: try option("by", Operator.name) ?? Operator.login(),
            note: try option("note", Operator.note))
    }
}
