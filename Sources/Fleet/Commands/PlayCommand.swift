import RedisDriver
import ServiceRuntime
import Shared
import Statements

/// `fleet play`: the client that trades a recorded statement again.
enum PlayCommand {
    static let spec = CommandSpec(
        path: ["play"], summary: "trade a recorded statement again and compare the profits",
        positionals: [Positional("statement.csv", "trade history as MT4 or MT5 exports it")],
        options: [
            Option("account", "account", "who trades it; it must exist", required: true),
            Option("rates", "rates.csv", "rates of exchange by time, timestamp,symbol,bid,ask"),
            Option("provider", "flow", "first configure the account to it: rock, or a provider"),
            Option("name", "text", "what requests call the statement (default: the file's name)"),
            CommonOptions.timeout,
        ],
        notes: [
            "In the order of the recorded times, one step after the other: the recorded price is "
                + "published as bid and ask, the position placed or closed under the request id "
                + "<name>:<row>, answer and result awaited. Balance rows are deposits and "
                + "withdrawals. Swap is not in a statement's profit and stays 0.",
            "Played again while its orders are kept (ORDER_RETENTION) it changes nothing. Exit 1 if a "
                + "profit differs or a step was refused.",
        ],
        examples: [
            "fleet play deploy/demo/data/us30_nzdcad_signal_positions.csv "
                + "--account strategy_provider:77 --rates deploy/demo/data/usdcad_rates.csv"
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let path = invocation.word(0)
        let account = try invocation.required("account") { try AccountID(tag: $0) }
        let statement: PlayedStatement
        do {
            statement = try PlayedStatement(
                StatementReader.read(Files.bytes(of: path)),
                name: invocation.option("name") ?? Files.stem(of: path))
        } catch {
            throw Failure("\(path): \(error)")
        }
        let rates = RateTimeline(try invocation.option("rates").map(ticks) ?? [])
        let client = try context.commandClient(invocation)
        var player = StatementPlayer(
            account: account, statement: statement, rates: rates, client: client,
            watch: try OrderWatch(
                context.redis(), account: account, partitions: context.topology().partitions,
                timeout: invocation.timeout()),
            market: try MarketWriter(context))
        if let flow = invocation.option("provider") { try player.configure(flow: flow) }
        let start = MonotonicTime.now()
        try player.play()
        return report(player, statement, MonotonicTime.now().since(start))
    }

    private static func ticks(of path: String) throws -> [Tick] {
        var feed = try TickFeed(path: path, bytes: Files.bytes(of: path), symbol: nil)
        return try feed.due(at: .max)
    }

    private static func report(
        _ player: StatementPlayer, _ statement: PlayedStatement, _ time: Duration
    ) -> Report {
        var report = Report()
        report.line("statement: \(statement.name)", "statement", .string(statement.name))
        report.line(
            "steps: \(statement.actions.count)", "steps", JSONValue(statement.actions.count))
        report.line(
            "milliseconds: \(time.milliseconds)", "milliseconds", JSONValue(time.milliseconds))
        var symbols = Table([.init("symbol"), .init("equal"), .init("of")])
        for (symbol, profits) in player.bySymbol {
            let equal = profits.count(where: \.isEqual)
            report.line("\(symbol) profits equal to the cent: \(equal) of \(profits.count)")
            symbols.add([.string(symbol.text), JSONValue(equal), JSONValue(profits.count)])
        }
        report.fact("profits", symbols.json)
        var differing = Table([
            .init("row", numeric: true), .init("symbol"), .init("order_id"), .init("state"),
            .init("recorded", numeric: true), .init("booked", numeric: true),
        ])
        for profit in player.profits where !profit.isEqual {
            differing.add([
                JSONValue(profit.row), .string(profit.symbol.text), JSONValue(profit.order?.text),
                JSONValue(profit.state?.rawValue), .string(profit.recorded.text),
                JSONValue(profit.booked?.text),
            ])
        }
        if !differing.rows.isEmpty {
            report.table(differing, "differing", title: "differing:")
            report.fail()
        }
        report.refusals(player.refused)
        return report
    }
}
