import RedisDriver
import ServiceRuntime
import Shared

/// What was expected, and what was found instead.
struct FixtureDifference: Sendable, Equatable {
    let expected: String
    let found: String
}

/// Looks up in Redis what an expectation speaks of.
struct FixtureLook {
    private let redis: RedisClient
    private let partitions: Int
    private static let depth = 10_000

    init(_ context: Context) throws {
        redis = try context.redis()
        partitions = try context.topology().partitions
    }

    /// - Parameters:
    ///   - account: of the entry before.
    ///   - order: of the entry before; nil where it names none.
    func differences(
        _ expected: FixtureExpectation, _ account: AccountID, _ order: OrderKey?
    ) throws -> [FixtureDifference] {
        let account = expected.key?.account ?? account
        var wrong = try compare(expected.portfolio, in: account.portfolio)
        if let events = expected.events {
            wrong += Self.compare(events, try self.events(of: account), "event")
        }
        for lookup in expected.lookups.list {
            let found = try redis.text(of: Keys.lookup(LifecycleID(lookup.name)))
            wrong += Self.compare(Fields([lookup]), Fields([.init(lookup.name, found ?? "")]))
        }
        guard let key = expected.key ?? order else {
            guard !expected.concernsOrder else {
                throw Failure("the entry before names no order by 'key'")
            }
            return wrong
        }
        return try wrong + differences(expected, of: key)
    }

    private func differences(
        _ expected: FixtureExpectation, of key: OrderKey
    ) throws -> [FixtureDifference] {
        let holdings = try redis.fields(of: key.account.holdings(key.order))
        var wrong: [FixtureDifference] = []
        if let state = expected.state, holdings["state"] != state.rawValue {
            wrong.append(
                FixtureDifference(
                    expected: "state \(state.rawValue)", found: holdings["state"] ?? "no order"))
        }
        wrong += Self.compare(expected.fields, holdings)
        wrong += try compare(expected.orderData, in: Keys.orderData(key.order))
        wrong += try compare(expected.triggers, in: Keys.orderTriggers(key.order))
        if let sent = expected.sent {
            let flow = try holdings.required("flow") { try Provider($0) }
            wrong += Self.compare(sent, try messages(to: flow, about: key), "message")
        }
        return wrong
    }

    /// What the account did so far, each event whole.
    func events(of account: AccountID) throws -> [Fields] {
        let lane = LaneID(events: account.partition(of: partitions), .projection)
        return try redis.entries(of: lane.stream, count: Self.depth).map(\.fields).filter {
            $0["user_type"] == account.userType.rawValue && $0["user_id"] == account.userID
        }.map { try EventEntry.event($0) }
    }

    /// What a provider that nobody serves was sent.
    private func messages(to provider: Provider, about key: OrderKey) throws -> [Fields] {
        let lane = LaneID(queue: .provider(provider), key.account.partition(of: partitions))
        return try redis.entries(of: lane.stream, count: Self.depth).map(\.fields).filter {
            $0["key"] == key.text
        }
    }

    /// How many records of an account wait to be published.
    func unpublished(of account: AccountID) throws -> Int {
        try redis.fields(of: account.outbox).list.count
    }

    private func compare(_ expected: Fields, in key: HashKey) throws -> [FixtureDifference] {
        expected.isEmpty ? [] : Self.compare(expected, try redis.fields(of: key))
    }
}

extension FixtureLook {
    /// Fields of one hash. `*` is any value, an empty text none.
    static func compare(_ expected: Fields, _ found: Fields) -> [FixtureDifference] {
        expected.list.compactMap { field in
            let value = found[field.name] ?? ""
            if field.value == value || (field.value == "*" && !value.isEmpty) { return nil }
            return FixtureDifference(
                expected: "\(field.name) \(field.value)", found: value.isEmpty ? "absent" : value)
        }
    }

    /// A list that must be as long as expected, each item by the fields that are named.
    static func compare(
        _ expected: [Fields], _ found: [Fields], _ what: String
    ) -> [FixtureDifference] {
        guard expected.count == found.count else {
            let types = found.map { $0["type"] ?? "?" }.joined(separator: ", ")
            return [
                FixtureDifference(
                    expected: "\(expected.count) \(what)s",
                    found: "\(found.count)" + (types.isEmpty ? "" : ": " + types))
            ]
        }
        return zip(expected, found).enumerated().flatMap { index, pair in
            compare(pair.0, pair.1).map { wrong in
                FixtureDifference(
                    expected: "\(what) \(index + 1): \(wrong.expected)", found: wrong.found)
            }
        }
    }
}
