import ServiceRuntime
import Shared
import Testing

/// Every event on an order in every state, with its leg in every state, for every user type: what
/// the table says is what the workers do.
@Suite struct EveryStateTests {
    struct Place: Sendable, CustomTestStringConvertible {
        let state: OrderState
        let before: OrderState?

        var testDescription: String { "\(state)" + (before.map { " from \($0)" } ?? "") }

        static let all: [Place] = OrderState.allCases.flatMap { state -> [Place] in
            switch state {
            case .modifying: [Place(state: state, before: .pending)]
            case .cancelling:
                [OrderState.pendingQueued, .pending, .modifying].map {
                    Place(state: state, before: $0)
                }
            case .cancelled: [nil, OrderState.modifying].map { Place(state: state, before: $0) }
            case .queued, .pendingQueued, .pending, .open, .closing, .closed, .rejected:
                [Place(state: state, before: nil)]
            }
        }
    }

    /// With a request of every kind behind it, each the current one.
    private func order(_ place: Place, _ leg: LegState, _ user: UserType) throws -> Order {
        var order = try OrderBench.order(
            place.state, side: .buyStop, account: user.rawValue + ":7")
        order.stateBefore = place.before
        order.cancelledByArrival = place.state == .cancelled ? "5-0" : nil
        order.requests.closeID = LifecycleID(.close, number: 1)
        order.requests.modifyID = LifecycleID(.modify, number: 1)
        order.requests.modifyPrice = try Price("1.2")
        order.requests.cancelID = LifecycleID(.cancel, number: 1)
        for kind in IDKind.allCases where kind != .order {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        for each in Leg.allCases {
            order[each].state = leg
            order[each].price = leg == .none ? nil : 1
            order[each].id = LifecycleID(each.idKind, number: 1)
            order[each].cancelID = LifecycleID(each.cancelIDKind, number: 1)
        }
        return order
    }

    private func message(
        _ event: OrderEventKind, _ user: UserType, exec: String
    ) throws -> OrderMessage {
        let (kind, status) = event.told
        return try OrderBench.message(
            event, kind == .order ? "42" : kind.prefix + "1", kind: kind, status: status,
            exec: exec, account: user.rawValue + ":7", arrival: "6-0")
    }

    /// What the table says, as an outcome without its transition; nil where the order moves.
    private func ending(_ verdict: Verdict, _ place: Place, _ leg: LegVerdict?) -> Outcome? {
        switch verdict {
        case .to, .restore, .keep: nil
        case .from(let state, let then, let otherwise):
            ending(place.before == state ? then : otherwise, place, leg)
        case .replacement: place.before == .modifying ? nil : .ignore(.late)
        case .byLeg:
            switch leg {
            case .to?: nil
            case .late?, nil: .ignore(.late)
            }
        case .early: .defer(.early)
        case .late: .ignore(.late)
        case .dead(let reason): .dead(reason)
        }
    }

    /// The state that the table moves to.
    private func end(_ verdict: Verdict, _ place: Place) -> OrderState? {
        switch verdict {
        case .to(let state): state
        case .restore: place.before
        case .keep, .byLeg: place.state
        case .from(let state, let then, let otherwise):
            end(place.before == state ? then : otherwise, place)
        case .replacement: .cancelling  // Its cancel is still to be answered.
        case .early, .late, .dead: nil
        }
    }

    @Test(arguments: OrderEventKind.allCases, UserType.allCases)
    func theWorkersDoWhatTheTableSays(_ event: OrderEventKind, _ user: UserType) throws {
        let worker = try #require(event.role.handler)
        for place in Place.all {
            for leg in LegState.allCases {
                let order = try order(place, leg, user)
                let account = try OrderBench.account(with: order)
                let outcome = try worker.decide(
                    message(event, user, exec: "X1"), on: account, in: OrderBench.context())
                let verdict = StateTable.verdict(event, in: place.state)
                let legVerdict = StateTable.legVerdict(event, in: leg)
                let name: Comment = "\(event) on \(place.testDescription), leg \(leg)"
                if let ending = ending(verdict, place, legVerdict) {
                    #expect(outcome == ending, name)
                    continue
                }
                let transition = try #require(outcome.transition, name)
                let after = try #require(transition.order, name)
                #expect(after.state == end(verdict, place), name)
                if case .to(let state)? = legVerdict, let about = event.leg {
                    #expect(after[about].state == state, name)
                }
                try check(transition, of: event, on: account, name)
            }
        }
    }

    /// What holds after every step.
    private func check(
        _ transition: Transition, of event: OrderEventKind, on account: Account, _ name: Comment
    ) throws {
        let (next, record) = try account.applying(
            transition, at: Prices(), random: 1, now: OrderBench.now)
        let order = try #require(transition.order)
        #expect(next.book.count == (order.state.isTerminal ? 0 : 1), name)
        #expect(record.event["order_version"] == "2", name)
        #expect(record.event["event_id"] == transition.eventID.text, name)
        #expect(transition.sends.map(\.id) == transition.newIDs, name)
        for id in transition.newIDs { #expect(order.kind(of: id) != nil, name) }
        #expect(
            (order.requests.requestedAt != nil) == false || order.hasRequestInFlight, name)
        let margin = next.portfolio?.margins[order.symbol]
        #expect((margin != nil) == (order.state.isPosition || order.state == .queued), name)
        // The holdings read back as they were written, so nothing of the step is lost in them.
        guard case .kept(let stored)? = next.orders[order.id] else {
            Issue.record("the order is kept")
            return
        }
        #expect(try Order(stored.fields, account: stored.account) == stored, name)
        // Told once more under another event id, it moves nothing.
        let again = try event.role.handler?.decide(
            message(event, account.id.userType, exec: "X1"), on: next, in: OrderBench.context())
        #expect(again?.transition == nil, name)
    }

    /// A message in the queue of another worker moves nothing, whatever it says.
    @Test(arguments: OrderEventKind.allCases)
    func anotherWorkersEventIsNotServed(_ event: OrderEventKind) throws {
        for role in Role.workers where role != event.role {
            let worker = try #require(role.handler)
            for place in Place.all {
                let account = try OrderBench.account(with: order(place, .placing, .live))
                let outcome = try worker.decide(
                    message(event, .live, exec: "X1"), on: account, in: OrderBench.context())
                #expect(outcome == .dead(.notServed), "\(event) at \(role.name)")
            }
        }
    }

    /// An order that nobody knows may be on its way; what is left of one is judged, not changed.
    @Test(arguments: OrderEventKind.allCases)
    func whatIsNotKeptIsNeverChanged(_ event: OrderEventKind) throws {
        let worker = try #require(event.role.handler)
        for state in [OrderState.closed, .cancelled, .rejected] {
            let order = try order(Place(state: state, before: nil), .none, .live)
            var account = try OrderBench.account(with: order)
            account.orders[order.id] = .done(OrderDone(order))
            let outcome = try worker.decide(
                message(event, .live, exec: "X1"), on: account, in: OrderBench.context())
            switch outcome {
            case .ignore: #expect(!event.isFill, "\(event) on what is left, \(state)")
            case .dead: #expect(event.isFill, "\(event) on what is left, \(state)")
            case .apply, .refuse, .defer: Issue.record("\(event) on what is left, \(state)")
            }
            account.orders = [:]
            #expect(
                try worker.decide(
                    message(event, .live, exec: "X1"), on: account, in: OrderBench.context())
                    == .defer(.unknownID))
            let needs = try worker.needs(message(event, .live, exec: "X1"), on: account)
            #expect(needs == Needs())
        }
    }

    /// What every worker reads for an order: its price, and what turns its money into dollars.
    @Test(arguments: Role.workers)
    func everyWorkerReadsThePricesOfItsOrder(_ role: Role) throws {
        let worker = try #require(role.handler)
        let order = try OrderBench.order(terms: OrderBench.terms("USDJPY", ["profit": "JPY"]))
        let account = try OrderBench.account(
            with: order, at: OrderBench.prices(["USDJPY": ("150", "150")]))
        let needs = try worker.needs(OrderBench.message(.filled), on: account)
        #expect(needs == Needs(of: order))
        #expect(needs.symbols.contains(try Symbol("USDJPY")))
    }
}
