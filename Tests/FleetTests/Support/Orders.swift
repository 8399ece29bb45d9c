import RedisDriver
import Shared
import TestSupport
import Testing

/// Commands as any client puts them into the queues, and their answers as it finds them.
extension FleetUnderTest {
    /// Fields of a command but for its account and request.
    typealias Details = [(String, String)]

    static func market(
        _ side: String = "BUY", _ symbol: String = Terms.symbols[0], lots: String = "0.01"
    ) -> Details {
        [
            ("command", "place"), ("symbol", symbol), ("order_type", side),
            ("order_quantity", lots),
        ]
    }

    /// Puts commands into their queues, all in one round trip.
    func send(_ commands: [(account: AccountID, request: String, details: Details)]) throws {
        let appends = commands.map { command in
            var fields = [
                ("v", MessageVersion.current), ("request_id", command.request),
                ("user_type", command.account.userType.rawValue),
                ("user_id", command.account.userID),
            ]
            fields += command.details
            let lane = LaneID(queue: .orders, command.account.partition(of: Self.partitions))
            return append(fields, to: lane)
        }
        for reply in client.pipeline(appends) { _ = try reply.get() }
    }

    func append(_ fields: [(String, String)], to lane: LaneID) -> RedisCommand {
        var command = RedisCommand("XADD", slot: lane.slot.number, [lane.stream.text, "*"])
        for (name, value) in fields {
            command.append(name)
            command.append(value)
        }
        return command
    }

    /// The answer as it lies there now; empty while there is none.
    func answer(_ account: AccountID, _ request: String) throws -> [String: String] {
        try hash(account.orderResult(try RequestID(request)))
    }

    /// Waits for the answer.
    func awaitAnswer(
        _ account: AccountID, _ request: String, within limit: Duration = .seconds(20)
    ) throws -> [String: String] {
        var answer: [String: String] = [:]
        _ = eventually(within: limit) {
            answer = (try? self.answer(account, request)) ?? [:]
            return !answer.isEmpty
        }
        try #require(!answer.isEmpty, "no answer to \(request) of \(account); \(complaints)")
        return answer
    }

    static func houseAccounts(each count: Int) throws -> [AccountID] {
        try [
            (UserType.live, 1001), (.demo, 2001), (.strategyProvider, 3001), (.copyFollower, 4001),
        ].flatMap { type, first in
            try (0..<count).map { try AccountID(type, "\(first + $0)") }
        }
    }
}
