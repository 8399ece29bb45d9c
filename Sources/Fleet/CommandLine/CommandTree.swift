/// All commands, and which of them a command line means.
struct CommandTree: Sendable {
    let specs: [CommandSpec]

    enum Meaning {
        /// A command and the words behind its name.
        case command(CommandSpec, [String])
        /// Help on everything below some words; none for the tool itself.
        case help([String])
        case version
    }

    /// Finds the longest name that the words begin with.
    func meaning(of words: [String]) throws(UsageError) -> Meaning {
        if words.first == "--version" { return .version }
        var path: [String] = []
        for word in words {
            if let spec = specs.first(where: { $0.path == path + [word] }) {
                return .command(spec, Array(words.dropFirst(spec.path.count)))
            }
            if ["--help", "-h", "help"].contains(word) { return .help(path) }
            guard isGroup(path + [word]) else { throw unknown(word, below: path) }
            path.append(word)
        }
        if path.isEmpty { return .help([]) }
        throw UsageError(
            "'\(path.joined(separator: " "))' needs one of: \(choices(below: path))", path: path)
    }

    /// The commands below some words.
    func below(_ path: [String]) -> [CommandSpec] {
        specs.filter { $0.path.starts(with: path) }
    }

    private func isGroup(_ path: [String]) -> Bool {
        specs.contains { $0.path.starts(with: path) && $0.path.count > path.count }
    }

    private func choices(below path: [String]) -> String {
        var seen: [String] = []
        for spec in below(path) where !seen.contains(spec.path[path.count]) {
            seen.append(spec.path[path.count])
        }
        return seen.joined(separator: ", ")
    }

    private func unknown(_ word: String, below path: [String]) -> UsageError {
        if word.hasPrefix("-") {
            return UsageError("unknown option '\(word)'", path: path)
        }
        let name = (path + [word]).joined(separator: " ")
        return UsageError("unknown command '\(name)'; one of: \(choices(below: path))", path: path)
    }
}
