import Glibc
import ServiceRuntime
import Shared
import Statements

/// `fleet feed`: recorded ticks as a living market.
enum FeedCommand {
    static let spec = CommandSpec(
        path: ["feed"], summary: "play recorded ticks into the market, until stopped",
        positionals: [
            Positional(
                "ticks.csv", "timestamp,symbol,bid,ask; files run side by side", count: .many)
        ],
        options: [
            Option("speed", "factor", "recorded seconds a second, 1 to 1000000 (default 1)"),
            Option("symbol", "symbol", "only this instrument"),
            Option("seconds", "count", "stop by itself after so long"),
        ],
        notes: [
            "Prices are stamped with Redis' time. The last price of each symbol is repeated every "
                + "second, also behind the end of the files, until SIGINT or SIGTERM.",
            "Rows whose ask lies below their bid are skipped and counted.",
        ],
        examples: [
            "fleet feed deploy/demo/data/eurusd_ticks_20200101.csv "
                + "deploy/demo/data/gbpusd_m1_201202.csv --speed 60"
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let speed = try invocation.integer("speed", in: 1...1_000_000) ?? 1
        let symbol = try invocation.option("symbol") { try Symbol($0) }
        let seconds = try invocation.integer("seconds", in: 1...1_000_000_000)
        var feeds = try invocation.positionals.map { path in
            try TickFeed(path: path, bytes: Files.bytes(of: path), symbol: symbol)
        }
        if feeds.allSatisfy(\.hasEnded) { throw Failure("no ticks to play") }
        var signals = SignalWaiter([SIGINT, SIGTERM, SIGHUP])
        var market = Market(writer: try MarketWriter(context))
        let start = MonotonicTime.now()
        var wait = Duration.zero
        var progress = Progress()
        repeat {
            let now = MonotonicTime.now()
            if let seconds, now.since(start) >= .seconds(seconds) { break }
            let recorded = now.since(start).milliseconds * Int64(speed)
            var due: [Tick] = []
            for index in feeds.indices { due += try feeds[index].due(at: recorded) }
            try market.publish(due, at: now)
            progress.say(Self.progress(feeds, market))
            wait = pause(until: feeds.compactMap(\.nextDue).min(), recorded, speed: speed)
        } while signals.wait(for: wait) == nil
        progress.end()
        return report(feeds, market)
    }

    /// Until the next tick, but never so long that a price gets old, nor so short that every tick
    /// is a round trip of its own.
    private static func pause(until next: Int64?, _ recorded: Int64, speed: Int) -> Duration {
        let longest: Int64 = 100
        let ahead = next.map { ($0 - recorded) / Int64(speed) } ?? longest
        return .milliseconds(max(5, min(ahead, longest)))
    }

    private static func progress(_ feeds: [TickFeed], _ market: Market) -> String {
        let ticks = feeds.reduce(0) { $0 + $1.ticks }
        let ended = feeds.count(where: \.hasEnded)
        return "ticks \(ticks), repeats \(market.repeats), symbols \(market.symbols), "
            + "files at their end \(ended) of \(feeds.count)"
    }

    private static func report(_ feeds: [TickFeed], _ market: Market) -> Report {
        var table = Table([
            .init("file"), .init("ticks", numeric: true), .init("crossed", numeric: true),
            .init("ended"),
        ])
        for feed in feeds {
            table.add([
                .string(feed.path), JSONValue(feed.ticks), JSONValue(feed.crossed),
                .bool(feed.hasEnded),
            ])
        }
        var report = Report()
        report.table(table, "files")
        report.line("prices repeated: \(market.repeats)", "repeats", JSONValue(market.repeats))
        report.line("writes lost: \(market.failures)", "failures", JSONValue(market.failures))
        return report
    }
}

/// The prices that stand, and since when: a quiet symbol's price is told again each second.
private struct Market {
    private let writer: MarketWriter
    private var standing: [Symbol: (tick: Tick, at: MonotonicTime)] = [:]
    private(set) var repeats = 0
    /// Writes that Redis was away for.
    private(set) var failures = 0
    var symbols: Int { standing.count }
    private static let repetition: Duration = .seconds(1)

    init(writer: MarketWriter) { self.writer = writer }

    /// Publishes what came, in order, and what stood for too long.
    mutating func publish(_ ticks: [Tick], at now: MonotonicTime) throws {
        for tick in ticks { standing[tick.symbol] = (tick, now) }
        let quiet = standing.values.filter { now.since($0.at) >= Self.repetition }.map(\.tick)
        for tick in quiet { standing[tick.symbol] = (tick, now) }
        repeats += quiet.count
        do throws(StoreError) {
            try writer.publish((ticks + quiet).map { ($0.symbol, bid: $0.bid, ask: $0.ask) })
        } catch {
            guard error.isUnavailable else { throw error }
            // A market goes on while a server is away; the next price is as good.
            failures += 1
            Terminal.complain("fleet feed: \(error)")
        }
    }
}
