import Testing

@testable import Shared

@Suite struct ReasonTests {
    @Test func namesAreWhatDomainAndOperatorsSay() {
        #expect(DeadReason.secondFill.rawValue == "second_fill")
        #expect(DeadReason.unmappedCancelState.rawValue == "unmapped_cancel_state")
        #expect(IgnoreReason.repeatedFill.rawValue == "repeated_fill")
        #expect(DeferReason.waitingForRate.rawValue == "waiting_for_rate")
    }

    @Test func anUnknownIDWaitsTenMinutesAnOrderADayARateForEver() {
        #expect(DeferReason.unknownID.patience == 600_000)
        #expect(DeferReason.unknownID.death == .unknownID)
        #expect(DeferReason.early.patience == 86_400_000)
        #expect(DeferReason.early.death == .neverReady)
        #expect(DeferReason.waitingForRate.patience == nil)
        #expect(DeferReason.waitingForPrice.patience == nil)
    }

    @Test func onlyFailuresHoldUpWhatIsBehindThem() {
        #expect(DeadReason.allCases.filter(\.isFailure) == [.attempts, .crashLoop])
    }

    @Test func everyEventKnowsItsWorker() {
        for event in OrderEventKind.allCases { #expect(Role.workers.contains(event.role)) }
        #expect(OrderEventKind.stopLossFilled.role == .close)
        #expect(OrderEventKind.stopLossCancelled.role == .cancel)
        #expect(OrderEventKind.stopLossConfirmed.role == .stopLoss)
        #expect(Set(OrderEventKind.allCases.map(\.role)) == Set(Role.workers))
    }
}
