import RedisDriver
import ServiceRuntime
import Shared

/// One run of a fixture, line by line.
struct FixtureRun {
    /// What was expected, and what was found instead.
    struct Difference {
        let expected: String
        let found: String
    }

    /// What was put into a queue last.
    private struct Handled {
        let account: AccountID
        let order: OrderKey?
        let outcome: FixtureOutcome
    }

    private let redis: RedisClient
    private let timeout: Duration
    private let probe: FixtureProbe
    private var setup: FixtureSetup
    private var names = FixtureNames()
    private var last: Handled?
    /// Expectations that were met.
    private(set) var met = 0

    init(_ context: Context, timeout: Duration) throws {
        redis = try context.redis()
        self.timeout = timeout
        probe = try FixtureProbe(context, timeout: timeout)
        setup = try FixtureSetup(context)
    }

    /// Does what a line says. Returns what it expected and did not find.
    mutating func take(_ text: String) throws -> [Difference] {
        let line = try names.resolved(text) { try redis.fields(of: $0.account.holdings($0.order)) }
        switch try FixtureLine(line) {
        case .about: break
        case .account(let account): try setup.add(account)
        case .terms(let terms): try setup.add(terms)
        case .market(let symbol, let bid, let ask): try setup.addPrice(symbol, bid: bid, ask: ask)
        case .order(let account, let name, let fields):
            guard last == nil else {
                throw Failure("what an order leads to is set up before the first message")
            }
            let order = try setup.add(order: fields, of: account)
            if let name { try names.set(name, order) }
        case .entry(let entry): try put(entry)
        case .expect(let expected):
            let wrong = try check(expected)
            if wrong.isEmpty { met += 1 }
            return wrong
        }
        return []
    }

    private mutating func put(_ entry: FixtureEntry) throws {
        let outcome = try probe.run(entry)
        var order = try entry.order()
        if let name = entry.name, outcome == .accepted {
            let placed = try probe.placed(by: entry)
            try names.set(name, placed)
            order = placed
        }
        last = Handled(account: try entry.account(), order: order, outcome: outcome)
    }

    /// What follows a message by itself (a fill by the house, a message that waited for another)
    /// has the time-out to come true.
    private func check(_ expected: FixtureExpectation) throws -> [Difference] {
        guard let last else { throw Failure("nothing was put into a queue before") }
        if let text = expected.outcome, !last.outcome.matches(text) {
            return [Difference(expected: "outcome \(text)", found: "\(last.outcome)")]
        }
        let deadline = MonotonicTime.now().advanced(by: timeout)
        var wrong = try differences(expected, last)
        while !wrong.isEmpty, MonotonicTime.now() < deadline {
            Thread.rest(.milliseconds(20))
            wrong = try differences(expected, last)
        }
        return wrong
    }

    private func differences(
        _ expected: FixtureExpectation, _ last: Handled
    ) throws -> [Difference] {
        let account = expected.key?.account ?? last.account
        let portfolio =
            expected.portfolio.list.isEmpty ? Fields() : try redis.fields(of: account.portfolio)
        var wrong = Self.differences(expected.portfolio, portfolio)
        guard let key = expected.key ?? last.order else {
            guard expected.state == nil, expected.fields.isEmpty else {
                throw Failure("the entry before names no order by 'key'")
            }
            return wrong
        }
        let holdings = try redis.fields(of: key.account.holdings(key.order))
        if let state = expected.state, holdings["state"] != state.rawValue {
            wrong.append(
                Difference(
                    expected: "state \(state.rawValue)", found: holdings["state"] ?? "no order"))
        }
        return wrong + Self.differences(expected.fields, holdings)
    }

    private static func differences(_ expected: Fields, _ found: Fields) -> [Difference] {
        expected.list.compactMap { field in
            let value = found[field.name] ?? ""
            if field.value == value || (field.value == "*" && !value.isEmpty) { return nil }
            return Difference(
                expected: "\(field.name) \(field.value)", found: value.isEmpty ? "absent" : value)
        }
    }
}
