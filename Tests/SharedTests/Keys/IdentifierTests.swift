import Testing

@testable import Shared

/// What is let into a key, and which error each fault has.
@Suite struct IdentifierTests {
    private func code(_ make: () throws(KeyError) -> Void) -> String? {
        do throws(KeyError) {
            try make()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func everyUserTypeHasItsAccounts() throws {
        let types = ["live", "demo", "strategy_provider", "copy_follower"]
        #expect(UserType.allCases.map(\.rawValue) == types)
        for text in types {
            let type = try UserType(text: text)
            #expect(try AccountID(type, "42").tag == text + ":42")
            #expect(try AccountID(tag: text + ":42") == AccountID(type, "42"))
        }
    }

    @Test(
        arguments: [
            ("", "empty"), ("live:", "empty"), (":", "unknown_user_type"),
            ("live", "malformed"), ("vip:1", "unknown_user_type"), ("LIVE:1", "unknown_user_type"),
            ("live:{1}", "brace_in_tag"), ("li}ve:1", "brace_in_tag"), ("live:a", "malformed"),
            ("live:-1", "malformed"), ("live: 1", "malformed"), ("live:1:2", "malformed"),
            ("live:12345678901234567890", "malformed"), ("live:١", "malformed"),
        ])
    func whatIsNoAccountIsRefused(_ tag: String, _ error: String) {
        #expect(code { () throws(KeyError) in _ = try AccountID(tag: tag) } == error)
    }

    @Test(
        arguments: [
            ("", "empty"), ("0", "malformed"), ("-1", "malformed"), ("+1", "malformed"),
            ("01", "malformed"), ("1.0", "malformed"), ("9223372036854775808", "malformed"),
            ("CLS1", "malformed"), ("1", nil), ("9223372036854775807", nil),
        ] as [(String, String?)])
    func anOrderIDIsAPositiveNumberWithOneText(_ text: String, _ error: String?) throws {
        #expect(code { () throws(KeyError) in _ = try OrderID(text) } == error)
        if error == nil {
            #expect(try OrderID(text).text == text)
            #expect(try OrderID(text) == OrderID(number: OrderID(text).number))
        }
    }

    @Test(
        arguments: [
            ("", "empty"), ("{", "brace_in_tag"), ("a}b", "brace_in_tag"), ("a b", "malformed"),
            ("a=b", "malformed"), ("a/b", "malformed"), ("é", "malformed"), ("a\n", "malformed"),
            (String(repeating: "x", count: 65), "malformed"),
            (String(repeating: "x", count: 64), nil), ("AZaz09._:-", nil),
            ("copy:42:7:9", nil),
        ] as [(String, String?)])
    func idsOfLifecyclesAndRequestsShareAnAlphabet(_ text: String, _ error: String?) {
        #expect(code { () throws(KeyError) in _ = try LifecycleID(text) } == error)
        #expect(code { () throws(KeyError) in _ = try RequestID(text) } == error)
    }

    @Test func ourOwnIDsSayTheirKind() throws {
        let prefixes = IDKind.allCases.map(\.prefix)
        #expect(prefixes == ["", "CLS", "MOD", "CXL", "SL", "TP", "SLC", "TPC"])
        #expect(LifecycleID(.takeProfitCancel, number: 5).text == "TPC5")
        #expect(LifecycleID(OrderID(number: 5)).text == "5")
        #expect(LifecycleID(.order, number: 5) == LifecycleID(OrderID(number: 5)))
    }

    @Test func ordersAreOrderedByNumber() {
        #expect(OrderID(number: 9) < OrderID(number: 10))
    }

    @Test(
        arguments: [
            ("", "empty"), ("Barclays", "malformed"), ("a b", "malformed"), ("a{b", "malformed"),
            (String(repeating: "x", count: 33), "malformed"), ("barclays", nil), ("lp_2-b", nil),
        ] as [(String, String?)])
    func aProviderIsAShortName(_ name: String, _ error: String?) {
        #expect(code { () throws(KeyError) in _ = try Provider(name) } == error)
    }

    @Test func rolesComeBackFromTheirNames() throws {
        let roles = [.orders, .reports, .provider(try Provider("barclays"))] + Role.workers
        for role in roles { #expect(try Role(name: role.name) == role) }
        #expect(Set(roles.map(\.name)).count == roles.count)
        #expect(Role.workers.map(\.name).contains("stoploss"))
        for name in ["", "worker", "provider-", "provider-A", "Open"] {
            #expect(throws: KeyError.self) { try Role(name: name) }
        }
    }

    @Test func faultsHaveNamesToCountByAndTextsToLog() {
        let faults: [KeyError] = [
            .brace(field: "f", text: "{"), .empty(field: "f"), .unknownUserType("vip"),
            .malformed(field: "f", text: "t", rule: "r"),
        ]
        #expect(Set(faults.map(\.code)).count == faults.count)
        #expect(faults.map { "\($0)" }.allSatisfy { !$0.isEmpty })
        #expect("\(faults[3])" == "f 't' is not r")
    }
}
