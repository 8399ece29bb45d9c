import PostgresDriver
import RedisDriver
import Shared

/// `fleet account show` and `list`.
enum AccountViews {
    static let show = CommandSpec(
        path: ["account", "show"], summary: "print an account: money, margins, active orders",
        positionals: [CommonOptions.account],
        examples: ["fleet account show demo:1", "fleet account show live:42 --json"],
        run: { try show($0, $1) })

    static let list = CommandSpec(
        path: ["account", "list"], summary: "list accounts, as Postgres remembers them",
        options: [
            Option("type", "user_type", "only live, demo, strategy_provider or copy_follower"),
            Option("limit", "count", "at most so many (default 100)"),
        ],
        examples: ["fleet account list --type demo"],
        run: { try list($0, $1) })

    private static func show(_ invocation: Invocation, _ context: Context) throws -> Report {
        let account = try invocation.account()
        let hashes = try context.redis().fields(of: [
            account.portfolio, account.config, account.book, account.outbox,
        ])
        let (portfolio, config, book, outbox) = (hashes[0], hashes[1], hashes[2], hashes[3])
        guard !portfolio.isEmpty else { throw Failure("account \(account) is not in Redis") }
        var report = Report()
        report.facts([.init("account", .string(account.tag))])
        report.facts(members(of: config), under: "config")
        report.facts(members(of: portfolio), under: "portfolio")
        var orders = Table([
            .init("order_id"), .init("symbol"), .init("side"), .init("state"),
            .init("lots", numeric: true), .init("price", numeric: true),
        ])
        for record in book.list.sorted(by: { $0.name < $1.name }) {
            let entry = try BookEntry(record.value)
            orders.add([
                .string(record.name), .string(entry.symbol.text), .string(entry.side.text),
                .string(entry.state.rawValue), .string(entry.quantity.text),
                .string(entry.price.text),
            ])
        }
        report.table(orders, "orders", title: "active orders:")
        let unpublished = outbox.list.count
        report.line("unpublished records: \(unpublished)", "unpublished", JSONValue(unpublished))
        return report
    }

    private static func members(of fields: Fields) -> [JSONValue.Member] {
        fields.list.sorted { $0.name < $1.name }.map { .init($0.name, .string($0.value)) }
    }

    private static func list(_ invocation: Invocation, _ context: Context) throws -> Report {
        let type = try invocation.option("type") { try UserType(text: $0) }
        let limit = try invocation.integer("limit", in: 1...1_000_000) ?? 100
        let rows = try context.database().query(
            """
            SELECT a.user_type, a.user_id, a.group_name, trim_scale(a.leverage) AS leverage,
                a.sending_orders, a.status, trim_scale(a.balance) AS balance,
                trim_scale(a.used_margin_all) AS used_margin_all, a.orders_version
            FROM accounts a WHERE $1::text IS NULL OR a.user_type = $1
            ORDER BY a.user_type, length(a.user_id), a.user_id LIMIT $2
            """,
            [.optional(type?.rawValue), .integer(Int64(limit))])
        var table = Table([
            .init("account"), .init("group"), .init("leverage", numeric: true),
            .init("sending_orders"), .init("status"), .init("balance", numeric: true),
            .init("used_margin_all", numeric: true), .init("orders_version", numeric: true),
        ])
        for row in rows {
            table.add([
                .string(try row.text("user_type") + ":" + row.text("user_id")),
                JSONValue(try row.optionalText("group_name")),
                JSONValue(try row.optionalText("leverage")),
                JSONValue(try row.optionalText("sending_orders")),
                JSONValue(try row.optionalText("status")), .string(try row.text("balance")),
                .string(try row.text("used_margin_all")),
                JSONValue(try row.int64("orders_version")),
            ])
        }
        var report = Report()
        report.table(table, "accounts")
        return report
    }
}
