import RedisDriver
import ServiceRuntime
import Shared

/// One run of a fixture, line by line.
struct FixtureRun {
    private let redis: RedisClient
    private let timeout: Duration
    private let probe: FixtureProbe
    private let look: FixtureLook
    private let letters: FixtureLetters
    private var setup: FixtureSetup
    private var names = FixtureNames()
    /// Entries that follow each other: they are put in together.
    private var waiting: [FixtureEntry] = []
    /// What was put into queues last, and the order that it was about.
    private var last: [FixtureProbe.Handled] = []
    private var order: OrderKey?
    /// Dead letters that were expected.
    private var foretold: Set<String> = []
    /// Expectations that were met.
    private(set) var met = 0

    init(_ context: Context, timeout: Duration) throws {
        redis = try context.redis()
        self.timeout = timeout
        probe = try FixtureProbe(context, timeout: timeout)
        look = try FixtureLook(context)
        letters = try FixtureLetters(context)
        setup = try FixtureSetup(context)
    }

    /// Does what a line says. Returns what it expected and did not find.
    mutating func take(_ text: String) throws -> [FixtureDifference] {
        if try mustWait(before: text) { try put() }
        let line = try names.resolved(text) { try redis.fields(of: $0.account.holdings($0.order)) }
        switch try FixtureLine(line) {
        case .about: break
        case .account(let account): try setup.add(account)
        case .terms(let terms): try setup.add(terms)
        case .market(let symbol, let price): try setup.addPrice(symbol, price)
        case .order(let account, let name, let fields):
            guard last.isEmpty else {
                throw Failure("what an order leads to is set up before the first message")
            }
            let order = try setup.add(order: fields, of: account)
            if let name { try names.set(name, order) }
        case .entry(let entry): waiting.append(entry)
        case .redrive(let reason): try redrive(reason)
        case .expect(let expected):
            let wrong = try check(expected)
            if wrong.isEmpty { met += 1 }
            return wrong
        }
        return []
    }

    /// What must be true at the end of every fixture: dead letters are those that were expected and no
    /// others, and no record of its accounts waits to be published.
    mutating func finish() throws -> [FixtureDifference] {
        try put()
        try probe.waitUntilQuiet()
        return try settled {
            var wrong = try letters.differences(foretold)
            for account in setup.accounts.keys.sorted() {
                let count = try look.unpublished(of: account)
                guard count > 0 else { continue }
                wrong.append(
                    FixtureDifference(
                        expected: "outbox of \(account) empty", found: "\(count) records"))
            }
            return wrong
        }
    }

    /// Entries go in together until another line comes, or one that may speak of what they place.
    private func mustWait(before text: String) throws -> Bool {
        guard case .entry = try FixtureLine(FixtureNames.checkable(text)) else { return true }
        return waiting.contains { $0.name != nil }
    }

    private mutating func put() throws {
        guard !waiting.isEmpty else { return }
        let entries = waiting
        waiting = []
        last = try probe.run(entries)
        order = nil
        for handled in last {
            order = try handled.entry.order()
            if let name = handled.entry.name, handled.outcome == .accepted {
                let placed = try probe.placed(by: handled.entry)
                try names.set(name, placed)
                order = placed
            }
        }
    }

    private mutating func redrive(_ reason: DeadReason) throws {
        guard let account = try last.last?.entry.account() else { throw Self.nothingBefore }
        let chosen = try letters.of(account, reason)
        last = try probe.watch(chosen.map { try FixtureEntry(letter: $0) }) {
            try letters.redrive(chosen)
            // Their new entries are known by their orders.
            return chosen.map { _ in "" }
        }
        foretold.subtract(chosen.map(\.name))
        order = try last.last?.entry.order()
    }

    private static let nothingBefore = Failure("nothing was put into a queue before")

    private mutating func check(_ expected: FixtureExpectation) throws -> [FixtureDifference] {
        guard let handled = last.last else { throw Self.nothingBefore }
        if let text = expected.outcome {
            let others = last.filter { !$0.outcome.matches(text) }
            guard others.isEmpty else {
                return others.map {
                    FixtureDifference(expected: "outcome \(text)", found: "\($0.outcome)")
                }
            }
            foretold.formUnion(last.compactMap(\.letter))
        }
        let (account, order) = (try handled.entry.account(), order)
        return try settled {
            var wrong = try look.differences(expected, account, order)
            if let least = expected.deferrals {
                let count = try probe.deferrals(of: handled.entry, handled.id)
                if count < least {
                    wrong.append(
                        FixtureDifference(expected: "\(least) deferrals", found: "\(count)"))
                }
            }
            return wrong
        }
    }

    /// What follows a message by itself (a fill by the house, a message that waited for another)
    /// has the time-out to come true.
    private func settled(
        _ look: () throws -> [FixtureDifference]
    ) throws -> [FixtureDifference] {
        let deadline = MonotonicTime.now().advanced(by: timeout)
        var wrong = try look()
        while !wrong.isEmpty, MonotonicTime.now() < deadline {
            Thread.rest(.milliseconds(20))
            wrong = try look()
        }
        return wrong
    }
}
