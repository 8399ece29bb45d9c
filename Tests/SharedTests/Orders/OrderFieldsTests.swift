import Testing

@testable import Shared

@Suite struct OrderFieldsTests {
    /// Every rule takes part, with a value and without one, or the walk proves nothing.
    @Test func anyOrderComesBackFromItsFields() throws {
        var random = Seeded(seed: 21)
        var withValue: Set<String> = []
        var without: Set<String> = []
        for _ in 0..<400 {
            let order = try random.order()
            #expect(try Order(order.fields, account: order.account) == order)
            for rule in Order.rules {
                if rule.get(order) == nil {
                    without.insert(rule.name)
                } else {
                    withValue.insert(rule.name)
                }
            }
        }
        #expect(withValue == Set(Order.rules.map(\.name)))
        let always: Set<String> = [
            "state", "order_type", "order_quantity", "order_price", "version",
        ]
        #expect(without == withValue.subtracting(always))
    }

    @Test func noNameComesTwice() throws {
        var random = Seeded(seed: 22)
        for _ in 0..<200 {
            let names = try random.order().fields.list.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(Order.allNames.isSuperset(of: names))
        }
        #expect(Set(Order.rules.map(\.name)).count == Order.rules.count)
        #expect(
            Order.changingNames.isDisjoint(with: try testOrder().placement.fields.list.map(\.name)))
    }

    @Test func theReferencesTextsAndCommissionAreWrittenForOthers() throws {
        var order = try testOrder(.closing)
        order.money.commissionEntry = 7
        let fields = order.fields
        #expect(fields["status"] == "CLOSED")
        #expect(fields["order_status"] == "OPEN")
        #expect(fields["execution_status"] == "EXECUTED")
        #expect(fields["commission"] == "7")
        order.money.commissionExit = try Money("3.5")
        #expect(order.fields["commission"] == "10.5", "what it has cost in all")
        #expect(fields["execution"] == "local")
        #expect(try testOrder().fields["commission"] == nil)
    }

    /// Nothing decides on what is written for others.
    @Test func whatOthersReadIsNotReadBack() throws {
        var fields = try testOrder(.open).fields
        fields["status"] = "NONSENSE"
        fields["execution_status"] = "CLOSED"
        fields["somebody_elses"] = "x"
        #expect(try Order(fields, account: testOrder().account) == testOrder(.open))
    }

    @Test(
        arguments: [
            "order_id", "symbol", "group", "leverage", "flow", "placed_as", "created_at", "state",
            "order_quantity", "order_price",
        ])
    func whatAnOrderCannotLackIsNamed(_ name: String) throws {
        var fields = try testOrder().fields
        fields[name] = nil
        let account = try testOrder().account
        #expect(throws: FieldError(name, "", rule: "is required")) {
            try Order(fields, account: account)
        }
    }

    /// Texts may be anything; every other field refuses what it cannot be, under its own name.
    @Test func whatCannotBeReadIsNamed() throws {
        let texts: Set<String> = [
            "ids", "applied", "execs", "dead", "late_fill", "reject_reason", "placed_by",
            "provider_ord_status", "provider_exec_id", "provider_reason", "cancelled_by_arrival",
            "modified_by_arrival",
        ]
        let account = try testOrder().account
        for name in Order.rules.map(\.name) where !texts.contains(name) {
            var fields = try testOrder().fields
            fields[name] = "{no value}"
            #expect {
                try Order(fields, account: account)
            } throws: { ($0 as? FieldError)?.field == name }
        }
    }

    @Test(
        arguments: [
            (OrderState.queued, "OPEN QUEUED QUEUED"),
            (.pendingQueued, "PENDING-QUEUED PENDING-QUEUED QUEUED"),
            (.pending, "PENDING PENDING PENDING"), (.modifying, "MODIFY PENDING PENDING"),
            (.cancelling, "PENDING-CANCEL PENDING PENDING"), (.open, "OPEN OPEN EXECUTED"),
            (.closing, "CLOSED OPEN EXECUTED"), (.closed, "CLOSED CLOSED CLOSED"),
            (.cancelled, "CANCELLED CANCELLED CANCELLED"),
            (.rejected, "REJECTED REJECTED REJECTED"),
        ])
    func eachStateHasTheReferencesTexts(_ state: OrderState, _ texts: String) {
        func joined(_ request: LegRequest?) -> String {
            let status = ReferenceStatus(state, lastLegRequest: request)
            return [status.status, status.orderStatus, status.executionStatus]
                .joined(separator: " ")
        }
        #expect(joined(nil) == texts)
        for request in LegRequest.allCases {
            #expect(
                joined(request) == (state == .open ? "\(request.rawValue) OPEN EXECUTED" : texts))
        }
    }

    @Test func kindsOfIDsComeFromTheRegistryAlone() throws {
        var order = try testOrder()
        order.ids.set("CLS1", IDKind.close.rawValue)
        order.ids.set("P77", IDKind.takeProfitCancel.rawValue)
        order.ids.set("ODD", "nothing")
        #expect(order.kind(of: try LifecycleID("42")) == .order)
        #expect(order.kind(of: try LifecycleID("CLS1")) == .close)
        #expect(order.kind(of: try LifecycleID("P77")) == .takeProfitCancel)
        #expect(order.kind(of: try LifecycleID("CLS2")) == nil)
        #expect(order.kind(of: try LifecycleID("ODD")) == nil)
    }

    @Test func whatIsLeftOfAnOrderComesBack() throws {
        var random = Seeded(seed: 23)
        for _ in 0..<100 {
            let done = OrderDone(try random.order())
            #expect(try OrderDone(done.fields) == done)
        }
        #expect(throws: FieldError.self) {
            try OrderDone(Fields(["state": "gone", "version": "1"]))
        }
        #expect(throws: FieldError.self) { try OrderDone(Fields(["state": "closed"])) }
    }

    @Test func typesHaveASide() {
        for type in OrderType.allCases {
            #expect(type.side.text == (type.rawValue.hasPrefix("BUY") ? "BUY" : "SELL"))
            #expect(type.isPending == type.rawValue.contains("_"))
            #expect(type.ofPosition.rawValue == type.side.text)
        }
        #expect(throws: FieldError.self) { try OrderType(text: "buy") }
        #expect(throws: FieldError.self) { try Initiator(text: "ROBOT") }
    }
}
