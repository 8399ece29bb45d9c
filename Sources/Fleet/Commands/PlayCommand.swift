import RedisDriver
import ServiceRuntime
import Shared
import Statements

/// `fleet play`: the client that trades a recorded statement again.
enum PlayCommand {
    static let spec = CommandSpec(
        path: ["play"], summary: "trade a recorded statement again and compare what comes out",
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
            "An order book is traded with stop orders at the recorded entries; legs are set right "
                + "before the close; cancelled orders are placed one point farther away, changed to "
                + "their price and cancelled. Prices that are needed for it and not recorded are "
                + "counted as synthetic. What a provider rejects is asked for again as "
                + "<name>:<row>:2, <name>:<row>:cancel:2, up to five times.",
            "Played again while its orders are kept (ORDER_RETENTION) it changes nothing. Exit 1 if a "
                + "row did not come out as recorded or a step was refused; a stop that the broker "
                + "closed better than its level, and that closed at its level here, is only named.",
        ],
        examples: [
            "fleet play deploy/demo/data/us30_nzdcad_signal_positions.csv "
                + "--account strategy_provider:77 --rates deploy/demo/data/usdcad_rates.csv",
            "fleet play deploy/demo/data/xauusd_signal_orderbook.csv --account demo:82",
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
        return PlayReport(player, took: MonotonicTime.now().since(start)).report
    }

    private static func ticks(of path: String) throws -> [Tick] {
        var feed = try TickFeed(path: path, bytes: Files.bytes(of: path), symbol: nil)
        return try feed.due(at: .max)
    }
}
