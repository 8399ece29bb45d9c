import FoundationEssentials
import Testing

@testable import Shared

/// Domain §3, written down once more by hand: one line an event, one word a state. A name is where
/// the order goes; `waits`, `late`, `leg`; `stays` and `back` (to the state before the request),
/// `a?b:c` b if the state before was a, else c; a code is a dead letter.
@Suite struct StateTableTests {
    private static let states =
        "queued pendingQueued pending modifying cancelling open closing closed cancelled rejected"

    // swift-format-ignore
    private static let rows: [OrderEventKind: String] = [
        .filled: "open open open open open second_fill second_fill second_fill open open",
        .fillRefused: "impossible rejected rejected rejected rejected impossible impossible impossible late late",
        .pendingConfirmed: "late pending late late pendingQueued?stays:late late late late late late",
        .modifyConfirmed: "late late late pending modifying?stays:late late late late replacement late",
        .cancelConfirmed: "impossible cancelled cancelled cancelled cancelled late late late modifying?stays:late late",
        .stopLossConfirmed: "waits waits waits waits waits leg leg late late late",
        .takeProfitConfirmed: "waits waits waits waits waits leg leg late late late",
        .stopLossCancelled: "waits waits waits waits waits leg leg late late late",
        .takeProfitCancelled: "waits waits waits waits waits leg leg late late late",
        .closeFilled: "waits waits waits waits waits closed closed second_fill impossible impossible",
        .stopLossFilled: "waits waits waits waits waits closed closed second_fill impossible impossible",
        .takeProfitFilled: "waits waits waits waits waits closed closed second_fill impossible impossible",
        .placementRejected: "rejected rejected impossible impossible pendingQueued?rejected:impossible impossible impossible impossible late late",
        .modifyRejected: "late late late back modifying?stays:late late late late late late",
        .cancelRejected: "late late late late back late late late modifying?stays:late late",
        .closeRejected: "late late late late late late open late late late",
        .stopLossRejected: "waits waits waits waits waits leg leg late late late",
        .takeProfitRejected: "waits waits waits waits waits leg leg late late late",
        .stopLossCancelRejected: "waits waits waits waits waits leg leg late late late",
        .takeProfitCancelRejected: "waits waits waits waits waits leg leg late late late",
    ]

    /// By leg state: none, placing, active, cancelling.
    private static let legRows: [OrderEventKind: String] = [
        .stopLossConfirmed: "late active late late",
        .takeProfitConfirmed: "late active late late",
        .stopLossCancelled: "late none none none",
        .takeProfitCancelled: "late none none none",
        .stopLossRejected: "late none late late",
        .takeProfitRejected: "late none late late",
        .stopLossCancelRejected: "late late late active",
        .takeProfitCancelRejected: "late late late active",
    ]

    private func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .to(let state): state.rawValue
        case .restore: "back"
        case .keep: "stays"
        case .from(let state, let then, let otherwise):
            "\(state.rawValue)?\(word(then)):\(word(otherwise))"
        case .replacement: "replacement"
        case .byLeg: "leg"
        case .early: "waits"
        case .late: "late"
        case .dead(let reason): reason.rawValue
        }
    }

    @Test(arguments: OrderEventKind.allCases)
    func everyEventInEveryState(_ event: OrderEventKind) {
        let words = OrderState.allCases.map { word(StateTable.verdict(event, in: $0)) }
        #expect(words.joined(separator: " ") == StateTableTests.rows[event])
        #expect(
            OrderState.allCases.map(\.rawValue).joined(separator: " ") == StateTableTests.states)
    }

    @Test(arguments: OrderEventKind.allCases)
    func everyLegEventInEveryLegState(_ event: OrderEventKind) {
        let words = LegState.allCases.compactMap { leg -> String? in
            switch StateTable.legVerdict(event, in: leg) {
            case .to(let state)?: state.rawValue
            case .late?: "late"
            case nil: nil
            }
        }
        #expect(
            words.joined(separator: " ") == StateTableTests.legRows[event, default: ""])
        let isByLeg = OrderState.allCases.contains {
            StateTable.verdict(event, in: $0) == .byLeg
        }
        #expect(isByLeg == !words.isEmpty)
        #expect(words.isEmpty || event.leg != nil)
    }

    /// Invariant 6: a terminal order changes by a fill, and by a replacement after a cancel, only. While
    /// it may be replaced, answers to a cancel are noted on it.
    @Test func terminalOrdersStay() {
        for event in OrderEventKind.allCases {
            for state in OrderState.allCases where state.isTerminal {
                switch StateTable.verdict(event, in: state) {
                case .late, .dead: continue
                case .to(.open): #expect(event == .filled && state != .closed)
                case .replacement: #expect(event == .modifyConfirmed && state == .cancelled)
                case .from(.modifying, then: .keep, else: .late):
                    #expect(event == .cancelConfirmed || event == .cancelRejected)
                    #expect(state == .cancelled)
                case .to, .restore, .keep, .from, .byLeg, .early:
                    Issue.record("\(event) moves an order that is \(state)")
                }
            }
        }
    }

    /// No order is stuck: each state that is not terminal is left by some event.
    @Test func everyOtherStateHasAWayOut() {
        for state in OrderState.allCases where !state.isTerminal {
            let leaves = OrderEventKind.allCases.contains { event in
                if case .to(let next) = StateTable.verdict(event, in: state) {
                    next != state
                } else {
                    false
                }
            }
            #expect(leaves, "\(state)")
        }
    }

    @Test func aFillIsNeverThrownAway() {
        for event in OrderEventKind.allCases where event.isFill {
            for state in OrderState.allCases {
                #expect(StateTable.verdict(event, in: state) != .late)
            }
        }
    }

    @Test func theDocumentIsCurrent() throws {
        let folders = #filePath.split(separator: "/").dropLast(4)
        let path = "/" + folders.joined(separator: "/") + "/docs/states.md"
        let data = try Data(contentsOf: URL(filePath: path))
        #expect(
            String(decoding: data, as: UTF8.self) == StateTableDocument.markdown + "\n",
            "docs/states.md is out of date: fleet docs states > docs/states.md")
    }
}

@Suite struct CommandTableTests {
    // swift-format-ignore
    private static let rows: [OrderCommandKind: String] = [
        .place: "- - - - - - - - - -",
        .placePending: "- - - - - - - - - -",
        .modify: "- - modifying - - - - - - -",
        .cancel: "- cancelling cancelling cancelling - - - - - -",
        .close: "- - - - - closing - - - -",
        .setStopLoss: "- kept kept kept kept leg - - - -",
        .setTakeProfit: "- kept kept kept kept leg - - - -",
        .cancelStopLoss: "- kept kept kept kept leg - - - -",
        .cancelTakeProfit: "- kept kept kept kept leg - - - -",
        .setSwap: "- - - - - kept kept - - -",
    ]

    @Test(arguments: OrderCommandKind.allCases)
    func everyCommandInEveryState(_ command: OrderCommandKind) {
        let words = OrderState.allCases.map { state in
            switch CommandTable.verdict(command, in: state) {
            case .to(let next): next.rawValue
            case .keep: "kept"
            case .byLeg: "leg"
            case .refused: "-"
            }
        }
        #expect(words.joined(separator: " ") == CommandTableTests.rows[command])
    }

    @Test func twoCommandsMakeAnOrder() {
        for command in OrderCommandKind.allCases {
            let first: OrderState? =
                command == .place ? .queued : command == .placePending ? .pendingQueued : nil
            #expect(CommandTable.firstState(command) == first)
        }
    }

    @Test(arguments: OrderCommandKind.allCases)
    func aLegIsSetWhereThereIsNoneAndCancelledWhereItIsActive(_ command: OrderCommandKind) {
        for leg in LegState.allCases {
            let next: LegState? =
                switch (command, leg) {
                case (.setStopLoss, .none), (.setTakeProfit, .none): .placing
                case (.cancelStopLoss, .active), (.cancelTakeProfit, .active): .cancelling
                default: nil
                }
            #expect(CommandTable.legVerdict(command, in: leg) == next)
        }
    }
}
