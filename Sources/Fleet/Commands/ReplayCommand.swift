/// `fleet replay`: a fixture of messages and what must become of them.
enum ReplayCommand {
    static let spec = CommandSpec(
        path: ["replay"],
        summary: "put a fixture's messages into queues and check what becomes of them",
        positionals: [Positional("fixture.jsonl", "JSON lines")],
        options: [CommonOptions.timeout],
        notes: [
            "For a fleet on a Redis that is thrown away: accounts and orders are written straight into "
                + "their keys. First lines set up, {\"account\":{…}}, {\"terms\":{…}}, "
                + "{\"market\":{…}}, {\"order\":{…}}; then entries, {\"queue\":\"open\",\"key\":"
                + "\"<key of the holdings>\",\"fields\":{…}}, each with what is expected of it "
                + "behind it, {\"expect\":{\"state\":…,\"outcome\":…,\"fields\":{…}}}. Entries that "
                + "follow each other go in together, and the outcome is that of each.",
            "A first line {\"about\":…} says what is shown. An order that is set up, and a command that "
                + "places one, may have a \"name\"; $name is then its id in later lines, $name.<field> "
                + "a field of its holdings. The \"age\" of a market price is in ms. {\"redrive\":"
                + "{\"reason\":…}} brings dead letters of the last entry's account back, for which "
                + "DATABASE_URL must be set.",
            "An expectation has the time-out to come true. It may name another order by \"key\". "
                + "Besides \"fields\" of the holdings it may speak of hashes: \"portfolio\", "
                + "\"order_data\", \"triggers\" (order_triggers); the value * is any, an empty one "
                + "none. \"lookups\" tells where ids lead, \"deferrals\" how often the entry was "
                + "deferred at least; \"events\" lists all of the account so far, and \"sent\" all "
                + "messages about the order to a provider that nobody serves, by some fields each.",
            "Outcomes: \(FixtureOutcome.words.joined(separator: ", ")), with :<reason> or without. "
                + "At the end dead letters must be exactly those that were expected, and outboxes "
                + "empty. Unknown keys are errors. Exit 1 if an expectation is not met.",
        ],
        examples: ["fleet replay fixture.jsonl"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let path = invocation.word(0)
        let lines = try self.lines(of: path)
        var run = try FixtureRun(context, timeout: invocation.timeout())
        var table = Table([.init("line", numeric: true), .init("expected"), .init("found")])
        for (number, line) in lines {
            do {
                for wrong in try run.take(line) { table.add(wrong, JSONValue(number)) }
            } catch {
                throw Failure("\(path): line \(number): \(error)")
            }
        }
        do {
            for wrong in try run.finish() { table.add(wrong, "end") }
        } catch {
            throw Failure("\(path): end: \(error)")
        }
        return report(met: run.met, table)
    }

    /// The lines that say something, each checked before the first is done.
    private static func lines(of path: String) throws -> [(number: Int, text: String)] {
        let text = String(decoding: try Files.bytes(of: path), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        return try lines.filter { !$1.allSatisfy(\.isWhitespace) }.map { index, line in
            do {
                _ = try FixtureLine(FixtureNames.checkable(String(line)))
                return (index + 1, String(line))
            } catch {
                throw Failure("\(path): line \(index + 1): \(error)")
            }
        }
    }

    private static func report(met: Int, _ wrong: Table) -> Report {
        var report = Report()
        report.line("expectations met: \(met)", "met", JSONValue(met))
        if wrong.rows.isEmpty {
            report.fact("unmet", .array([]))
        } else {
            report.table(wrong, "unmet", title: "not met:")
            report.fail()
        }
        return report
    }
}

extension Table {
    fileprivate mutating func add(_ wrong: FixtureDifference, _ line: JSONValue) {
        add([line, .string(wrong.expected), .string(wrong.found)])
    }
}
