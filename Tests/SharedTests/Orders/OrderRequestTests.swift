import Testing

@testable import Shared

@Suite struct OrderRequestTests {
    @Test(
        arguments: OrderState.allCases, [LegState.none, .placing, .active, .cancelling])
    func anAnswerIsToComeWhileARequestIsInFlight(_ state: OrderState, _ leg: LegState) throws {
        var order = try testOrder(state)
        order.takeProfit.state = leg
        let expected =
            switch state {
            case .queued, .pendingQueued, .modifying, .cancelling, .closing: true
            case .open: leg == .placing || leg == .cancelling
            case .pending, .closed, .cancelled, .rejected: false
            }
        #expect(order.hasRequestInFlight == expected)
    }

    @Test func requestsEndButForWhoPlacedTheOrder() throws {
        var order = try testOrder(.pending)
        order.requests.placedBy = "r1"
        order.requests.modifyID = try LifecycleID("MOD1")
        order.requests.closeInitiator = .admin
        order.requests.requestedAt = 5
        order.endRequests()
        var left = OrderRequests()
        left.placedBy = "r1"
        #expect(order.requests == left)
    }

    @Test(
        arguments: [
            (nil, nil, "1"), (nil, "2", "1"), ("2", nil, "1"), ("2", "1", "1"), ("2", "2", "2"),
            ("0.5", "0.5", "0.5"), ("0.5", "0.25", "1"),
        ] as [(String?, String?, String)])
    func aFillOfTheQuantityAskedForIsOfThat(
        _ asked: String?, _ reported: String?, _ filled: String
    ) throws {
        var order = try testOrder(.modifying)
        order.requests.modifyQuantity = try asked.map { try Quantity($0) }
        let quantity = try order.filledQuantity(reported: reported.map { try Quantity($0) })
        #expect(quantity == (try Quantity(filled)))
    }

    @Test(
        arguments: [
            (OrderState.modifying, OrderState.pending, OrderState?.none),
            (.cancelling, .pendingQueued, nil), (.cancelling, .pending, nil),
            (.cancelling, .modifying, .pending),
        ])
    func aRefusedRequestReturnsToTheStateBefore(
        _ state: OrderState, _ before: OrderState, _ next: OrderState?
    ) throws {
        var order = try testOrder(state)
        order.stateBefore = before
        try order.restore()
        #expect(order.state == before)
        #expect(order.stateBefore == next)
        order.stateBefore = nil
        #expect(throws: FieldError.self) { try order.restore() }
    }
}
