/// What is measured and for how long.
struct Options {
    /// The parts of the benchmark, in the order in which they run.
    enum Part: String, CaseIterable {
        case open
        case close
        case growth
        case load
        case stops
        case rest
    }

    var parts = Part.allCases
    /// Alternations of a worker's run and the replay of its bytes.
    var rounds = 3
    /// Accounts of a run of open or close, and the orders of each, all of which are filled or closed.
    var accounts = 10_000
    var ordersPerAccount = 3
    /// How many accounts there are in each run that shows whether the cost of a fill grows.
    var growth = [1_000, 10_000, 100_000]
    /// Reports a second of every kind, and for how many seconds.
    var loadRate = 2_000
    var loadSeconds = 300
    /// Of that fleet: each process has so many lanes, and smaller batches the more there are.
    var loadPartitions = 1
    /// Stop losses that rest on one symbol, and ticks that fire none of them.
    var stops = 10_000
    var quietTicks = 1_000
    /// How long a worker rests before its memory is read and its use of a core is known, seconds.
    var restSeconds = 60
    /// Whether the runs of open and close are repeated without the append-only file.
    var withoutLog = true

    static let help = """
        benchmarks: measures the workers against the raw limit of a Redis of its own, REDIS_URL

        Usage: benchmarks [--quick] [--only <part>,…] [--rounds <n>] [--accounts <n>]
                          [--rest <seconds>] [--load <seconds>] [--rate <reports a second>] [--partitions <n>]

        --load, --rate and --partitions are of the mixed load.
        Parts: open, close, growth, load, stops,
               rest. Everything in that Redis is removed.
          --quick    one round, fewer accounts, short waits: to try it out, not to quote it

        """

    init(_ arguments: some Sequence<String>) throws {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            switch name {
            case "--quick": shorten()
            case "--only":
                parts = try Options.value(of: name, &rest).split(separator: ",").map {
                    guard let part = Part(rawValue: String($0)) else {
                        throw BenchmarkError("--only does not know '\($0)'")
                    }
                    return part
                }
            case "--rounds": rounds = try Options.number(of: name, &rest, in: 1...100)
            case "--accounts": accounts = try Options.number(of: name, &rest, in: 100...1_000_000)
            case "--rest": restSeconds = try Options.number(of: name, &rest, in: 1...3_600)
            case "--load": loadSeconds = try Options.number(of: name, &rest, in: 1...3_600)
            case "--partitions":
                loadPartitions = try Options.number(of: name, &rest, in: 1...64)
            case "--rate": loadRate = try Options.number(of: name, &rest, in: 1...100_000)
            default: throw BenchmarkError("does not know '\(name)'; see --help")
            }
        }
    }

    private mutating func shorten() {
        rounds = 1
        accounts = 3_000
        growth = [1_000, 4_000]
        loadSeconds = 5
        restSeconds = 5
        withoutLog = false
    }

    private static func value(
        of name: String, _ rest: inout ArraySlice<String>
    ) throws -> String {
        guard let value = rest.popFirst() else { throw BenchmarkError("\(name) needs a value") }
        return value
    }

    private static func number(
        of name: String, _ rest: inout ArraySlice<String>, in range: ClosedRange<Int>
    ) throws -> Int {
        let text = try value(of: name, &rest)
        guard let number = Int(text), range.contains(number) else {
            throw BenchmarkError(
                "\(name) is '\(text)', not a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }
}
