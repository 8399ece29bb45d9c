import Shared

/// What the command line of the simulator asks for.
struct Options: Sendable, Equatable {
    enum Mode: Sendable, Equatable {
        case answer
        /// Sends every kept report again whose `ts` is at or behind this time, ms since 1970.
        case resend(since: Int64)
    }

    struct Mistake: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    var mode = Mode.answer
    var provider = "barclays"
    var reports = "provider-reports.log"
    /// Name → path.
    var statements: [String: String] = [:]
    var faults = Faults()
    /// Names of statements of which one request of each kind is refused once.
    var refusing: Set<String> = []

    static let usage = """
        Usage: provider-simulator [options]
               provider-simulator resend --since <ms> [--reports <file>]

          --provider <name>           whose queue it answers (default barclays)
          --statement <name>=<file>   a recorded statement; requests name it <name>:<row>
          --reports <file>            where every report is kept (default provider-reports.log)
          --seed <n>                  seed of the faults (default 0)
          --duplicates <per mille>    answers that are sent twice
          --rejects <per mille>       requests that are refused 'simulated_reject'
          --delays <per mille>        answers that wait, so that others overtake them
          --longest-delay <ms>        the longest wait (default 500)
          --reorders <per mille>      answers whose reports come the wrong way round
          --refuse-once <name>        of this statement one placement, modify, cancel, close and leg,
                                      chosen by seed, are refused at their first request
          --since <ms>                with resend: reports from this time on, ms since 1970

        """

    init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        var since: Int64?
        var resends = false
        if rest.first == "resend" {
            resends = true
            rest = rest.dropFirst()
        }
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else {
                throw Mistake(description: "\(name) needs a value")
            }
            switch name {
            case "--provider": provider = value
            case "--reports": reports = value
            case "--statement":
                let parts = value.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw Mistake(description: "--statement '\(value)' is not <name>=<file>")
                }
                statements[parts[0]] = parts[1]
            case "--seed": faults.seed = UInt64(try Options.number(name, value, 0...Int64.max))
            case "--duplicates": faults.duplicates = try Options.perMille(name, value)
            case "--rejects": faults.rejects = try Options.perMille(name, value)
            case "--delays": faults.delays = try Options.perMille(name, value)
            case "--longest-delay":
                faults.longestDelay = try Options.number(name, value, 1...60_000)
            case "--reorders": faults.reorders = try Options.perMille(name, value)
            case "--refuse-once": refusing.insert(value)
            case "--since": since = try Options.number(name, value, 0...Int64.max)
            default: throw Mistake(description: "does not know '\(name)'; --help lists the options")
            }
        }
        if let unknown = refusing.subtracting(statements.keys).min() {
            throw Mistake(description: "--refuse-once '\(unknown)' is no --statement")
        }
        guard resends else { return }
        guard let since else { throw Mistake(description: "resend needs --since") }
        mode = .resend(since: since)
    }

    private static func perMille(_ name: String, _ text: String) throws(Mistake) -> Int {
        Int(try number(name, text, 0...1_000))
    }

    private static func number(
        _ name: String, _ text: String, _ range: ClosedRange<Int64>
    ) throws(Mistake) -> Int64 {
        guard let number = Int64(text), range.contains(number) else {
            throw Mistake(
                description: "\(name) '\(text)' is not from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }
}
