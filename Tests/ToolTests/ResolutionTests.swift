import Shared
import TestSupport
import Testing

@testable import Fleet

/// What a person may say of which request, and the report that comes of it.
@Suite struct ResolutionTests {
    private typealias Verdict = Resolution.Verdict

    /// An order that waits for the answer to this id.
    private func order(
        _ state: OrderState, _ change: (inout Order) throws -> Void = { _ in }
    ) throws -> Order {
        var order = try Samples.order(7, of: try AccountID(.live, "42"), flow: .house)
        order.state = state
        order.ids = NamedList(
            text: "CLS1=close MOD1=modify CXL1=cancel SL1=stop_loss SLC1=stop_loss_cancel")
        order.requests.closeID = try LifecycleID("CLS1")
        order.requests.modifyID = try LifecycleID("MOD1")
        order.requests.cancelID = try LifecycleID("CXL1")
        order.stopLoss.id = try LifecycleID("SL1")
        order.stopLoss.cancelID = try LifecycleID("SLC1")
        try change(&order)
        return order
    }

    /// What may be said of an id; empty where nothing may.
    private func fitting(_ id: String, _ order: Order) throws -> Set<Verdict> {
        Set(
            try Verdict.allCases.filter { verdict in
                let price = verdict == .filled ? try Price("1.1") : nil
                let said = try? Resolution(
                    verdict, of: LifecycleID(id), order, price: price, execID: nil, by: "ann",
                    note: nil)
                return said != nil
            })
    }

    @Test func onlyWhatWaitsForAnAnswerCanBeResolved() throws {
        let rows: [(String, OrderState, LegState, Set<Verdict>)] = [
            ("7", .queued, .none, [.filled, .rejected, .cancelled]),
            ("7", .pendingQueued, .none, [.filled, .confirmed, .cancelled, .rejected]),
            ("7", .pending, .none, [.filled, .cancelled]),
            ("7", .cancelled, .none, [.filled]), ("7", .open, .none, []),
            ("7", .closing, .none, []), ("7", .closed, .none, []),
            ("CLS1", .closing, .none, [.filled, .rejected]), ("CLS1", .open, .none, []),
            ("MOD1", .modifying, .none, [.confirmed, .rejected, .filled]),
            ("MOD1", .pending, .none, []),
            ("CXL1", .cancelling, .none, [.cancelled, .rejected, .filled]),
            ("SL1", .open, .placing, [.confirmed, .rejected, .filled]),
            ("SL1", .open, .active, [.filled, .cancelled]), ("SL1", .open, .none, []),
            ("SL1", .closed, .active, []),
            ("SLC1", .open, .cancelling, [.cancelled, .rejected, .filled]),
            ("SLC1", .open, .active, []), ("TP1", .open, .active, []),
        ]
        for (id, state, leg, verdicts) in rows {
            let order = try order(state) { $0.stopLoss.state = leg }
            #expect(try fitting(id, order) == verdicts, "\(id) \(state) \(leg)")
        }
    }

    @Test func anAnswerToAnOlderRequestIsNone() throws {
        let order = try order(.closing) { $0.requests.closeID = try LifecycleID("CLS2") }
        #expect(try fitting("CLS1", order).isEmpty)
    }

    @Test func aFillHasAPriceAndARefusalHasNone() throws {
        let order = try order(.queued)
        for (verdict, price) in [
            (Verdict.filled, nil), (.rejected, "1.1"), (.filled, "0"), (.filled, "-1"),
        ] as [(Verdict, String?)] {
            #expect(throws: Failure.self) {
                try Resolution(
                    verdict, of: LifecycleID("7"), order, price: price.map { try Price($0) },
                    execID: nil, by: "ann", note: nil)
            }
        }
    }

    @Test func theReportCarriesThePersonsNameAndOneIdentity() throws {
        let order = try order(.queued)
        func report(_ execID: String?, _ now: Int64) throws -> Resolution {
            try Resolution(
                .filled, of: LifecycleID("7"), order, price: Price("1.1"), execID: execID,
                by: "ann", note: "phone")
        }
        let fields = try report(nil, 5).report(at: 5).fields
        #expect(fields["reason"] == "resolved by ann: phone" && fields["resolved_by"] == "ann")
        #expect(fields["exec_id"] == "resolved:7:filled" && fields["avgpx"] == "1.1")
        #expect(fields["ord_status"] == "EXECUTED" && fields["cumqty"] == order.quantity.text)
        #expect(fields["key"] == order.key.text && fields["ts"] == "5")
        #expect(try report(nil, 5).event == report(nil, 6).event)
        #expect(try report("P9", 5).event.text == "7/EXECUTED/e:P9")
    }
}
