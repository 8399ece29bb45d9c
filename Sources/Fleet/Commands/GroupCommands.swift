import PostgresDriver
import RedisDriver
import Shared

/// `fleet group …`: the terms on which groups trade instruments.
enum GroupCommands {
    static let set = CommandSpec(
        path: ["group", "set"], summary: "write a group's terms of instruments",
        positionals: [
            Positional("field=value", "the terms of --group and --symbol", count: .any)
        ],
        options: [
            Option(
                "file", "terms.json", "many: {\"<group>\": {\"<symbol>\": {\"<field>\": …}}}",
                aloneButFor: []),
            Option("group", "name", "the group"), Option("symbol", "symbol", "the instrument"),
        ],
        notes: [
            "Fields: type (1 forex, 2 commodity, 3 index, 4 crypto), contract_size, profit, spread,",
            "spread_pip, commission_rate, commission_type (0 both ways, 1 entry, 2 exit),",
            "commission_value_type (0 a lot, 1 percent), crypto_margin_factor, min_lot, max_lot, "
                + "lot_step.",
            "The terms replace those before; orders that exist keep theirs. Everything is checked "
                + "before anything is written. With DATABASE_URL they are kept in Postgres too.",
        ],
        examples: [
            "fleet group set --file deploy/demo/terms.json",
            "fleet group set --group VIP --symbol US30 type=3 contract_size=1 profit=USD spread=2 "
                + "spread_pip=1 min_lot=0.1 max_lot=50 lot_step=0.1",
        ],
        run: { try set($0, $1) })

    static let show = CommandSpec(
        path: ["group", "show"], summary: "print the terms of groups",
        options: [
            Option("group", "name", "only this group"),
            Option("symbol", "symbol", "only this instrument; with --group read from Redis"),
        ],
        examples: ["fleet group show", "fleet group show --group SIGNAL --symbol US30"],
        run: { try show($0, $1) })

    private static func set(_ invocation: Invocation, _ context: Context) throws -> Report {
        let terms = try TermsInput.read(invocation)
        let redis = try context.redis()
        var report = Report()
        if context.hasDatabase {
            try keep(terms, try context.database())
        } else {
            Terminal.complain("fleet: not kept in Postgres: DATABASE_URL is not set")
        }
        for reply in redis.pipeline(terms.map(write)) { _ = try reply.get() }
        var table = Table([.init("group"), .init("symbol"), .init("half_spread", numeric: true)])
        for term in terms {
            table.add([
                .string(term.group), .string(term.symbol.text), .string(term.halfSpread.text),
            ])
        }
        report.table(table, "terms")
        return report
    }

    private static func write(_ terms: InstrumentTerms) -> RedisCommand {
        RedisCommand(
            set: terms.storedFields, in: Keys.terms(group: terms.group, terms.symbol))
    }

    private static func keep(
        _ terms: [InstrumentTerms], _ database: PostgresConnection
    ) throws {
        _ = try database.query(
            """
            INSERT INTO instruments (group_name, symbol, terms)
            SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[])
            ON CONFLICT (group_name, symbol)
            DO UPDATE SET terms = EXCLUDED.terms, updated_at = clock_timestamp()
            """,
            [
                .array(terms.map(\.group)), .array(terms.map(\.symbol.text)),
                .array(terms.map { JSONValue($0.storedFields).text }),
            ])
    }

    private static func show(_ invocation: Invocation, _ context: Context) throws -> Report {
        let group = try invocation.option("group", TermsInput.groupName)
        let symbol = try invocation.option("symbol") { try Symbol($0) }
        var report = Report()
        if let group, let symbol {
            let fields = try context.redis().fields(of: Keys.terms(group: group, symbol))
            guard !fields.isEmpty else { throw Failure("group \(group) has no terms of \(symbol)") }
            report.facts(fields.list.map { .init($0.name, .string($0.value)) })
            return report
        }
        let rows = try context.database().query(
            """
            SELECT group_name, symbol, terms::text AS terms FROM instruments
            WHERE ($1::text IS NULL OR group_name = $1) AND ($2::text IS NULL OR symbol = $2)
            ORDER BY group_name, symbol
            """,
            [.optional(group), .optional(symbol?.text)])
        var table = Table([.init("group"), .init("symbol"), .init("terms")])
        for row in rows {
            table.add([
                .string(try row.text("group_name")), .string(try row.text("symbol")),
                try JSONParser.parse(try row.text("terms")),
            ])
        }
        report.table(table, "terms")
        return report
    }
}

extension InstrumentTerms {
    /// As `groups:{<group>}:<SYM>` holds them.
    var storedFields: Fields { Fields(fields.map { .init($0.name, $0.value) }) }
}
