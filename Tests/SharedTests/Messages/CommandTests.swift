import Testing

@testable import Shared

@Suite struct CommandTests {
    private func fields(_ changes: KeyValuePairs<String, String?> = [:]) -> Fields {
        var fields = Fields([
            "v": "1", "command": "place", "request_id": "r1", "user_type": "live",
            "user_id": "7", "symbol": "EURUSD", "order_quantity": "1", "ts": "5",
        ])
        for (name, value) in changes { fields[name] = value }
        return fields
    }

    private func command(_ changes: KeyValuePairs<String, String?> = [:]) throws -> Command {
        try Command(fields(changes), entry: "1700000000000-3")
    }

    @Test func aCommandSaysWhoseItIsAndWhenItCame() throws {
        let command = try command(["order_id": "42"])
        #expect(command.account.tag == "live:7")
        #expect(command.requestID.text == "r1")
        #expect(command.order == OrderID(number: 42))
        #expect(command.acceptedAt == 1_700_000_000_000)
        #expect(command.eventID.text == "request/r1")
        #expect(command.request?.id == command.requestID)
    }

    /// Its time to live counts from there, and it is the same command.
    @Test func whatCameBackSaysWhenItFirstCame() throws {
        let first = try command()
        let again = try command(["arrival": "1600000000000-7"])
        #expect(again.acceptedAt == 1_600_000_000_000)
        #expect(again.request == first.request)
        for text in ["1800000000000-0", "soon", ""] {
            #expect(try command(["arrival": text]).acceptedAt == 1_700_000_000_000)
        }
    }

    /// Its fault is an answer that names the field, so the command itself is read.
    @Test func anOrderIDThatIsNoneIsLeftToTheAnswer() throws {
        #expect(try command(["order_id": "CLS1"]).order == nil)
        #expect(try command().order == nil)
    }

    @Test func theDigestTellsAnotherCommandUnderTheSameID() throws {
        let digest = try #require(try command().request?.digest)
        #expect(try command(["ts": "6"]).request?.digest == digest)
        #expect(try command(["ts": nil]).request?.digest == digest)
        let shuffled = Fields(fields().list.reversed())
        #expect(try Command(shuffled, entry: "1-1").request?.digest == digest)
        for other in [
            ["order_quantity": "2"], ["symbol": nil], ["more": ""], ["symbol": "EURUSD1"],
        ] as [KeyValuePairs<String, String?>] {
            #expect(try command(other).request?.digest != digest)
        }
    }

    @Test(
        arguments: [
            ("user_type", "vip"), ("user_type", ""), ("user_id", "a"), ("user_id", ""),
            ("request_id", "a b"), ("request_id", ""), ("v", ""),
        ])
    func whatNamesNoAccountOrRequestIsNoCommand(_ name: String, _ text: String) {
        #expect {
            try command([name: text])
        } throws: { error in
            guard case MessageError.unreadable(let fault) = error else { return false }
            return fault.field == name
        }
    }

    @Test func anotherVersionIsNotGuessedAt() {
        #expect(throws: MessageError.unknownVersion("0")) { try command(["v": "0"]) }
    }

    @Test func everyCommandHasAName() throws {
        let names = CommandKind.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count == 4 + OrderCommandKind.allCases.count)
        for kind in CommandKind.all { #expect(try CommandKind(text: kind.name) == kind) }
        #expect(try CommandKind(text: "place_pending") == .order(.placePending))
        #expect(throws: FieldError.self) { try CommandKind(text: "PLACE") }
    }

    @Test(arguments: [true, false])
    func anAnswerComesBackFromItsFields(_ isAccepted: Bool) throws {
        let result = CommandResult(
            digest: "abc", isAccepted: isAccepted, reason: isAccepted ? nil : "wrong_side",
            order: isAccepted ? OrderID(number: 5) : nil,
            lifecycleID: isAccepted ? try LifecycleID("CLS1") : nil, timestamp: 17)
        #expect(try CommandResult(result.fields) == result)
        #expect(result.fields["status"] == (isAccepted ? "accepted" : "refused"))
    }

    @Test(arguments: ["digest", "status", "ts"])
    func anAnswerWithoutItsPartsIsRefused(_ name: String) {
        var fields = Fields(["digest": "a", "status": "accepted", "ts": "1"])
        fields[name] = nil
        #expect(throws: FieldError(name, "", rule: "is required")) {
            try CommandResult(fields)
        }
    }
}
