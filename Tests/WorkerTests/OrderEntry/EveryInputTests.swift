import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// Every input has an answer: no text in any field of any command makes a decision fail.
@Suite("Any text in any field") struct EveryInputTests {
    private static let texts = [
        "", " ", "0", "-0", "1", "-1", "00", "+1", "1e5", "0x10", "NaN", "Infinity", "1.", ".5",
        "1.00000000", "1.000000001", "92233720368.54775807", "-92233720368.54775807",
        "9223372036854775807", "99999999999999999999", "BUY", "SELL", "BUY_STOP", "EURUSD",
        "{live:7}", "a:b", "\u{0}", "\u{FFFD}", "ß", "🙂", "state: closed", "\n",
        String(repeating: "9", count: 5_000), "USER", "rock", "41", "42",
        "43", "BUY_LIMIT", "1.05",
    ]

    private static let commands: [[String: String]] = [
        EntryWorld.create, ["command": "account_configure", "leverage": "5"],
        ["command": "deposit", "amount": "5"], ["command": "withdraw", "amount": "5"],
        EntryWorld.place, EntryWorld.placePending,
    ]

    private static let names =
        Place.fields.union(Modify.fields).union(SetSwap.fields).union(AccountCreate.fields)
        .union(Deposit.fields).union(["command", "ttl_ms", "ts", "nonsense", ""]).sorted()

    @Test(
        "is accepted or refused, with a code that is listed",
        arguments: commands + EntryWorld.aboutOrder, [OrderState.open, .pending])
    func answered(command: [String: String], state: OrderState) throws {
        let codes = Set(RefuseReason.allCases.map(\.rawValue))
        let world = try EntryWorld {
            $0.orders = [
                try $0.order(in: state), try $0.order(42, .closing), try $0.resting(43, .modifying),
            ]
        }
        let account = try world.account()
        for name in Self.names {
            for text in Self.texts {
                switch try world.decide(command.with([name: text]), on: account) {
                case .apply: continue
                case .refuse(let reason):
                    let code = String(reason.prefix { $0 != ":" })
                    #expect(codes.contains(code), "\(name) = \(text.prefix(40))")
                    #expect(reason.utf8.count <= 200, "an answer does not echo what came")
                case .ignore, .defer, .dead: Issue.record("\(name) = \(text.prefix(40))")
                }
            }
        }
    }

    @Test("codes are short, bounded names")
    func codes() {
        for reason in RefuseReason.allCases {
            let plain = reason.rawValue.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
            #expect(plain, "\(reason)")
        }
    }
}
