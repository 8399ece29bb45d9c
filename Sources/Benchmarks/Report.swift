import Glibc
import ServiceRuntime

/// What the benchmark prints: one fact a line, on standard output; what it does now, on standard error.
struct Report {
    func progress(_ text: String) {
        let line = "… \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
    }

    /// At once, also into a pipe.
    func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    func rates(_ name: String, _ worker: String, _ result: Throughput.Result, logged: Bool) {
        let log = logged ? "log everysec" : "no log"
        let own = Report.median(result.worker.map(\.rate))
        let raw = Report.median(result.raw.map(\.rate))
        say("\(name) a second of one \(worker), \(log): \(Report.whole(own))")
        say("\(name) a second, raw limit, \(log): \(Report.whole(raw))")
        say("\(name), share of the raw limit, \(log): \(Report.tenths(own / raw * 100)) %")
        say(
            "\(name), rounds (worker / raw), \(log): "
                + zip(result.worker, result.raw).map {
                    "\(Report.whole($0.rate)) / \(Report.whole($1.rate))"
                }.joined(separator: ", "))
        say(
            "\(name), commands each, \(log): \(Report.tenths(result.sent)) sent, "
                + "\(Report.tenths(Report.median(result.worker.map(\.commands)))) run, "
                + "\(Report.whole(result.bytes)) bytes")
        say(
            "\(name), time on a core each, \(log): worker "
                + "\(Report.tenths(Report.median(result.worker.map(\.workerCost)))) µs, Redis "
                + "\(Report.tenths(Report.median(result.worker.map(\.serverCost)))) µs, Redis in the "
                + "replay \(Report.tenths(Report.median(result.raw.map(\.serverCost)))) µs")
        parts(name, result.raw, log)
    }

    /// Where Redis' time goes.
    private func parts(_ name: String, _ runs: [Run], _ log: String) {
        let names = Set(runs.flatMap(\.parts.keys))
        let medians = names.map { part in
            (part, Report.median(runs.map { $0.parts[part] ?? 0 }))
        }
        let shown = medians.filter { $0.1 >= 0.1 }.sorted { $0.1 > $1.1 }
        say(
            "\(name), Redis' time by script, \(log): "
                + shown.map { "\($0.0) \(Report.tenths($0.1))" }.joined(separator: ", ") + " µs")
    }

    func growth(_ rows: [(accounts: Int, runs: [Run])]) {
        for (accounts, runs) in rows {
            say(
                "cost of a fill among \(accounts) accounts: worker "
                    + "\(Report.tenths(Report.median(runs.map(\.workerCost)))) µs, Redis "
                    + "\(Report.tenths(Report.median(runs.map(\.serverCost)))) µs, commands "
                    + "\(Report.tenths(Report.median(runs.map(\.commands))))")
        }
    }

    func load(_ result: Load.Result, _ options: Options) {
        say(
            "report to applied, \(options.loadRate) mixed reports a second for "
                + "\(options.loadSeconds) s, \(options.loadPartitions) partitions: p50 at most "
                + "\(Report.bound(result.latency, 500)), p99 at most "
                + "\(Report.bound(result.latency, 990)), applied \(result.latency.total)")
        windows(result.windows)
        for member in result.members {
            say(
                "\(member.name) under that load: \(Report.tenths(member.share * 100)) % of a core, "
                    + "memory in its middle \(Report.megabytes(member.halfway)), at its end "
                    + Report.megabytes(member.end))
        }
    }

    private func windows(_ windows: [LoadWindows.Window]) {
        guard !windows.isEmpty else { return }
        say(
            "p99 of each ten seconds under that load, and what the host took of the cores: "
                + windows.map {
                    "\(Report.bound($0.latency, 990)) \(Report.tenths($0.stolen * 100)) %"
                }.joined(separator: ", "))
    }

    func stops(_ result: Stops.Result, _ options: Options) {
        say(
            "a tick that fires none of \(options.stops) stop losses: house "
                + "\(Report.tenths(result.houseCost)) µs, Redis "
                + "\(Report.tenths(result.serverCost)) µs of a core")
        say(
            "a tick that fires \(Scene.nearStops) of them: all reported after "
                + "\(result.reported) ms, all positions closed after \(result.closed) ms")
    }

    func rest(_ result: Rest.Result, seconds: Int) {
        say(
            "memory of worker-open after \(seconds) s of rest: "
                + Report.megabytes(result.memory))
        say(
            "core of worker-open over \(seconds) s of rest: "
                + "\(Report.hundredths(result.share * 100)) %")
    }

    private static func megabytes(_ bytes: Int) -> String {
        tenths(Double(bytes) / 1_000_000) + " MB"
    }

    private static func bound(_ histogram: Histogram, _ perMille: Int) -> String {
        guard let bound = histogram.percentile(perMille: perMille) else { return "nothing" }
        return bound == .max ? "more than the last bucket" : "\(bound) ms"
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2
            : sorted.count == 1 ? last : sorted[middle]
    }

    private static func whole(_ value: Double) -> String { String(Int(value.rounded())) }

    private static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded())
        return "\(scaled / 10).\(abs(scaled % 10))"
    }

    private static func hundredths(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        let rest = abs(scaled % 100)
        return "\(scaled / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
