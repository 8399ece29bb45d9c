import ServiceRuntime
import Shared
import Testing

@testable import Dispatcher

@Suite struct NamingTests {
    private static let statuses: [OrdStatus] = [
        .executed, .pending, .modify, .cancelled, .rejected,
    ]

    private func name(
        _ status: OrdStatus, _ order: Order, under kind: IDKind = .order, at price: Price? = nil
    ) -> Naming {
        Naming.of(status, on: kind, of: .kept(order), at: price)
    }

    /// A request's id says itself what is meant, whatever the order has become.
    @Test func theStateIsConsultedForTheOrdersOwnIDOnly() throws {
        for kind in IDKind.allCases where kind != .order {
            for status in OrdStatus.allCases {
                let names = try Set(
                    OrderState.allCases.map { name(status, try OrderBench.order($0), under: kind) })
                #expect(names.count == 1, "\(kind) \(status)")
            }
        }
    }

    @Test func acknowledgementsAndPartsAreNamedAlikeEverywhere() throws {
        for kind in IDKind.allCases {
            for state in OrderState.allCases {
                let order = try OrderBench.order(state)
                #expect(name(.acknowledged, order, under: kind) == .ignored(.acknowledgement))
                #expect(name(.partial, order, under: kind) == .dead(.partialFill))
            }
        }
    }

    /// The row of domain §4 for an order whose holdings are gone is that of a terminal order.
    @Test(arguments: [OrderState.closed, .cancelled, .rejected])
    func whatIsLeftOfAnOrderNamesLikeTheTerminalOrder(_ state: OrderState) throws {
        let order = try OrderBench.order(state)
        for status in NamingTests.statuses {
            for kind in IDKind.allCases {
                #expect(
                    Naming.of(status, on: kind, of: .done(OrderDone(order)))
                        == name(status, order, under: kind))
            }
        }
    }

    @Test(
        arguments: [
            (OrdStatus.pending, LegState.placing), (.rejected, .placing), (.rejected, .cancelling),
            (.cancelled, .cancelling),
        ])
    func twoCandidatesAreAmbiguous(_ status: OrdStatus, _ leg: LegState) throws {
        var order = try OrderBench.order(.open)
        order.stopLoss.state = leg
        guard case .event = name(status, order) else {
            Issue.record("one candidate is named")
            return
        }
        order.takeProfit.state = leg
        #expect(name(status, order) == .dead(.ambiguous))
    }

    /// Overtaken by the fill, or repeated behind it, it comes when legs are on their way.
    @Test func theConfirmationOfAPlacementIsNotALegs() throws {
        var order = try OrderBench.order(.open, side: .buyLimit)
        order.stopLoss.state = .placing
        #expect(name(.pending, order) == .ignored(.late))
        order.takeProfit.state = .placing
        #expect(name(.pending, order) == .ignored(.late))
        order.takeProfit.state = .none
        order.applied.set("42/PENDING/e:1", "2")
        #expect(name(.pending, order) == .event(.stopLossConfirmed))
        var atMarket = try OrderBench.order(.open)
        atMarket.stopLoss.state = .placing
        #expect(name(.pending, atMarket) == .event(.stopLossConfirmed))
    }

    /// The confirmation may be booked under an id that the provider has given the order since.
    @Test func aConfirmationUnderARecoveredIDIsOne() throws {
        var order = try OrderBench.order(.open, side: .buyLimit)
        order.stopLoss.state = .placing
        order.ids.set("P77", IDKind.order.rawValue)
        order.ids.set("SL9", IDKind.stopLoss.rawValue)
        for other in ["SL9/PENDING/e:1", "P77/EXECUTED/e:1", "P78/PENDING/e:1", "request/PENDING"] {
            order.applied.set(other, "2")
            #expect(name(.pending, order) == .ignored(.late), "\(other)")
        }
        order.applied.set("P77/PENDING/t:x", "3")
        #expect(name(.pending, order) == .event(.stopLossConfirmed))
    }

    /// A fill may come without that confirmation, or before it, and then nobody books it: a leg is
    /// known by the price at which it was asked for.
    @Test(arguments: [OrderType.buyLimit, .sellStop], Leg.allCases)
    func aLegIsConfirmedWhereThePlacementNeverWas(_ type: OrderType, _ leg: Leg) throws {
        var order = try OrderBench.order(.open, side: type)
        let sent = try PriceRules.legPriceSent(
            side: type.side, price: 1, halfSpread: order.terms.halfSpread)
        _ = try order.requestLeg(leg, at: 1, number: 1, now: 1)
        let confirmed: OrderEventKind =
            leg == .stopLoss ? .stopLossConfirmed : .takeProfitConfirmed
        #expect(name(.pending, order, at: sent) == .event(confirmed))
        #expect(name(.pending, order, at: order.price) == .ignored(.late))
        #expect(name(.pending, order, at: try Price("1.00000001")) == .ignored(.late))
        _ = try order.requestLeg(leg.other, at: 2, number: 1, now: 1)
        #expect(name(.pending, order, at: sent) == .dead(.ambiguous))
        order[leg].state = .active
        #expect(name(.pending, order, at: sent) == .ignored(.late))
    }

    @Test func aCloseAndALegInFlightAreTwoCandidatesForARefusal() throws {
        var order = try OrderBench.order(.closing)
        #expect(name(.rejected, order) == .event(.closeRejected))
        order.takeProfit.state = .placing
        #expect(name(.rejected, order) == .dead(.ambiguous))
        order.state = .open
        #expect(name(.rejected, order) == .event(.takeProfitRejected))
        order.takeProfit.state = .active
        #expect(name(.rejected, order) == .dead(.impossible))
    }

    @Test func aModifyAndACancelInFlightAreAmbiguousToo() throws {
        var order = try OrderBench.order(.cancelling)
        order.stateBefore = .modifying
        #expect(name(.rejected, order) == .dead(.ambiguous))
        order.stateBefore = .pending
        #expect(name(.rejected, order) == .event(.cancelRejected))
        order.stateBefore = .pendingQueued
        #expect(name(.rejected, order) == .event(.placementRejected))
    }

    /// Until its replacement is booked, an order may be told of as cancelled twice.
    @Test func aCancelOfWhatMayBeReplacedIsOne() throws {
        var order = try OrderBench.order(.cancelled)
        let names = NamingTests.statuses.map { name($0, order) }
        order.stateBefore = .modifying
        for (status, before) in zip(NamingTests.statuses, names) {
            let isCancel = status == .cancelled
            #expect(name(status, order) == (isCancel ? .event(.cancelConfirmed) : before))
        }
    }

    @Test func aNamingSurvivesItsText() throws {
        let all: [Naming] =
            OrderEventKind.allCases.map { .event($0) } + IgnoreReason.allCases.map { .ignored($0) }
            + DeadReason.allCases.map { .dead($0) } + DeferReason.allCases.map { .deferred($0) }
        for naming in all { #expect(try Naming(text: naming.text) == naming) }
        #expect(Set(all.map(\.text)).count == all.count)
    }

    @Test(arguments: ["", "event", "event ", "event nothing", "dead x", "closeFilled", "a b c"])
    func aNameOfAnotherVersionIsRefused(_ text: String) {
        #expect(throws: FieldError.self) { try Naming(text: text) }
    }

    @Test(arguments: OrderEventKind.allCases)
    func everyEventHasAWorker(_ event: OrderEventKind) {
        #expect(event.role.handler?.role == event.role)
    }
}
