import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// What all commands about an order have in common, walked whole: every command, in every state,
/// for every type of account.
@Suite("Commands about an order") struct OrderCommandTests {
    private static let commands = EntryWorld.aboutOrder

    private static func kind(_ command: [String: String]) throws -> OrderCommandKind {
        try #require(OrderCommandKind(rawValue: command["command"] ?? ""))
    }

    @Test("every command in every state does what the table says", arguments: commands)
    func everyState(command: [String: String]) throws {
        let kind = try Self.kind(command)
        for state in OrderState.allCases {
            let world = try EntryWorld { world in
                var order = try world.order(in: state)
                // Resting orders keep both prices, so that there is something to cancel.
                if state.isResting {
                    order.stopLoss.price = 1
                    order.takeProfit.price = 2
                }
                world.orders = [order]
            }
            let outcome = try world.decide(command)
            switch CommandTable.verdict(kind, in: state) {
            case .refused: #expect(outcome == .refuse("state: \(state.rawValue)"))
            case .to(let next): #expect(try transition(outcome).order?.state == next)
            case .keep:
                let step = try transition(outcome)
                #expect(step.order?.state == state)
                #expect(step.sends.isEmpty)
            case .byLeg: continue
            }
        }
    }

    @Test("every command about a leg in every state of that leg", arguments: commands)
    func everyLegState(command: [String: String]) throws {
        let kind = try Self.kind(command)
        guard CommandTable.verdict(kind, in: .open) == .byLeg else { return }
        let leg: Leg =
            [.setStopLoss, .cancelStopLoss].contains(kind) ? .stopLoss : .takeProfit
        for state in LegState.allCases {
            let world = try EntryWorld { $0.orders = [try $0.order(in: .open, legs: state)] }
            let outcome = try world.decide(command)
            guard let next = CommandTable.legVerdict(kind, in: state) else {
                guard case .refuse = outcome else {
                    Issue.record("\(kind) \(state): \(outcome)")
                    continue
                }
                continue
            }
            let step = try transition(outcome)
            #expect(step.order?[leg].state == next)
            #expect(step.order?.state == .open)
        }
    }

    /// An account's type shows in its keys; nothing else about a command differs (domain §1).
    @Test("every user type", arguments: UserType.allCases, commands)
    func everyUserType(userType: UserType, command: [String: String]) throws {
        let world = try world(for: command) { $0.userType = userType }
        let step = try world.accept(command)
        let order = try #require(step.order)
        #expect(order.key.text == "user_holdings:{\(userType.rawValue):7}:41")
        for sent in step.sends {
            #expect(sent.provider.name == "barclays")
            #expect(sent.fields["key"] == order.key.text)
            #expect(sent.account == order.account)
        }
    }

    @Test("what is sent is what a provider of ours reads", arguments: commands)
    func readBack(command: [String: String]) throws {
        let world = try world(for: command)
        let step = try world.accept(command)
        for sent in step.sends {
            let request = try ProviderRequest(sent.fields)
            #expect(request.id == sent.id)
            #expect(request.key == step.order?.key)
            #expect(request.idempotencyKey == "req-1")
            #expect(step.newIDs.contains(sent.id))
            #expect(step.order?.kind(of: sent.id) != nil, "the registry knows it")
        }
    }

    @Test("new orders are read too", arguments: [EntryWorld.place, EntryWorld.placePending])
    func placementsReadBack(command: [String: String]) throws {
        let step = try EntryWorld().accept(command)
        let request = try ProviderRequest(try #require(step.sends.first).fields)
        #expect(request.order == step.order?.id)
        #expect(request.kind == (command["command"] == "place" ? .place : .placePending))
    }

    @Test("a closed order that is no longer kept is refused with its state", arguments: commands)
    func done(command: [String: String]) throws {
        let world = try EntryWorld {
            $0.done = [OrderID(number: 41): OrderDone(try $0.order(41, .closed))]
        }
        #expect(try world.decide(command) == .refuse("state: closed"))
    }

    @Test(
        "who closed it stays on the order, for the close message",
        arguments: Initiator.allCases)
    func initiators(initiator: Initiator) throws {
        let world = try EntryWorld { $0.orders = [try $0.order(41, .open)] }
        let step = try world.accept(EntryWorld.close.with(["initiator": initiator.rawValue]))
        #expect(step.order?.requests.closeInitiator == initiator)
    }

    @Test("the prices read for it are those that reprice its symbol", arguments: commands)
    func needs(command: [String: String]) throws {
        let world = try EntryWorld {
            $0.quotes["GBPUSD"] = EntryWorld.Quote(bid: "1.3", ask: "1.3002")
            $0.orders = [try $0.order(41, .open, symbol: "EURGBP")]
        }
        let account = try world.account()
        let read = try world.handler().needs(try world.command(command), on: account)
        #expect(read.symbols.map(\.text).sorted() == ["EURGBP", "GBPUSD", "USDGBP"])
        #expect(read.terms.isEmpty)
    }

    /// A world in which the command is accepted.
    private func world(
        for command: [String: String], _ change: (inout EntryWorld) -> Void = { _ in }
    ) throws -> EntryWorld {
        let kind = try Self.kind(command)
        return try EntryWorld { world in
            change(&world)
            let isCancel = kind == .cancelStopLoss || kind == .cancelTakeProfit
            let rests = kind == .modify || kind == .cancel
            world.orders = [
                try world.order(in: rests ? .pending : .open, legs: isCancel ? .active : .none)
            ]
        }
    }

    private func transition(_ outcome: Outcome) throws -> Transition {
        guard case .apply(let step) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        return step
    }
}

/// While Redis or a queue is too full, or the account may not trade, what raises the risk is refused
/// and all else goes on (architecture §4).
@Suite("Commands under pressure") struct CommandPressureTests {
    private static let raising = [EntryWorld.place, EntryWorld.placePending, EntryWorld.modify]

    private static func world(_ command: [String: String]) throws -> EntryWorld {
        try EntryWorld {
            let isCancel = command["command"]?.hasPrefix("cancel_") == true
            let rests = ["modify", "cancel"].contains(command["command"])
            $0.orders = [
                try $0.order(in: rests ? .pending : .open, legs: isCancel ? .active : .none)
            ]
        }
    }

    @Test("what raises the risk is refused", arguments: raising)
    func refused(command: [String: String]) throws {
        var world = try Self.world(command)
        for (state, text) in [
            (Pressure.State.memoryFull, "memory_full"), (.overloaded, "overloaded"),
        ] {
            world.pressure = state
            #expect(try world.decide(command) == .refuse(text))
        }
        world.pressure = .none
        #expect(throws: Never.self) { try world.accept(command) }
        world.isEnabled = false
        #expect(try world.decide(command) == .refuse("account_disabled"))
    }

    @Test(
        "all else passes",
        arguments: EntryWorld.aboutOrder.filter { $0["command"] != "modify" } + [
            ["command": "deposit", "amount": "5"], ["command": "withdraw", "amount": "5"],
            ["command": "account_configure", "leverage": "5"],
        ])
    func passes(command: [String: String]) throws {
        var world = try Self.world(command)
        for state in [Pressure.State.memoryFull, .overloaded] {
            world.pressure = state
            #expect(throws: Never.self) { try world.accept(command) }
        }
        world.isEnabled = false
        #expect(throws: Never.self) { try world.accept(command) }
    }
}
