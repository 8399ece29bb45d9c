import Glibc

/// What every process answers to `--help` and `--version`, and to anything that it does not know.
package enum CommandLineHelp {
    /// The version of the fleet, as CHANGELOG.md names it.
    package static let version = "0.1.0"

    /// Ends the process where the arguments ask for text or are wrong.
    package static func answer(service: String, about: String) {
        let arguments = CommandLine.arguments.dropFirst()
        guard let first = arguments.first else { return }
        switch first {
        case "--help", "-h":
            print(help(service: service, about: about), terminator: "")
            exit(0)
        case "--version":
            print("\(service) \(version)")
            exit(0)
        default:
            end(service, "does not know '\(first)'; it takes --help and --version only", code: 2)
        }
    }

    /// One line on standard error, and the end.
    package static func end(_ service: String, _ reason: String, code: CInt = 1) -> Never {
        let line = "\(service): \(reason)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        exit(code)
    }

    package static func help(service: String, about: String) -> String {
        "\(service): \(about)\n\nUsage: \(service) [--help | --version]\n\n" + settings
    }

    /// The settings of the fleet, for `--help`.
    package static var settings: String {
        var text = "Settings, from the environment:\n"
        for rule in SettingRule.all {
            let standard = rule.standard.map { "default \($0)" } ?? "required where it is used"
            text += "  \(rule.name)  (\(rule.unit); \(standard))\n      \(rule.meaning)\n"
        }
        return text
    }
}
