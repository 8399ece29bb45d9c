import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet order show`: one order as Redis has it, or as Postgres remembers it.
enum OrderViews {
    static let show = CommandSpec(
        path: ["order", "show"], summary: "print an order, found by any of its ids",
        positionals: [
            Positional("id", "the order id, or the id of any of its requests (CLS…, SL…, …)")
        ],
        notes: [
            "From Redis while it is kept there, else from Postgres. 'fleet trace' tells its story."
        ],
        examples: ["fleet order show 8412349871234", "fleet order show CLS8412349875555 --json"],
        run: { try show($0, $1) })

    private static func show(_ invocation: Invocation, _ context: Context) throws -> Report {
        let id = try invocation.word(0, "id") { try LifecycleID($0) }
        guard let found = try OrderFinder.find(id, context) else {
            throw Failure("nobody knows '\(id)'")
        }
        let redis = try context.redis()
        let fields = try redis.fields(of: found.account.holdings(found.order))
        var report = Report()
        if !fields.isEmpty {
            report.fact("source", "redis")
            report.facts(facts(of: fields), under: "order")
            return report
        }
        guard context.hasDatabase, let snapshot = try snapshot(found, context) else {
            throw Failure(
                "order \(found.order) of \(found.account) is neither in Redis nor Postgres")
        }
        report.line("no longer in Redis; as Postgres remembers it", "source", "postgres")
        report.facts(facts(of: snapshot), under: "order")
        return report
    }

    /// An order's fields by name, those that everybody asks for first.
    static func facts(of fields: Fields) -> [JSONValue.Member] {
        let first = [
            "order_id", "user_type", "user_id", "symbol", "order_type", "order_quantity", "state",
            "order_price", "close_price", "margin", "profit_usd", "commission_entry",
            "commission_exit", "swap", "net_profit", "close_message", "reject_reason", "flow",
        ]
        let rest = fields.list.map(\.name).filter { !first.contains($0) }.sorted()
        return (first + rest).compactMap { name in
            fields.present(name).map { .init(name, .string($0)) }
        }
    }

    private static func snapshot(_ key: OrderKey, _ context: Context) throws -> Fields? {
        let rows = try context.database().query(
            "SELECT snapshot::text AS snapshot FROM orders WHERE order_id = $1",
            [.integer(key.order.number)])
        guard let row = rows.first else { return nil }
        return try Snapshot.fields(of: try row.text("snapshot"), "order \(key.order)")
    }
}

/// From any id to its order and account.
enum OrderFinder {
    /// Redis knows ids until eight days after the order's end, Postgres for ever.
    static func find(_ id: LifecycleID, _ context: Context) throws -> OrderKey? {
        let redis = try context.redis()
        let named = try redis.text(of: Keys.lookup(id))
        if let order = named.flatMap({ try? OrderID($0) }) ?? (try? OrderID(id.text)) {
            let data = try redis.fields(of: Keys.orderData(order))
            if let type = data.present("user_type"), let user = data.present("user_id") {
                return OrderKey(try AccountID(UserType(text: type), user), order)
            }
        }
        guard context.hasDatabase else { return nil }
        return try findInPostgres(id, named, context.database())
    }

    private static func findInPostgres(
        _ id: LifecycleID, _ named: String?, _ database: PostgresConnection
    ) throws -> OrderKey? {
        let number = (try? OrderID(named ?? id.text))?.number
        let rows = try database.query(
            """
            SELECT user_type, user_id, order_id FROM orders WHERE order_id = $1
            UNION SELECT user_type, user_id, order_id FROM requests
                WHERE order_id IS NOT NULL AND (lifecycle_id = $2 OR request_id = $2)
            LIMIT 1
            """,
            [.optional(number), .text(id.text)])
        guard let row = rows.first else { return nil }
        let type = try UserType(text: try row.text("user_type"))
        return OrderKey(
            try AccountID(type, try row.text("user_id")),
            OrderID(number: try row.int64("order_id")))
    }
}
