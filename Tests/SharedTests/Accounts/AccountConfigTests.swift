import Testing

@testable import Shared

@Suite struct AccountConfigTests {
    private func config(_ sendingOrders: String) -> AccountConfig {
        AccountConfig(
            group: "VIP", leverage: 100, sendingOrders: sendingOrders, isEnabled: true,
            accountNumber: nil)
    }

    /// Domain §7: live, demo, strategy_provider, copy_follower.
    @Test(
        arguments: [
            ("rock", ["house", "house", "house", "house"]),
            ("barclays", ["barclays", "house", "barclays", "barclays"]),
            ("lp2", ["lp2", "house", "lp2", "lp2"]),
            ("nobody", [nil, "house", nil, nil]),
            ("", [nil, "house", "barclays", "barclays"]),
            ("ROCK", [nil, "house", nil, nil]),
            ("house", [nil, "house", nil, nil]),
        ] as [(String, [String?])])
    func theFlowOfEveryKindOfAccount(_ sendingOrders: String, _ flows: [String?]) throws {
        let barclays = try Provider("barclays")
        let known: Set<Provider> = [barclays, try Provider("lp2")]
        let found = UserType.allCases.map {
            config(sendingOrders).flow(of: $0, known: known, fallback: barclays)?.name
        }
        #expect(found == flows)
    }

    /// The queue of a provider that is not configured has no reader.
    @Test(
        arguments: [
            ("", [nil, "house", nil, nil]), ("rock", ["house", "house", "house", "house"]),
            ("barclays", [nil, "house", nil, nil]), ("lp2", ["lp2", "house", "lp2", "lp2"]),
        ] as [(String, [String?])])
    func nothingFallsBackToAnUnknownProvider(
        _ sendingOrders: String, _ flows: [String?]
    ) throws {
        let barclays = try Provider("barclays")
        let found = try UserType.allCases.map {
            try config(sendingOrders).flow(
                of: $0, known: [Provider("lp2")], fallback: barclays)?.name
        }
        #expect(found == flows)
    }

    @Test(arguments: [true, false])
    func aConfigurationComesBack(_ isEnabled: Bool) throws {
        var config = config("barclays")
        config.isEnabled = isEnabled
        config.accountNumber = isEnabled ? "A-7" : nil
        #expect(try AccountConfig(config.fields) == config)
        #expect(config.fields["status"] == (isEnabled ? "1" : "0"))
    }

    @Test func whatOthersLeaveOutHasAMeaning() throws {
        let least = try AccountConfig(Fields(["group": "VIP", "leverage": "50"]))
        #expect(least.isEnabled)
        #expect(least.sendingOrders.isEmpty)
        #expect(least.leverage == 50)
        for name in ["group", "leverage"] {
            var fields = Fields(["group": "VIP", "leverage": "50"])
            fields[name] = ""
            #expect(throws: FieldError(name, "", rule: "is required")) {
                try AccountConfig(fields)
            }
        }
    }
}
