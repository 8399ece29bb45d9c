import Shared
import Testing

struct WireMarkTests {
    @Test(arguments: WireMark.State.allCases)
    func aMarkIsReadAsItWasWritten(_ state: WireMark.State) throws {
        let mark = WireMark(
            state: state, since: 1_767_600_000_000, entry: "5-1", status: "OPEN", attempt: "a.1")
        #expect(try WireMark(text: mark.text) == mark)
    }

    @Test func onlyWhatMayHaveArrivedBeforeIsInDoubt() {
        let doubtful = WireMark.State.allCases.filter {
            WireMark(state: $0, since: 1, entry: "1-1", status: "OPEN", attempt: "a.1").isInDoubt
        }
        #expect(doubtful == [.inDoubt, .resending, .resent])
    }

    @Test(arguments: [
        "", "sent", "sent 1 1-1 OPEN", "sent x 1-1 OPEN a", "gone 1 1-1 OPEN a",
        "sent 1 1-1 OPEN a more",
    ])
    func anythingElseIsNamed(_ text: String) {
        #expect(throws: FieldError.self) { try WireMark(text: text) }
    }

    @Test func theKeysLieWithTheirQueue() throws {
        let lane = LaneID(queue: .provider(try Provider("barclays")), 3)
        #expect(lane.wired.text == "wired:{provider-barclays:3}")
        #expect(lane.inflight.text == "inflight:{provider-barclays:3}")
        #expect(lane.wired.slot == lane.stream.slot && lane.inflight.slot == lane.stream.slot)
    }
}
