import RedisDriver
import Shared

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
                + "behind it, {\"expect\":{\"state\":…,\"outcome\":…,\"fields\":{…}}}.",
            "Outcomes: \(FixtureOutcome.words.joined(separator: ", ")), with :<reason> or without. "
                + "Unknown keys are errors. Exit 1 if an expectation is not met.",
        ],
        examples: ["fleet replay fixture.jsonl"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let path = invocation.word(0)
        let lines = try self.lines(of: path)
        var setup = try FixtureSetup(context)
        let probe = try FixtureProbe(context, timeout: invocation.timeout())
        var last: (entry: FixtureEntry, outcome: FixtureOutcome)?
        var table = Table([.init("line", numeric: true), .init("expected"), .init("found")])
        var met = 0
        for (number, line) in lines {
            do {
                switch line {
                case .account(let account): try setup.add(account)
                case .terms(let terms): try setup.add(terms)
                case .market(let symbol, let bid, let ask):
                    try setup.addPrice(symbol, bid: bid, ask: ask)
                case .order(let account, let fields): try setup.add(order: fields, of: account)
                case .entry(let entry): last = (entry, try probe.run(entry))
                case .expect(let expected):
                    guard let last else { throw Failure("nothing was put into a queue before") }
                    let wrong = try differences(expected, last.entry, last.outcome, context)
                    if wrong.isEmpty { met += 1 }
                    for (name, found) in wrong {
                        table.add([JSONValue(number), .string(name), .string(found)])
                    }
                }
            } catch {
                throw Failure("\(path): line \(number): \(error)")
            }
        }
        return report(met: met, table)
    }

    private static func lines(of path: String) throws -> [(number: Int, line: FixtureLine)] {
        let text = String(decoding: try Files.bytes(of: path), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        return try lines.filter { !$1.allSatisfy(\.isWhitespace) }.map { index, line in
            do {
                return (index + 1, try FixtureLine(String(line)))
            } catch {
                throw Failure("\(path): line \(index + 1): \(error)")
            }
        }
    }

    private static func differences(
        _ expected: FixtureExpectation, _ entry: FixtureEntry, _ outcome: FixtureOutcome,
        _ context: Context
    ) throws -> [(String, String)] {
        var wrong: [(String, String)] = []
        if let text = expected.outcome, !outcome.matches(text) {
            wrong.append(("outcome \(text)", "\(outcome)"))
        }
        guard let key = entry.key else {
            guard expected.state == nil, expected.fields.isEmpty else {
                throw Failure("the entry before names no order by 'key'")
            }
            return wrong
        }
        let fields = try context.redis().fields(of: key.account.holdings(key.order))
        if let state = expected.state, fields["state"] != state.rawValue {
            wrong.append(("state \(state.rawValue)", fields["state"] ?? "no order"))
        }
        for field in expected.fields.list where (fields[field.name] ?? "") != field.value {
            wrong.append(("\(field.name) \(field.value)", fields[field.name] ?? "absent"))
        }
        return wrong
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
