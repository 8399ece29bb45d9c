import Testing

@testable import Shared

@Suite struct JudgementTests {
    /// An order with one request of every kind, all of them the last of their kind.
    private func order(
        _ state: OrderState, before: OrderState? = nil, legs: LegState = .none
    ) throws -> Order {
        var order = try testOrder(state, type: .buyLimit, before: before)
        order.requests.closeID = LifecycleID(.close, number: 1)
        order.requests.modifyID = LifecycleID(.modify, number: 1)
        order.requests.cancelID = LifecycleID(.cancel, number: 1)
        order.stopLoss.id = LifecycleID(.stopLoss, number: 1)
        order.stopLoss.cancelID = LifecycleID(.stopLossCancel, number: 1)
        order.takeProfit.id = LifecycleID(.takeProfit, number: 1)
        order.takeProfit.cancelID = LifecycleID(.takeProfitCancel, number: 1)
        for leg in Leg.allCases { order[leg].state = legs }
        for kind in IDKind.allCases where kind != .order {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        return order
    }

    private func judge(_ message: OrderMessage, _ order: Order) -> Judgement {
        Judgement.of(message, on: .kept(order))
    }

    /// Every event × state × state before × leg state: the judgement is the table's, resolved.
    @Test(arguments: OrderEventKind.allCases)
    func everyJudgementIsTheTablesResolved(_ event: OrderEventKind) throws {
        for state in OrderState.allCases {
            for before in [nil] + OrderState.allCases.map(Optional.some) {
                for legs in LegState.allCases {
                    let order = try order(state, before: before, legs: legs)
                    let judgement = judge(try testMessage(event), order)
                    let verdict = StateTable.verdict(event, in: state)
                    #expect(judgement == resolve(verdict, event, before, legs))
                }
            }
        }
    }

    private func resolve(
        _ verdict: Verdict, _ event: OrderEventKind, _ before: OrderState?, _ legs: LegState
    ) -> Judgement {
        switch verdict {
        case .to, .restore, .keep: .applies(verdict)
        case .from(let state, let then, let otherwise):
            resolve(before == state ? then : otherwise, event, before, legs)
        case .byLeg:
            StateTable.legVerdict(event, in: legs) == .late
                ? .ignored(.late) : .applies(.byLeg)
        case .early: .deferred(.early)
        case .late, .replacement: .ignored(.late)
        case .dead(let reason): .dead(reason)
        }
    }

    /// Looked up first: before the state, before the quantity, under whatever id and event.
    @Test(arguments: OrderState.allCases)
    func aBookedExecIDIsARepeatInEveryState(_ state: OrderState) throws {
        var order = try order(state)
        order.execs.set(Escape.text("X 1"), "1")
        for event in OrderEventKind.allCases where event.isFill {
            let part = try testMessage(event, exec: "X 1", quantity: try Quantity("0.1"))
            #expect(judge(part, order) == .ignored(.repeatedFill))
            let other = try testMessage(event, exec: "X")
            #expect(judge(other, order) != .ignored(.repeatedFill))
            let done = Judgement.of(part, on: .done(OrderDone(order)))
            #expect(done == .ignored(.repeatedFill))
        }
    }

    /// An exec id tells fills apart; answers may repeat it.
    @Test func anAnswerUnderABookedExecIDIsNoRepeat() throws {
        var order = try order(.closing)
        order.execs.set("X1", "1")
        let message = try testMessage(.closeRejected, on: "CLS1", .close, exec: "X1")
        #expect(judge(message, order) == .applies(.to(.open)))
    }

    @Test(
        arguments: [
            ("0.99999999", true), ("0.00000001", true), ("1", false), ("0", false),
            ("100000", false),
        ])
    func onlyAPartOfTheQuantityIsPartial(_ quantity: String, _ isPartial: Bool) throws {
        let filled = try testMessage(.filled, quantity: try Quantity(quantity))
        let closed = try testMessage(
            .closeFilled, on: "CLS1", .close, quantity: try Quantity(quantity))
        let expected = { (next: OrderState) -> Judgement in
            isPartial ? .dead(.partialFill) : .applies(.to(next))
        }
        #expect(judge(filled, try order(.queued)) == expected(.open))
        #expect(judge(closed, try order(.closing)) == expected(.closed))
    }

    @Test func aCloseUnderTheOrdersOwnIDNeedsAnExecID() throws {
        let own = try testMessage(.closeFilled, exec: nil)
        #expect(judge(own, try order(.closing)) == .dead(.ambiguousFill))
        #expect(judge(own, try order(.open)) == .dead(.ambiguousFill))
        #expect(judge(try testMessage(.closeFilled), try order(.closing)) == .applies(.to(.closed)))
        let close = try testMessage(.closeFilled, on: "CLS1", .close, exec: nil)
        #expect(judge(close, try order(.closing)) == .applies(.to(.closed)))
        let open = try testMessage(.filled, exec: nil)
        #expect(judge(open, try order(.queued)) == .applies(.to(.open)))
    }

    /// Answers of an earlier request are late; a fill is a fact under any id the order ever had.
    @Test(
        arguments: [
            (OrderEventKind.closeRejected, IDKind.close, OrderState.closing, LegState.none),
            (.modifyConfirmed, .modify, .modifying, .none),
            (.modifyRejected, .modify, .modifying, .none),
            (.cancelConfirmed, .cancel, .cancelling, .none),
            (.cancelRejected, .cancel, .cancelling, .none),
            (.stopLossConfirmed, .stopLoss, .open, .placing),
            (.takeProfitRejected, .takeProfit, .open, .placing),
            (.stopLossCancelled, .stopLossCancel, .open, .cancelling),
            (.takeProfitCancelRejected, .takeProfitCancel, .open, .cancelling),
        ])
    func anAnswerAppliesUnderTheCurrentIDOnly(
        _ event: OrderEventKind, _ kind: IDKind, _ state: OrderState, _ legs: LegState
    ) throws {
        var order = try order(state, before: .pending, legs: legs)
        let old = kind.prefix + "0"
        order.ids = NamedList(text: "\(old)=\(kind.rawValue) " + order.ids.text)
        let current = try testMessage(event, on: kind.prefix + "1", kind)
        #expect(judge(try testMessage(event, on: old, kind), order) == .ignored(.late))
        #expect(judge(current, order) != .ignored(.late))
        #expect(judge(try testMessage(event), order) == judge(current, order))

        // Recovery: the provider's new id stands for the request that it was attached behind.
        order.ids.set("P77", kind.rawValue)
        let recovered = try testMessage(event, on: "P77", kind)
        #expect(judge(recovered, order) == judge(current, order))
        order.ids.remove(kind.prefix + "1")
        order.ids.set(kind.prefix + "1", kind.rawValue)
        #expect(judge(recovered, order) == .ignored(.late))
    }

    @Test func aFillIsAFactUnderAnyID() throws {
        var order = try order(.open)
        order.ids.set("CLS0", IDKind.close.rawValue)
        order.requests.closeID = nil
        let old = try testMessage(.closeFilled, on: "CLS0", .close)
        #expect(judge(old, order) == .applies(.to(.closed)))
        let lost = try testMessage(.filled, on: "CXL1", .cancel)
        #expect(judge(lost, try self.order(.cancelled)) == .applies(.to(.open)))
    }

    @Test(
        arguments: [
            ("6-0", "5-0", true), ("5-0", "5-0", false), ("4-9", "5-0", false),
            ("5-1", "5-0", true), ("10-0", "9-1", true), ("9-1", "10-0", false),
            ("5-10", "5-9", true), ("x", "5-0", false), ("6-0", "x", false), ("6", "5-0", false),
        ])
    func aReplacementLiesBehindTheCancel(
        _ arrival: String, _ cancel: String, _ applies: Bool
    ) throws {
        var order = try order(.cancelled, before: .modifying)
        order.cancelledByArrival = cancel
        let own = try testMessage(.modifyConfirmed, arrival: arrival)
        let modify = try testMessage(.modifyConfirmed, on: "MOD1", .modify, arrival: arrival)
        for next in [OrderState.cancelling, .pending] {
            order.requests.cancelID = next == .pending ? nil : LifecycleID(.cancel, number: 1)
            let expected: Judgement = applies ? .applies(.to(next)) : .ignored(.late)
            #expect(judge(own, order) == expected)
            #expect(judge(modify, order) == expected)
        }
        order.stateBefore = .pending
        #expect(judge(modify, order) == .ignored(.late))
        order.stateBefore = .modifying
        order.cancelledByArrival = nil
        #expect(judge(modify, order) == .ignored(.late))
    }

    /// Which worker is first is chance: the cancel of a replacement may come when the change stands.
    @Test(
        arguments: [
            ("4-9", "5-0", true), ("5-0", "5-1", true), ("9-1", "10-0", true),
            ("5-0", "5-0", false), ("5-1", "5-0", false), ("10-0", "9-1", false),
            ("x", "5-0", false), ("4-0", "x", false),
        ])
    func aCancelBeforeTheChangeIsHalfOfIt(
        _ arrival: String, _ change: String, _ isHalf: Bool
    ) throws {
        var order = try order(.pending)
        let cancel = try testMessage(.cancelConfirmed, arrival: arrival)
        #expect(judge(cancel, order) == .applies(.to(.cancelled)))
        order.modifiedByArrival = change
        #expect(judge(cancel, order) == (isHalf ? .ignored(.late) : .applies(.to(.cancelled))))
        let ours = try testMessage(.cancelConfirmed, on: "CXL1", .cancel, arrival: arrival)
        var cancelling = try self.order(.cancelling, before: .pending)
        cancelling.modifiedByArrival = change
        #expect(judge(ours, cancelling) == .applies(.to(.cancelled)))
    }

    /// Our own cancel ends what may be replaced, wherever its report lies; any other one by its place.
    @Test(
        arguments: [
            ("4-0", IDKind.order, false), ("6-0", .order, true), ("4-0", .cancel, true),
            ("6-0", .cancel, true),
        ])
    func whatMayBeReplacedIsCancelledAgain(
        _ arrival: String, _ kind: IDKind, _ applies: Bool
    ) throws {
        var order = try order(.cancelled, before: .modifying)
        order.cancelledByArrival = "5-0"
        let cancel = try testMessage(
            .cancelConfirmed, on: kind == .order ? "42" : "CXL1", kind, arrival: arrival)
        #expect(judge(cancel, order) == (applies ? .applies(.keep) : .ignored(.late)))
        order.stateBefore = nil
        #expect(judge(cancel, order) == .ignored(.late))
    }

    /// `order_done` names and judges; it never changes again.
    @Test(arguments: OrderState.allCases.filter(\.isTerminal))
    func whatIsNoLongerKeptIsNeverMoved(_ state: OrderState) throws {
        let done = StoredOrder.done(OrderDone(try order(state)))
        for event in OrderEventKind.allCases {
            let judgement = Judgement.of(try testMessage(event), on: done)
            if !event.isFill {
                #expect(judgement == .ignored(.late))
            } else if state == .closed {
                #expect(judgement == .dead(.secondFill))
            } else {
                #expect(judgement == .dead(event == .filled ? .lateFill : .impossible))
            }
        }
    }

    @Test func anOrderThatNobodyKnowsIsWaitedFor() throws {
        for event in OrderEventKind.allCases {
            #expect(
                Judgement.of(try testMessage(event), on: .unknown) == .deferred(.unknownID))
        }
    }

    @Test func everyKindHasItsCurrentID() throws {
        let order = try order(.open)
        for kind in IDKind.allCases {
            let number: Int64 = kind == .order ? 42 : 1
            #expect(order.currentID(of: kind) == LifecycleID(kind, number: number))
        }
        for kind in IDKind.allCases where kind != .order {
            #expect(try testOrder().currentID(of: kind) == nil)
        }
    }
}
