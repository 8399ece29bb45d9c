import MessagePackDriver
import ProviderWire
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import ProviderConnection

struct SendProcessorTests {
    private let link = MemoryLink()
    private let store = MemoryWire()
    private let tally = Tally()
    private let lane: LaneID
    private static let now: Int64 = 1_767_600_000_000

    init() throws { lane = LaneID(queue: .provider(try Provider("lp")), 0) }

    private func processor(_ nonce: UInt64 = 1) -> SendProcessor {
        SendProcessor(
            link: link, store: store, rules: SendRules(), counters: tally, nonce: nonce)
    }

    private func entry(_ number: Int, _ changes: [String: String?] = [:]) -> Entry {
        var fields = Fields([
            "v": "1", "type": "order", "key": "user_holdings:{live:7}:\(number)",
            "order_id": "\(number)", "symbol": "EURUSD", "order_type": "BUY", "status": "OPEN",
            "ts": "1", "order_quantity": "1.5", "order_price": "1.09",
            "idempotency_key": "r\(number)",
        ])
        for (name, value) in changes { fields[name] = value }
        let id = EntryID(milliseconds: Self.now - 5, sequence: Int64(number))
        return Entry(id: id, fields: fields)
    }

    private func process(_ processor: SendProcessor, _ entries: [Entry]) -> [EntryResult] {
        processor.process(entries, lane: lane, now: Self.now)
    }

    private func state(_ number: Int) throws -> WireMark.State? {
        store.marks[try LifecycleID("\(number)")]?.state
    }

    /// The order ids that left, in order.
    private func sent() throws -> [String] {
        try link.frames.map { frame in
            let map = try MessagePack.decode(Array(frame.dropFirst(Frame.headerSize))).map
            return try map?["order_id"]?.fieldText("order_id") ?? ""
        }
    }

    private func death(_ result: EntryResult) -> DeadReason? {
        if case .settle(.dead(let reason, _)) = result { return reason }
        return nil
    }

    @Test func aMessageIsMarkedSentNotedAndSettled() throws {
        #expect(process(processor(), [entry(41)]) == [.settle(.done)])
        #expect(try sent() == ["41"])
        #expect(try state(41) == .sent)
        #expect(store.inflight == [try LifecycleID("41")])
        let map = try MessagePack.decode(Array(link.frames[0].dropFirst(4))).map
        #expect(map?["key"] == nil && map?["v"] == nil)
        #expect(map?["idempotency_key"] == .text("r41"))
    }

    @Test func manyLeaveInTheirOrder() throws {
        let entries = (1...100).map { entry($0) }
        #expect(process(processor(), entries).allSatisfy { $0 == .settle(.done) })
        #expect(try sent() == (1...100).map(String.init))
    }

    @Test func withoutAConnectionNothingIsMarked() throws {
        link.isUp = false
        #expect(process(processor(), [entry(1), entry(2)]) == [.hold, .hold])
        #expect(store.marks.isEmpty && store.inflight.isEmpty)
    }

    @Test func aStoreThatIsAwayHoldsEverythingBehindIt() throws {
        let processor = processor()
        store.failures = 1
        #expect(process(processor, [entry(1), entry(2)]) == [.hold, .hold])
        #expect(link.frames.isEmpty)
        #expect(process(processor, [entry(1)]) == [.settle(.done)])
    }

    /// The mark was set and its answer lost: the same process knows that nothing has left.
    @Test func aMarkWhoseAnswerWasLostIsGoneOnWith() throws {
        let processor = processor()
        store.lostReplies = 1
        #expect(process(processor, [entry(1)]) == [.hold])
        #expect(try state(1) == .wired)
        #expect(process(processor, [entry(1)]) == [.settle(.done)])
        #expect(try sent() == ["1"])
    }

    /// Another process cannot know: not sent again.
    @Test func aMarkOfAnotherProcessIsInDoubt() throws {
        store.lostReplies = 1
        #expect(process(processor(1), [entry(1)]) == [.hold])
        let results = process(processor(2), [entry(1), entry(2)])
        #expect(death(results[0]) == .inDoubt && results[1] == .settle(.done))
        #expect(try sent() == ["2"])
        #expect(try state(1) == .inDoubt)
        #expect(store.inflight.contains(try LifecycleID("1")))
        // Its settling was lost as well: the same verdict again.
        #expect(death(process(processor(3), [entry(1)])[0]) == .inDoubt)
    }

    @Test func whatLeftAndCouldNotBeNotedIsNotSentAgain() throws {
        let processor = processor()
        #expect(process(processor, [entry(1)]) == [.settle(.done)])
        let failing = FailingNotes(store)
        let other = SendProcessor(
            link: link, store: failing, rules: SendRules(), counters: tally, nonce: 9)
        #expect(process(other, [entry(2), entry(3)]) == [.hold, .hold])
        #expect(process(other, [entry(2), entry(3)]) == [.hold, .hold])
        failing.isFailing = false
        #expect(process(other, [entry(2), entry(3)]) == [.settle(.done), .settle(.done)])
        #expect(try sent() == ["1", "2", "3"])
    }

    @Test func afterANoteTheSettlingMayBeLost() throws {
        #expect(process(processor(1), [entry(1)]) == [.settle(.done)])
        #expect(process(processor(2), [entry(1)]) == [.settle(.done)])
        #expect(try sent() == ["1"])
        #expect(tally.total("ignored duplicate") == 1)
    }

    /// A connection that breaks within a piece: what was handed over whole is noted, the rest is not
    /// marked any more and goes over the next connection, by whomever.
    @Test func whatDidNotLeaveGoesOverTheNextConnection() throws {
        link.room = 2
        let entries = (1...4).map { entry($0) }
        #expect(
            process(processor(1), entries)
                == [.settle(.done), .settle(.done), .hold, .hold])
        #expect(try state(2) == .sent)
        #expect(try state(3) == nil)
        link.room = nil
        link.isUp = true
        let rest = process(processor(2), Array(entries.dropFirst(2)))
        #expect(rest == [.settle(.done), .settle(.done)])
        #expect(try sent() == ["1", "2", "3", "4"])
    }

    @Test func onlyARedriveSendsAgainWhatIsInDoubt() throws {
        store.lostReplies = 1
        #expect(process(processor(1), [entry(1)]) == [.hold])
        #expect(death(process(processor(2), [entry(1)])[0]) == .inDoubt)
        let again = Entry(
            id: EntryID(milliseconds: Self.now, sequence: 900),
            fields: entry(1).fields)
        #expect(process(processor(3), [again]) == [.settle(.done)])
        #expect(try sent() == ["1"])
        #expect(try state(1) == .resent)
        #expect(store.marks[try LifecycleID("1")]?.isInDoubt == true)
    }

    static let faults: [([String: String?], DeadReason)] = [
        (["status": "DANCE"], .unreadable), (["symbol": nil], .unreadable),
        (["v": "9"], .unknownVersion), (["key": "nonsense"], .unreadable),
        (["ts": "noon"], .unreadable),
        (["reason": String(repeating: "x", count: 70_000)], .unreadable),
    ]

    @Test(arguments: faults)
    func whatCannotLeaveIsADeadLetter(_ changes: [String: String?], _ reason: DeadReason) throws {
        let results = process(processor(), [entry(1, changes), entry(2)])
        #expect(death(results[0]) == reason)
        #expect(results[1] == .settle(.done))
        #expect(store.marks.count == 1)
    }

    @Test func whatHasWaitedHalfADayIsNotSent() {
        let old = Entry(
            id: EntryID(milliseconds: Self.now - 12 * 3_600_000 - 1, sequence: 0),
            fields: entry(1).fields)
        #expect(death(process(processor(), [old])[0]) == .staleSend)
        #expect(link.frames.isEmpty)
    }

    @Test func unansweredRequestsAreSaidOnceEach() {
        let processor = processor()
        _ = process(processor, [entry(1)])
        processor.tend(lane)
        #expect(!tally.alarms.contains("requests unanswered"), "it looks every five seconds")
        let another = self.processor(2)
        another.tend(lane)
        #expect(tally.alarms.filter { $0 == "requests unanswered" }.count == 1)
    }
}

/// Everything but the notes of what was sent works.
private final class FailingNotes: WireStore {
    private let store: MemoryWire
    var isFailing = true

    init(_ store: MemoryWire) { self.store = store }

    func mark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) -> [MarkReply] {
        try store.mark(lane, messages)
    }

    func noteSent(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        if isFailing { throw .unavailable(operation: "wire_sent", detail: "away") }
        try store.noteSent(lane, messages)
    }

    func unmark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) {
        try store.unmark(lane, messages)
    }

    func answered(_ answers: [RequestAnswer]) -> [Result<Void, StoreError>] {
        store.answered(answers)
    }

    func resolved(_ lane: LaneID, _ id: LifecycleID) { store.resolved(lane, id) }

    func overdue(
        _ lane: LaneID, age: Int64, most: Int
    ) throws(StoreError) -> OverdueRequests {
        try store.overdue(lane, age: age, most: most)
    }

    func keep(_ frames: [UnreadableFrame]) -> [Result<Void, StoreError>] { store.keep(frames) }
}
