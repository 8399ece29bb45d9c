import Shared
import Testing

@testable import Fleet

@Suite struct CommandLineTests {
    private func meaning(_ line: String) throws -> CommandTree.Meaning {
        try CommandTree.fleet.meaning(of: line.split(separator: " ").map(String.init))
    }

    private func invocation(_ line: String) throws -> Invocation {
        guard case .command(let spec, let words) = try meaning(line) else {
            throw Failure("'\(line)' is no command")
        }
        return try Invocation(words, of: spec)
    }

    @Test func wordsAndOptionsAreReadInAnyOrder() throws {
        let line = "order place --request-id=a:1 live:42 EURUSD --json BUY 0.01 --price 1.1"
        let read = try invocation(line)
        #expect(read.path == ["order", "place"])
        #expect(read.positionals == ["live:42", "EURUSD", "BUY", "0.01"])
        #expect(read.options == ["request-id": "a:1", "json": "", "price": "1.1"])
        #expect(try read.requestID().text == "a:1")
        #expect(try read.account().tag == "live:42")
        #expect(read.isJSON)
    }

    @Test(arguments: ["status -h", "status --help", "order place -h live:1"])
    func helpNeedsNothingElse(line: String) throws {
        #expect(try invocation(line).has(Option.help.name))
    }

    @Test func aNegativeNumberIsAValueAndNoOption() throws {
        #expect(try invocation("account deposit live:1 -5").word(1) == "-5")
    }

    @Test(arguments: [
        ("", "help"), ("--version", "version"), ("--help", "help"), ("order --help", "help"),
        ("help", "help"),
    ])
    func theToolAnswersForItself(line: String, kind: String) throws {
        switch try meaning(line) {
        case .version: #expect(kind == "version")
        case .help: #expect(kind == "help")
        case .command(let spec, _): Issue.record("\(spec.name)")
        }
    }

    @Test(arguments: [
        ("nonsense", "unknown command 'nonsense'"),
        ("account nonsense", "unknown command 'account nonsense'"),
        ("account", "'account' needs one of: create, configure, deposit, withdraw, show, list"),
        ("--nonsense", "unknown option '--nonsense'"),
        ("status --nonsense", "unknown option '--nonsense'"),
        ("status -x", "unknown option '-x'"),
        ("status word", "unexpected word 'word'"),
        ("status --wait-idle=yes", "--wait-idle takes no value"),
        ("status --timeout", "--timeout needs a value: <seconds>"),
        ("status --timeout --json", "--timeout needs a value: <seconds>"),
        ("status --timeout 1 --timeout 2", "--timeout is given twice"),
        ("account show", "missing <account>"),
        ("order place live:1 EURUSD", "missing <type>"),
        ("order modify live:1", "missing <order>"),
        ("order cancel live:1 7 8", "unexpected word '8'"),
        ("order set-stop-loss live:1 7", "missing <price>"),
        ("order set-take-profit live:1 7 1 --price 1", "unknown option '--price'"),
        ("order cancel-stop-loss", "missing <account>"),
        ("order cancel-take-profit live:1", "missing <order>"),
        ("order set-swap live:1 7", "missing <swap>"),
        ("order set-swap live:1 7 1 --wait", "unknown option '--wait'"),
        ("feed", "missing <ticks.csv>…"),
        ("play statement.csv", "--account is required"),
        ("account create --file a.json --leverage 50", "--leverage does not go with --file"),
        ("account create --file a.json --group VIP", "--group does not go with --file"),
        ("account create --file a.json --request-id a", "--request-id does not go with --file"),
        ("account create live:1 --file a.json", "'live:1' does not go with --file"),
        ("group set --file a.json --symbol US30", "--symbol does not go with --file"),
        ("group set --file a.json type=3", "'type=3' does not go with --file"),
        ("exporter --once --listen 127.0.0.1:1", "--listen does not go with --once"),
    ])
    func whatMakesNoSenseIsNamed(line: String, message: String) {
        let error = #expect(throws: UsageError.self) { try invocation(line) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "account create --file a.json --timeout 5 --json", "group set --file a.json --json",
        "exporter --once", "exporter --listen 127.0.0.1:1",
    ])
    func whatStandsAloneMaySayHowItAnswers(line: String) throws {
        #expect(try !invocation(line).options.isEmpty)
    }

    @Test(arguments: [
        ("account show 42", "<account> '42': account '42' is not <user_type>:<id>"),
        ("account show vip:42", "<account> 'vip:42': user_type 'vip' is none of"),
        ("account show live:4}2", "<account> 'live:4}2': account 'live:4}2' holds a brace"),
    ])
    func aWordThatIsNoAccountIsRefused(line: String, message: String) throws {
        let read = try invocation(line)
        let error = #expect(throws: UsageError.self) { try read.account() }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [("0", false), ("x", false), ("3601", false), ("3600", true), ("1", true)])
    func wholeNumbersHaveBounds(text: String, isFine: Bool) throws {
        let read = try invocation("account deposit live:1 5 --timeout \(text)")
        if isFine {
            #expect(try read.timeout() == .seconds(Int64(text) ?? 0))
        } else {
            #expect(throws: UsageError.self) { try read.timeout() }
        }
    }

    @Test(arguments: ["0", "-1", "1.123456789", "abc", ""])
    func anAmountIsAboveZero(text: String) throws {
        let read = Invocation(path: ["x"], positionals: ["live:1", text], options: [:])
        #expect(throws: UsageError.self) { try read.amount(1) }
    }

    /// An example that does not parse would be the first thing that somebody tries.
    @Test(
        arguments: CommandTree.fleet.specs.flatMap { spec in
            spec.examples.map { (spec.name, $0) }
        })
    func examplesAreCommandLinesOfTheirCommand(name: String, example: String) throws {
        let line = example.prefix { $0 != ">" }.split(separator: " ").dropFirst()
        #expect(try invocation(line.joined(separator: " ")).path.joined(separator: " ") == name)
    }

    @Test(arguments: CommandTree.fleet.specs.map(\.name))
    func everyCommandExplainsItself(name: String) throws {
        let spec = try #require(CommandTree.fleet.specs.first { $0.name == name })
        let help = Help.text(of: spec)
        #expect(!spec.summary.isEmpty && !spec.examples.isEmpty)
        for option in spec.options { #expect(help.contains("--\(option.name)")) }
        #expect(Help.text(of: [], in: .fleet).contains(spec.summary))
    }

    @Test func helpOnRedriveSaysWhatMustBeNamed() {
        let help = Help.text(of: DeadActions.redrive)
        #expect(help.contains("(in_doubt) returns only where it is named by its id"))
    }
}
