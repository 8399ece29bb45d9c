import FoundationEssentials
import ServiceRuntime
import Shared
import Testing

@testable import Dispatcher

/// `Tests/Fixtures/vectors/routing.json`: what dispatcher and worker make of a report, row by row.
struct RoutingVectors: Decodable {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Expect: Decodable, Sendable {
            let event: String?
            let role: String?
            let outcome: String
        }
        let idKind, state, stopLoss, takeProfit, ordStatus: String
        let execID: String?
        let expect: Expect
        let why: String?

        enum CodingKeys: String, CodingKey {
            case idKind = "id_kind"
            case state
            case stopLoss = "stop_loss"
            case takeProfit = "take_profit"
            case ordStatus = "ord_status"
            case execID = "exec_id"
            case expect, why
        }

        var testDescription: String {
            "\(idKind) id, \(state), legs \(stopLoss) \(takeProfit), \(ordStatus) \(execID ?? "")"
        }
    }

    let rows: [Row]

    static let shared: Result<RoutingVectors, any Error> = Result { try load() }

    private static func load() throws -> RoutingVectors {
        let folders = #filePath.split(separator: "/").dropLast(3)
        let path = "/" + folders.joined(separator: "/") + "/Fixtures/vectors/routing.json"
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
    }
}

/// One row as the domain sees it: the order, the report's entry, and the way through both.
struct RoutedRow {
    let row: RoutingVectors.Row

    /// `cancelling (from pending)` as a state and the state before.
    private var states: (state: OrderState, before: OrderState?) {
        get throws {
            let parts = row.state.split(whereSeparator: { " ()".contains($0) }).map(String.init)
            let state = try #require(OrderState(rawValue: parts[0]))
            let before = parts.count == 3 ? OrderState(rawValue: parts[2]) : nil
            try #require(parts.count == 1 || before != nil)
            switch state {
            case .modifying: return (state, before ?? .pending)
            case .cancelling:
                return (state, before ?? (kindText == "modify" ? .modifying : .pending))
            case .queued, .pendingQueued, .pending, .open, .closing, .closed, .cancelled,
                .rejected:
                return (state, before)
            }
        }
    }

    private var kindText: String { String(row.idKind.prefix { $0 != " " }) }

    /// An order that once had a request of every kind; `MOD0` is the modify before the last.
    func order() throws -> Order {
        let (state, before) = try states
        var order = try OrderBench.order(state, side: .buyLimit)
        order.stateBefore = before
        order.ids.set("MOD0", IDKind.modify.rawValue)
        for kind in IDKind.allCases where kind != .order {
            order.ids.set(kind.prefix + "1", kind.rawValue)
        }
        order.requests.closeID = LifecycleID(.close, number: 1)
        order.requests.modifyID = LifecycleID(.modify, number: 1)
        order.requests.cancelID = LifecycleID(.cancel, number: 1)
        for (leg, text, kind, cancel) in [
            (Leg.stopLoss, row.stopLoss, IDKind.stopLoss, IDKind.stopLossCancel),
            (.takeProfit, row.takeProfit, .takeProfit, .takeProfitCancel),
        ] {
            order[leg].state = try #require(LegState(rawValue: text))
            order[leg].id = LifecycleID(kind, number: 1)
            order[leg].cancelID = LifecycleID(cancel, number: 1)
        }
        order.execs.set("booked", "1")
        // It rested before it filled, so a PENDING of its own id is about a leg.
        if state.isPosition { order.applied.set("42/PENDING/e:rests", "2") }
        order.cancelledByArrival = state == .cancelled ? "5-0" : nil
        return order
    }

    func entry() throws -> Entry {
        var fields = Fields([
            .init("type", "execution_report"), .init("ord_status", row.ordStatus),
            .init("avgpx", "1.1003"),
        ])
        if row.idKind == "modify (superseded id)" {
            fields["order_id"] = "MOD0"
        } else if row.idKind == "unknown" {
            fields["order_id"] = "NOBODY1"
        } else {
            let kind = try #require(IDKind(rawValue: row.idKind))
            fields["order_id"] = kind == .order ? "42" : kind.prefix + "1"
        }
        if let exec = row.execID, exec != "none" { fields["exec_id"] = exec }
        let beforeCancel = row.why?.contains("before the cancel") == true
        return Entry(
            id: EntryID(milliseconds: beforeCancel ? 4 : 6, sequence: 0), fields: fields)
    }

    /// Event, role and outcome, in the words of the vectors.
    func answer() throws -> (event: OrderEventKind?, role: Role?, outcome: String) {
        let item = try DispatchItem(entry(), ReportReader.read(entry().fields))
        guard case .status(let status) = item.report.content else {
            Issue.record("\(row.testDescription) is no status")
            return (nil, nil, "")
        }
        let stored = row.state == "-" ? StoredOrder.unknown : .kept(try order())
        let key = OrderKey(try OrderBench.account(), OrderID(number: 42))
        guard let found = FoundOrder(key, stored, reported: item.report.id) else {
            return (nil, nil, RoutedRow.text(Naming.deferred(.unknownID)))
        }
        let naming = Naming.of(status, on: found.kind, of: stored)
        guard case .event(let event) = naming else { return (nil, nil, RoutedRow.text(naming)) }
        let worker = try #require(event.role.handler)
        let outcome = try worker.decide(
            item.message(event, status, found), on: OrderBench.account(with: order()),
            in: OrderBench.context())
        return (event, event.role, RoutedRow.text(outcome))
    }

    private static func text(_ naming: Naming) -> String {
        switch naming {
        case .event(let event): event.rawValue
        case .ignored: "ignore"
        case .deferred(let reason):
            reason == .unknownID ? "defer, then dead:\(reason.death.rawValue)" : "defer"
        case .dead(let reason): "dead:" + reason.rawValue
        }
    }

    private static func text(_ outcome: Outcome) -> String {
        switch outcome {
        case .apply: "apply"
        case .ignore: "ignore"
        case .refuse: "refuse"
        case .defer: "defer"
        case .dead(let reason): "dead:" + reason.rawValue
        }
    }
}

@Suite struct RoutingVectorTests {
    @Test func everyRowIsThere() throws {
        #expect(try RoutingVectors.shared.get().rows.count == 102)
    }

    @Test(arguments: (try? RoutingVectors.shared.get().rows) ?? [])
    func aReportIsNamedRoutedAndBookedAsTheVectorsSay(_ row: RoutingVectors.Row) throws {
        let answer = try RoutedRow(row: row).answer()
        #expect(answer.event?.rawValue == row.expect.event)
        #expect(answer.role?.name == row.expect.role)
        #expect(answer.outcome == row.expect.outcome)
    }
}
