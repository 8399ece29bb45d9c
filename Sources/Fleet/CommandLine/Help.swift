import ServiceRuntime

/// Help as text: of the tool, of a group of commands, of one command.
enum Help {
    static func text(of path: [String], in tree: CommandTree) -> String {
        let name = (["fleet"] + path).joined(separator: " ")
        var lines = [
            path.isEmpty
                ? "fleet: looks after an OrderFleet" : "\(name): commands",
            "", "usage: \(name) <command> [options]", "", "commands:",
        ]
        lines += aligned(tree.below(path).map { ($0.name, $0.summary) })
        if path.isEmpty {
            lines += [
                "", "options of every command:",
                "  --json     print JSON with stable keys",
                "  --help     print usage and examples",
                "  --version  (alone) print the version",
                "", "exit codes: 0 done, 1 refused or failed, 2 the command line makes no sense",
                "",
                "examples:", "  fleet status", "  fleet account show demo:1 --json",
                "  fleet order --help", "", CommandLineHelp.settings,
            ]
        }
        return lines.joined(separator: "\n")
    }

    static func text(of spec: CommandSpec) -> String {
        let words =
            ["usage: fleet", spec.name] + spec.positionals.map(\.usage) + spec.options.map(\.usage)
            + [Option.json.usage]
        var lines = ["fleet \(spec.name): \(spec.summary)", "", words.joined(separator: " "), ""]
        lines += aligned(
            spec.positionals.map { ($0.usage, $0.help) }
                + (spec.options + [.json, .help]).map { option in
                    (
                        option.value.map { "--\(option.name) <\($0)>" } ?? "--\(option.name)",
                        option.help
                    )
                })
        for note in spec.notes { lines += ["", note] }
        if !spec.examples.isEmpty {
            lines += ["", "examples:"] + spec.examples.map { "  " + $0 }
        }
        return lines.joined(separator: "\n")
    }

    private static func aligned(_ rows: [(String, String)]) -> [String] {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, help in
            "  " + name + String(repeating: " ", count: width - name.count + 2) + help
        }
    }
}
