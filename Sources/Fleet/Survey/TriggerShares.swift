import RedisDriver
import Shared

/// The symbols whose triggers one process of the house fires, as that tells. A share of its own,
/// besides the partitions that the process reads.
struct TriggerShare: Sendable, Equatable {
    let member: String
    /// Whether it fires nothing, since an operator said so.
    let isPaused: Bool
    let symbols: [String]

    init(member: String, _ heartbeat: Fields) {
        self.member = member
        isPaused = heartbeat["paused"] == "1"
        symbols = (heartbeat["symbols"] ?? "").split(separator: ",").map(String.init)
    }

    /// Everybody who shares the symbols.
    static func look(_ redis: RedisClient) throws -> [TriggerShare] {
        try ProcessSurvey.heartbeats(redis, of: [TriggerKeys.members]).map {
            TriggerShare(member: $0.member, $0.beat)
        }
    }

    static func table(_ shares: [TriggerShare]) -> Table {
        var table = Table([
            .init("member"), .init("paused"), .init("count", numeric: true), .init("symbols"),
        ])
        for share in shares {
            table.add([
                .string(share.member), .bool(share.isPaused), JSONValue(share.symbols.count),
                .string(share.symbols.joined(separator: ",")),
            ])
        }
        return table
    }
}
