import ServiceRuntime

@main enum Main {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.contains("--help") || arguments.contains("-h") {
            print(Options.help, terminator: "")
            return
        }
        do {
            try Benchmark(try Options(arguments)).run()
        } catch {
            CommandLineHelp.end("benchmarks", "\(error)")
        }
    }
}
