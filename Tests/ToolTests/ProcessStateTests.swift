import Shared
import Testing

@testable import Fleet

@Suite struct ProcessStateTests {
    @Test(
        arguments: [
            (nil, nil, 1...1, 1, "1"), ("1", "1", 1...1, 1, "1"), ("1-2", "1", 1...2, 1, "1-2"),
            ("2-4", "3", 2...4, 3, "2-4"), ("?", "?", 1...1, 1, "1"),
        ] as [(String?, String?, ClosedRange<Int>, Int, String)])
    func aHeartbeatTellsWhichMessagesItsProcessKnows(
        messages: String?, writes: String?, known: ClosedRange<Int>, written: Int, text: String
    ) {
        var beat = Fields(["partitions": "0"])
        beat["messages"] = messages
        beat["writes"] = writes
        let state = ProcessState(service: "worker-open", member: "w@h:1", beat)
        #expect(state.messages == known && state.writes == written)
        #expect(state.messagesText == text)
    }
}
