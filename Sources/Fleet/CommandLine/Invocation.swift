/// A command line once read: which command, and the texts that follow it.
struct Invocation: Sendable, Equatable {
    let path: [String]
    let positionals: [String]
    /// The value of each option that was given; empty for flags.
    let options: [String: String]

    var isJSON: Bool { has(Option.json.name) }

    func has(_ name: String) -> Bool { options[name] != nil }

    /// The text of a positional word that is not optional.
    func word(_ index: Int) -> String { positionals[index] }

    /// A positional word as what it stands for.
    func word<Value>(
        _ index: Int, _ name: String, _ read: (String) throws -> Value
    ) throws -> Value {
        try Self.read("<\(name)>", positionals[index], path, read)
    }

    /// An option as what it stands for; nil where it was not given.
    func option<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value? {
        guard let text = options[name] else { return nil }
        return try Self.read("--\(name)", text, path, read)
    }

    func option(_ name: String) -> String? { options[name] }

    /// An option that must be there.
    func required<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value {
        guard let value = try option(name, read) else {
            throw UsageError("--\(name) is required", path: path)
        }
        return value
    }

    /// A whole number within bounds.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try option(name) { text in
            guard let number = Int(text), range.contains(number) else {
                throw Failure(
                    "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    func fail(_ message: String) -> UsageError { UsageError(message, path: path) }

    private static func read<Value>(
        _ place: String, _ text: String, _ path: [String], _ read: (String) throws -> Value
    ) throws -> Value {
        do {
            return try read(text)
        } catch {
            throw UsageError("\(place) '\(text)': \(error)", path: path)
        }
    }
}

extension Invocation {
    /// Reads the words behind a command's name.
    ///
    /// `--` ends the options. A word that begins with `-` and a digit is a value, not an option.
    init(_ words: some Sequence<String>, of spec: CommandSpec) throws(UsageError) {
        var words = words.makeIterator()
        var positionals: [String] = []
        var options: [String: String] = [:]
        var isLiteral = false
        while let word = words.next() {
            if word == "-h", !isLiteral {
                options[Option.help.name] = ""
            } else if isLiteral || !word.hasPrefix("--") {
                guard isLiteral || !Self.isShortOption(word) else {
                    throw UsageError("unknown option '\(word)'", path: spec.path)
                }
                positionals.append(word)
            } else if word == "--" {
                isLiteral = true
            } else {
                let (name, value) = try Self.option(word, next: { words.next() }, spec)
                guard options[name] == nil else {
                    throw UsageError("--\(name) is given twice", path: spec.path)
                }
                options[name] = value
            }
        }
        try Self.check(positionals, options, spec)
        self.init(path: spec.path, positionals: positionals, options: options)
    }

    private static func option(
        _ word: String, next: () -> String?, _ spec: CommandSpec
    ) throws(UsageError) -> (name: String, value: String) {
        let body = word.dropFirst(2)
        let sign = body.firstIndex(of: "=")
        let name = String(body[..<(sign ?? body.endIndex)])
        let known = spec.options + [.json, .help]
        guard let option = known.first(where: { $0.name == name }) else {
            throw UsageError("unknown option '--\(name)'", path: spec.path)
        }
        let inline = sign.map { String(body[body.index(after: $0)...]) }
        guard let placeholder = option.value else {
            guard inline == nil else {
                throw UsageError("--\(name) takes no value", path: spec.path)
            }
            return (name, "")
        }
        guard let value = inline ?? next(), !value.hasPrefix("--") || inline != nil else {
            throw UsageError("--\(name) needs a value: <\(placeholder)>", path: spec.path)
        }
        return (name, value)
    }

    private static func isShortOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), let second = word.dropFirst().first else { return false }
        return !second.isNumber
    }

    private static func check(
        _ positionals: [String], _ options: [String: String], _ spec: CommandSpec
    ) throws(UsageError) {
        guard options[Option.help.name] == nil else { return }
        let needed = spec.positionals.filter(\.count.isRequired)
        if positionals.count < needed.count {
            throw UsageError("missing \(needed[positionals.count].usage)", path: spec.path)
        }
        let takesMany = spec.positionals.last?.count.takesRest == true
        if !takesMany, positionals.count > spec.positionals.count {
            throw UsageError(
                "unexpected word '\(positionals[spec.positionals.count])'", path: spec.path)
        }
        for option in spec.options where option.isRequired && options[option.name] == nil {
            throw UsageError("--\(option.name) is required", path: spec.path)
        }
        try checkAlone(positionals, options, spec)
    }

    /// What stands alone would leave the rest of the line without a meaning.
    private static func checkAlone(
        _ positionals: [String], _ options: [String: String], _ spec: CommandSpec
    ) throws(UsageError) {
        for option in spec.options where options[option.name] != nil {
            guard let alone = option.alone else { continue }
            let allowed = alone.union([option.name, Option.json.name, Option.help.name])
            for name in options.keys.sorted() where !allowed.contains(name) {
                throw UsageError(
                    "--\(name) does not go with --\(option.name)", path: spec.path)
            }
            if let word = positionals.first {
                throw UsageError(
                    "'\(word)' does not go with --\(option.name)", path: spec.path)
            }
        }
    }
}
