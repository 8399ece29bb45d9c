import Testing

@testable import Shared

@Suite struct RejectionTypeTests {
    /// The reference tells what was refused by the id's prefix; our ids have the same ones.
    @Test(
        arguments: [
            (OrderEventKind.placementRejected, "", "ORDER_PLACEMENT"),
            (.closeRejected, "CLS", "ORDER_CLOSE"), (.modifyRejected, "MOD", "PENDING_MODIFY"),
            (.cancelRejected, "CXL", "PENDING_CANCEL"), (.stopLossRejected, "SL", "STOPLOSS_ADD"),
            (.takeProfitRejected, "TP", "TAKEPROFIT_ADD"),
            (.stopLossCancelRejected, "SLC", "STOPLOSS_REMOVE"),
            (.takeProfitCancelRejected, "TPC", "TAKEPROFIT_REMOVE"),
        ])
    func aRefusalIsNamedByTheIDOfItsRequest(
        _ event: OrderEventKind, _ prefix: String, _ name: String
    ) {
        let type = RejectionType(event)
        #expect(type?.rawValue == name)
        #expect(type?.idKind.prefix == prefix)
    }

    @Test func theRejectWorkersEventsAndNoOthersAreRefusals() {
        for event in OrderEventKind.allCases {
            #expect((RejectionType(event) != nil) == (event.role == .reject), "\(event)")
        }
    }
}
