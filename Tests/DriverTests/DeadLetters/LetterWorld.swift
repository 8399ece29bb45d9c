import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

@testable import Fleet

/// Accounts that have traded, with dead letters, and the operator's commands on them, in this process.
final class LetterWorld {
    let audit: AuditWorld
    let context: Context

    init() throws {
        audit = try AuditWorld()
        context = Context(
            settings: try Settings(environment: [
                "REDIS_URL": audit.base.redis.url, "DATABASE_URL": audit.base.url,
            ]))
    }

    var key: OrderKey { OrderKey(audit.account, audit.closed) }
    var position: OrderKey { OrderKey(audit.account, audit.position) }

    func lane(_ role: Role) -> LaneID {
        LaneID(queue: role, audit.account.partition(of: audit.base.partitions))
    }

    /// A letter of an order's event, marked as the loop marks it; returns its name.
    @discardableResult
    func die(
        _ role: Role, _ reason: DeadReason, _ key: OrderKey, event: String, arrival: String = "1-0"
    ) throws -> String {
        let lane = lane(role)
        if ![.parked, .accountParked].contains(reason) {
            _ = try audit.base.stores.accounts.markDead(
                key, EventID(text: event), reason, entry: EntryID(milliseconds: 4, sequence: 0))
        }
        let id = try audit.base.ask(
            "XADD", lane.dead, "*", "dead_reason", reason.rawValue, "dead_at", "5000", "dead_entry",
            "4-0", "v", "1", "key", key.text, "event_id", event, "arrival", arrival)
        return "\(lane.queueName):\(lane.partition)/\(id.string ?? "?")"
    }

    /// Runs a command and returns what it said.
    func run(_ spec: CommandSpec, _ words: String...) throws -> (text: String, isFine: Bool) {
        let report = try spec.run(Invocation(words, of: spec), context)
        return (report.text(json: false), report.exitCode == ExitCode.success)
    }

    /// The archive: letters by name, with who did what.
    func archive() throws -> [String: String] {
        var rows: [String: String] = [:]
        for row in try audit.base.postgres.query(
            """
            SELECT queue || ':' || partition || '/' || entry_id AS name, reason, action, actor, note
            FROM dead_letters
            """)
        {
            let parts = [
                try row.text("reason"), try row.optionalText("action") ?? "-",
                try row.optionalText("actor") ?? "-", try row.optionalText("note") ?? "-",
            ]
            rows[try row.text("name")] = parts.joined(separator: " ")
        }
        return rows
    }

    func fields(_ key: StreamKey) throws -> [[String: String]] {
        (try audit.base.ask("XRANGE", key, "-", "+").elements ?? []).map { entry in
            let texts = (entry.elements?[1].elements ?? []).map { $0.string ?? "?" }
            return Dictionary(
                uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map {
                    (texts[$0], texts[$0 + 1])
                })
        }
    }

    func marks(_ key: OrderKey) throws -> String? {
        try audit.base.ask("HGET", key.account.holdings(key.order), "dead").string
    }
}
