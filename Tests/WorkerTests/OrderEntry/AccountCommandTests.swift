import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

@Suite("Accounts and their money") struct AccountCommandTests {
    @Test("an account is created with what is given, enabled and without money")
    func create() throws {
        let world = EntryWorld { $0.balance = nil }
        let step = try world.accept(EntryWorld.create)
        #expect(step.type == .accountCreated)
        #expect(step.order == nil)
        #expect(step.ledger.isEmpty)
        #expect(
            step.config
                == AccountConfig(
                    group: "VIP", leverage: 200, sendingOrders: "", isEnabled: true,
                    accountNumber: nil))
        #expect(step.answer?.result.isAccepted == true)
        let account = try world.account().applying(step, at: Prices(), random: 1, now: world.now)
            .account
        #expect(account.portfolio?.balance == .zero)
        #expect(account.portfolio?.version == 1)
        #expect(account.config?.group == "VIP")
    }

    @Test("with all its fields")
    func createWhole() throws {
        let step = try EntryWorld { $0.balance = nil }.accept(
            EntryWorld.create.with([
                "sending_orders": "rock", "account_number": "MT-4.7", "status": "0",
            ]))
        #expect(
            step.config
                == AccountConfig(
                    group: "VIP", leverage: 200, sendingOrders: "rock", isEnabled: false,
                    accountNumber: "MT-4.7"))
    }

    @Test(
        "configuring changes the fields that are given and no other",
        arguments: [
            ["group": "PRO"], ["leverage": "50"], ["sending_orders": "oanda"], ["status": "0"],
            ["account_number": "B-8"], ["group": "PRO", "leverage": "33.3"],
        ])
    func configure(changes: [String: String]) throws {
        let world = EntryWorld()
        let before = try #require(try world.account().config)
        let step = try world.accept(["command": "account_configure"].with(changes.mapValues { $0 }))
        #expect(step.type == .accountConfigured)
        let after = try #require(step.config)
        let changed = after.fields.byName.filter { before.fields.byName[$0.key] != $0.value }
        #expect(changed == changes)
    }

    @Test(
        "deposits and withdrawals are rows of the ledger",
        arguments: [
            ("deposit", "0.01", "0.01"), ("deposit", "2500", "2500"),
            ("withdraw", "10000", "-10000"), ("withdraw", "99.99", "-99.99"),
        ])
    func money(command: String, amount: String, booked: String) throws {
        let step = try EntryWorld().accept(["command": command, "amount": amount])
        let kind = command == "deposit" ? LedgerKind.deposit : .withdrawal
        #expect(step.type == .balanceChanged)
        #expect(step.ledger == [LedgerEntry(kind, try Money(booked))])
        #expect(step.order == nil)
        #expect(step.config == nil)
    }

    @Test("a disabled account takes deposits and gives withdrawals")
    func disabled() throws {
        let world = EntryWorld { $0.isEnabled = false }
        for command in ["deposit", "withdraw"] {
            #expect(try world.accept(["command": command, "amount": "1"]).ledger.count == 1)
        }
    }
}
