/// What a command has to say, once, for people and for machines.
struct Report: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case line(String)
        case facts([JSONValue.Member])
        case table(Table, title: String?)
    }

    private var parts: [Part] = []
    private var members: [JSONValue.Member] = []
    /// What `exit` is given.
    var exitCode = ExitCode.success

    init() {}

    /// A line for people. Machines find the fact beside it, when there is one.
    mutating func line(_ text: String) { parts.append(.line(text)) }

    /// A line for people that says a fact which machines find under its name.
    mutating func line(_ text: String, _ name: String, _ value: JSONValue) {
        parts.append(.line(text))
        members.append(.init(name, value))
    }

    /// A fact for machines alone.
    mutating func fact(_ name: String, _ value: JSONValue) { members.append(.init(name, value)) }

    /// Names and values, one a line.
    mutating func facts(_ facts: [JSONValue.Member]) {
        parts.append(.facts(facts))
        members += facts
    }

    /// The same as a part of its own.
    mutating func facts(_ facts: [JSONValue.Member], under name: String) {
        parts.append(.line(name + ":"))
        parts.append(.facts(facts))
        members.append(.init(name, .object(facts)))
    }

    /// - Parameter name: the array's name in JSON.
    /// - Parameter title: a line above it, for people.
    mutating func table(_ table: Table, _ name: String, title: String? = nil) {
        parts.append(.table(table, title: title))
        members.append(.init(name, table.json))
    }

    mutating func fail() { exitCode = ExitCode.failure }

    func text(json: Bool) -> String {
        if json { return JSONValue.object(members).prettyText }
        return parts.flatMap(Self.lines).joined(separator: "\n")
    }

    private static func lines(_ part: Part) -> [String] {
        switch part {
        case .line(let text): return [text]
        case .facts(let facts):
            let width = facts.map(\.name.count).max() ?? 0
            return facts.map { fact in
                fact.name + String(repeating: " ", count: width - fact.name.count + 2)
                    + fact.value.plain
            }
        case .table(let table, let title):
            let head = title.map { [$0] } ?? []
            return head + (table.rows.isEmpty ? ["none"] : table.lines)
        }
    }
}
