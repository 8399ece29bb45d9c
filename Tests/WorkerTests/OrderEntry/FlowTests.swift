import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// Domain §7: where an order goes, by user type and `sending_orders`.
@Suite("Flow of an order") struct FlowTests {
    @Test(
        "the table",
        arguments: [
            (UserType.live, "rock", "house"), (.live, "barclays", "barclays"),
            (.live, "oanda", "oanda"), (.live, "", nil), (.live, "elsewhere", nil),
            (.demo, "rock", "house"), (.demo, "barclays", "house"), (.demo, "", "house"),
            (.demo, "elsewhere", "house"),
            (.strategyProvider, "rock", "house"), (.strategyProvider, "barclays", "barclays"),
            (.strategyProvider, "oanda", "oanda"), (.strategyProvider, "", "barclays"),
            (.strategyProvider, "elsewhere", nil),
            (.copyFollower, "rock", "house"), (.copyFollower, "barclays", "barclays"),
            (.copyFollower, "oanda", "oanda"), (.copyFollower, "", "barclays"),
            (.copyFollower, "elsewhere", nil),
        ] as [(UserType, String, String?)])
    func table(userType: UserType, sendingOrders: String, flow: String?) throws {
        let world = EntryWorld {
            $0.userType = userType
            $0.sendingOrders = sendingOrders
        }
        for command in [EntryWorld.place, EntryWorld.placePending] {
            guard let flow else {
                #expect(try world.decide(command) == .refuse("unsupported_flow"))
                continue
            }
            let step = try world.accept(command)
            let order = try #require(step.order)
            #expect(order.placement.flow.name == flow)
            #expect(
                order.placement.fields["execution"] == (flow == "house" ? "local" : "provider"))
            #expect(step.sends.map(\.provider.name) == [flow])
        }
    }

    @Test("an order keeps its flow when its account changes")
    func kept() throws {
        let world = try EntryWorld {
            $0.orders = [try $0.order(41, .open)]
            $0.sendingOrders = "rock"
        }
        #expect(try world.accept(EntryWorld.close).sends.map(\.provider.name) == ["barclays"])
    }
}
