import RedisDriver
import ServiceRuntime
import Shared

/// `fleet trade`: many orders over many accounts, placed, filled and closed.
enum TradeCommand {
    static let spec = CommandSpec(
        path: ["trade"], summary: "place and close many orders over many accounts, and measure it",
        options: [
            Option(
                "file", "accounts.json", "the accounts, as for 'account create'", required: true),
            Option("orders", "count", "orders to place and close (default 1000)"),
            Option("symbols", "names", "by commas (default EURUSD,GBPUSD)"),
            Option("lots", "lots", "of each order (default 0.01)"),
            Option("window", "count", "orders in flight at most (default 500)"),
            Option("name", "text", "what its requests are called (default: new)"),
            CommonOptions.timeout,
        ],
        notes: [
            "Needs prices that stay fresh: let 'fleet feed' run beside it. Accounts, symbols and "
                + "sides take turns. Waits for every answer, fill and close; exit 1 if an order was "
                + "refused or rejected. Latencies are this client's: from sending to the news."
        ],
        examples: [
            "fleet trade --file deploy/demo/accounts.json --orders 20000 --window 1000"
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let plan = try plan(invocation)
        let partitions = try context.topology().partitions
        let used = Set(plan.accounts.map { $0.partition(of: partitions) }).sorted()
        var run = TradingRun(
            plan, client: try context.commandClient(invocation),
            follower: try EventFollower(context.redis(), partitions: used))
        let start = MonotonicTime.now()
        var progress = Progress()
        try run.run { tally, inFlight in
            let seconds = max(1, MonotonicTime.now().since(start).milliseconds)
            let rate = Int64(tally.finished) * 1_000 / seconds
            progress.say(
                "orders \(tally.finished) of \(plan.orders), in flight \(inFlight), \(rate) a second"
            )
        }
        progress.end()
        return report(run.tally, plan, MonotonicTime.now().since(start))
    }

    private static func plan(_ invocation: Invocation) throws -> TradingRun.Plan {
        let path = try invocation.required("file") { $0 }
        let accounts = try AccountsFile.read(Files.json(of: path), of: path)
        let symbols = try invocation.option("symbols", Self.symbols) ?? symbols("EURUSD,GBPUSD")
        let name = try invocation.option("name") { text in
            _ = try RequestID("\(text):9999999:close:5")
            return text
        }
        return TradingRun.Plan(
            name: try name ?? FreshRequest.id().text, accounts: accounts.map(\.terms.account),
            symbols: symbols,
            lots: try invocation.option("lots") { try Quantity($0) } ?? Quantity("0.01"),
            orders: try invocation.integer("orders", in: 1...9_999_999) ?? 1_000,
            window: try invocation.integer("window", in: 1...20_000) ?? 500,
            timeout: try invocation.timeout())
    }

    static func symbols(_ text: String) throws -> [Symbol] {
        try text.split(separator: ",", omittingEmptySubsequences: false)
            .map { try Symbol(String($0)) }
    }

    private static func report(
        _ tally: TradingRun.Tally, _ plan: TradingRun.Plan, _ time: Duration
    ) -> Report {
        var report = Report()
        report.line("orders: \(plan.orders)", "orders", JSONValue(plan.orders))
        report.line("placed, filled and closed: \(tally.closed)", "closed", JSONValue(tally.closed))
        let milliseconds = max(1, time.milliseconds)
        let rate = Int64(tally.closed) * 1_000 / milliseconds
        report.line("milliseconds: \(milliseconds)", "milliseconds", JSONValue(milliseconds))
        report.line("orders a second: \(rate)", "orders_per_second", JSONValue(rate))
        let events = Int64(tally.events) * 1_000 / milliseconds
        report.line("events a second: \(events)", "events_per_second", JSONValue(events))
        var latencies = Table([
            .init("step"), .init("p50_ms", numeric: true), .init("p99_ms", numeric: true),
            .init("count", numeric: true),
        ])
        for (step, histogram) in [
            ("placed to answered", tally.answers), ("placed to filled", tally.fills),
            ("close sent to closed", tally.closes),
        ] {
            latencies.add([
                .string(step), histogram.bound(500), histogram.bound(990),
                JSONValue(histogram.total),
            ])
        }
        report.table(latencies, "latencies")
        var failures = Table([.init("what"), .init("reason"), .init("orders", numeric: true)])
        for (reason, count) in tally.refused.sorted(by: { $0.key < $1.key }) {
            failures.add(["refused", .string(reason), JSONValue(count)])
        }
        for (reason, count) in tally.ended.sorted(by: { $0.key < $1.key }) {
            failures.add(["rejected", .string(reason), JSONValue(count)])
        }
        if failures.rows.isEmpty {
            report.fact("failures", .array([]))
        } else {
            report.table(failures, "failures", title: "not closed:")
            report.fail()
        }
        return report
    }
}

extension Histogram {
    /// A percentile's upper bound for a table; above the last bound `>60000`.
    func bound(_ perMille: Int) -> JSONValue {
        guard let bound = percentile(perMille: perMille) else { return .null }
        guard bound != .max else { return .string(">\(Histogram.bounds.last ?? 0)") }
        return JSONValue(bound)
    }
}
