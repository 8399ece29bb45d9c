import Glibc
import ServiceRuntime

/// The operator's tool: one command line in, one report out.
@main enum Main {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        exit(run(Array(CommandLine.arguments.dropFirst()), in: CommandTree.fleet))
    }

    private static func run(_ words: [String], in tree: CommandTree) -> Int32 {
        do {
            return try execute(try tree.meaning(of: words), in: tree)
        } catch let error as UsageError {
            let name = (["fleet"] + error.path).joined(separator: " ")
            Terminal.complain("\(name): \(error) (try '\(name) --help')")
            return ExitCode.usage
        } catch {
            Terminal.complain("fleet: \(error)")
            return ExitCode.failure
        }
    }

    private static func execute(
        _ meaning: CommandTree.Meaning, in tree: CommandTree
    ) throws -> Int32 {
        switch meaning {
        case .version:
            Terminal.print("fleet \(CommandLineHelp.version)")
        case .help(let path):
            Terminal.print(Help.text(of: path, in: tree))
        case .command(let spec, let words):
            let invocation = try Invocation(words, of: spec)
            if invocation.has(Option.help.name) {
                Terminal.print(Help.text(of: spec))
                return ExitCode.success
            }
            let report = try spec.run(invocation, Context(settings: try Settings.ofProcess()))
            let text = report.text(json: invocation.isJSON)
            if !text.isEmpty { Terminal.print(text) }
            return report.exitCode
        }
        return ExitCode.success
    }
}
