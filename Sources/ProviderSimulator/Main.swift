import Glibc
import RedisDriver
import ServiceRuntime
import Shared
import Statements

@main enum Main {
    private static let name = "provider-simulator"
    private static let about = "answers a provider's requests from recorded statements"

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["--help"] {
            print(
                "\(name): \(about)\n\n\(Options.usage)\n\(CommandLineHelp.settings)", terminator: ""
            )
            return
        }
        if arguments == ["--version"] { return print("\(name) \(CommandLineHelp.version)") }
        do {
            let options = try Options(arguments)
            let settings = try Settings.ofProcess()
            switch options.mode {
            case .answer: try answer(options, settings)
            case .resend(let since):
                let count = try Resend.run(options.reports, since: since, settings)
                print("reports sent again: \(count)")
            }
        } catch let error as Options.Mistake {
            CommandLineHelp.end(name, "\(error)", code: 2)
        } catch {
            CommandLineHelp.end(name, "\(error)")
        }
    }

    private static func answer(_ options: Options, _ settings: Settings) throws {
        let provider = try Provider(options.provider)
        let statements = try options.statements.mapValues {
            try StatementReader.read(try TextFile.bytes($0))
        }
        let refusals = statements.filter { options.refusing.contains($0.key) }.map {
            Refusals(of: $0.value, named: $0.key, seed: options.faults.seed)
        }.reduce(Refusals.none) { $0.union($1) }
        let script = SimulatorProcessor.Script(
            recording: Recording(statements), faults: options.faults, refusals: refusals)
        let file = try ReportFile(path: options.reports)
        let log = try Log(service: name, settings: settings)
        try Launch.run(
            name, settings, log: log, lane: { LaneID(queue: .provider(provider), $0) }
        ) { _, stores, tools in
            SimulatorProcessor(
                script: script, file: file, sink: stores.reports,
                partitions: tools.topology.partitions, counters: tools.counters)
        }
    }
}
