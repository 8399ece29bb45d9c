/// One command of the tool: its words, what may follow them, and what it does.
struct CommandSpec: Sendable {
    /// The words that name it, such as `account`, `create`.
    let path: [String]
    /// One line, for lists of commands.
    let summary: String
    var positionals: [Positional] = []
    var options: [Option] = []
    /// Paragraphs that `--help` prints below the options.
    var notes: [String] = []
    /// Whole command lines that work.
    var examples: [String] = []
    let run: @Sendable (Invocation, Context) throws -> Report

    var name: String { path.joined(separator: " ") }
}

/// A word that stands by its place.
struct Positional: Sendable {
    enum Count: Sendable {
        case one, optional
        /// One or more, up to the end.
        case many
        /// None or more, up to the end.
        case any

        var isRequired: Bool { self == .one || self == .many }
        var takesRest: Bool { self == .many || self == .any }
    }

    let name: String
    let help: String
    let count: Count

    init(_ name: String, _ help: String, count: Count = .one) {
        self.name = name
        self.help = help
        self.count = count
    }

    /// As usage lines show it.
    var usage: String {
        switch count {
        case .one: "<\(name)>"
        case .optional: "[<\(name)>]"
        case .many: "<\(name)>…"
        case .any: "[<\(name)>…]"
        }
    }
}

/// `--name value`, or a bare `--name`.
struct Option: Sendable {
    let name: String
    /// What stands for the value in help; nil for a flag that has none.
    let value: String?
    let help: String
    let isRequired: Bool
    /// The options that mean something beside it, where it stands alone but for those; nil where it
    /// goes with all. Besides them there are no positional words either.
    let alone: Set<String>?

    init(
        _ name: String, _ value: String?, _ help: String, required: Bool = false,
        aloneButFor alone: Set<String>? = nil
    ) {
        self.name = name
        self.value = value
        self.help = help
        isRequired = required
        self.alone = alone
    }

    /// As usage lines show it.
    var usage: String {
        let whole = value.map { "--\(name) <\($0)>" } ?? "--\(name)"
        return isRequired ? whole : "[\(whole)]"
    }

    /// Every command prints for machines too.
    static let json = Option("json", nil, "print JSON with stable keys")
    static let help = Option("help", nil, "print this")
}
