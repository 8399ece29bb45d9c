import Glibc
import RedisDriver
import ServiceRuntime

/// All measurements, one after the other, and what they printed.
struct Benchmark {
    private let server: Server
    private let url: String
    private let options: Options
    private let report = Report()

    init(_ options: Options) throws {
        self.options = options
        guard let url = getenv("REDIS_URL") else { throw BenchmarkError("REDIS_URL is required") }
        self.url = String(cString: url)
        server = try Server(self.url)
        guard try server.call("DBSIZE").number ?? 0 < 1_000 else {
            throw BenchmarkError("this Redis is in use: all its keys would be removed")
        }
    }

    func run() throws {
        report.say("reference: a Python worker takes 48 fills a second, 66 commands a fill, 58 MB")
        for part in Options.Part.allCases where options.parts.contains(part) {
            switch part {
            case .open: try rates(.queued, logged: true)
            case .close: try rates(.closing, logged: true)
            case .growth:
                report.growth(
                    try Growth(
                        server: server, url: url, options: options, report: report
                    ).measure())
            case .load:
                report.load(
                    try Load(server: server, url: url, options: options, report: report)
                        .measure(), options)
            case .stops:
                report.stops(
                    try Stops(server: server, url: url, options: options, report: report)
                        .measure(), options)
            case .rest:
                report.rest(
                    try Rest(server: server, url: url, options: options, report: report).measure(),
                    seconds: options.restSeconds)
            }
        }
        guard options.withoutLog else { return }
        if options.parts.contains(.open) { try rates(.queued, logged: false) }
        if options.parts.contains(.close) { try rates(.closing, logged: false) }
    }

    private func rates(_ stage: Scene.Stage, logged: Bool) throws {
        let throughput = Throughput(server: server, url: url, options: options, report: report)
        let result = try throughput.measure(stage, logged: logged)
        switch stage {
        case .queued: report.rates("fills", "worker-open", result, logged: logged)
        case .closing: report.rates("closes", "worker-close", result, logged: logged)
        case .mixed, .stops: throw BenchmarkError("one worker alone cannot end this scene")
        }
    }
}
