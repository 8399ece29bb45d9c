import ServiceRuntime
import Shared
import TestSupport
import Testing

/// How much a lane takes at once, and when it lets its processor look after other things.
@Suite("Lane batch") struct LaneBatchTests {
    /// Settles everything, or nothing; remembers the sizes of its batches.
    private final class Counting: BatchProcessor {
        var batches: [Int] = []
        var tended = 0
        var holds = false

        func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult] {
            batches.append(entries.count)
            return entries.map { _ in holds ? .hold : .settle(.done) }
        }

        func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult { .hold }
        func tend(_ lane: LaneID) { tended += 1 }
    }

    /// Remembers what was waited for.
    private final class Gate: CallGate {
        var fetches = 0
        func enter(_ call: StoreCall, items: Int) -> CallFate {
            if call == .fetch { fetches += 1 }
            return .proceeds
        }
        func leave(_ call: StoreCall) -> Bool { true }
    }

    private func lane(
        _ world: MemoryWorld, _ processor: Counting, _ gate: Gate, batch: Int
    ) -> Lane {
        let id = LaneID(events: 0, .persistence)
        let nonce = LeaseNonce(1, 1)
        world.set(id.lease, nonce.text)
        let start = MonotonicTime(nanoseconds: 1)
        return Lane(
            id, store: GatedStore(world, gate), processor: processor,
            lease: Lease(nonce: nonce, sentAt: start), now: { start }, batch: batch)
    }

    @Test(
        "A batch is fetched in pieces up to its size",
        arguments: [
            (1_000, [1_000, 1_000, 100], [5, 4, 1]),
            (
                256, Array(repeating: 256, count: 8) + [52],
                [2] + Array(repeating: 1, count: 8)
            ), (10, [10, 10], [2, 1]),
        ])
    func sizes(_ batch: Int, _ sizes: [Int], _ fetches: [Int]) throws {
        let world = MemoryWorld()
        let (processor, gate) = (Counting(), Gate())
        let lane = lane(world, processor, gate, batch: batch)
        let stream = LaneID(events: 0, .persistence).stream
        for _ in 0..<2_100 { world.append(Fields(["a": "b"]), to: stream) }
        _ = try lane.turn()  // what was pending: nothing
        var counts: [Int] = []
        for _ in sizes {
            gate.fetches = 0
            _ = try lane.turn()
            counts.append(gate.fetches)
        }
        #expect(processor.batches == sizes && counts == fetches)
        // Where the last batch was all there was, the lane is idle at once.
        #expect(processor.tended == (sizes.reduce(0, +) == 2_100 ? 1 : 0))
    }

    @Test("With nothing to do the processor is tended, and the lane waits")
    func tending() throws {
        let (processor, gate) = (Counting(), Gate())
        let lane = lane(MemoryWorld(), processor, gate, batch: 1_000)
        _ = try lane.turn()
        for count in 1...3 {
            #expect(try lane.turn() == .idle(milliseconds: Lane.longestWait))
            #expect(processor.tended == count)
        }
    }

    @Test("A lane that holds the most it may fetches nothing more")
    func full() throws {
        let world = MemoryWorld()
        let (processor, gate) = (Counting(), Gate())
        let lane = lane(world, processor, gate, batch: 1_000)
        processor.holds = true
        let stream = LaneID(events: 0, .persistence).stream
        for _ in 0..<12_000 { world.append(Fields(["a": "b"]), to: stream) }
        for _ in 0..<20 { _ = try lane.turn() }
        #expect(lane.heldCount == Lane.mostHeld)
        gate.fetches = 0
        #expect(try lane.turn() == .idle(milliseconds: 50))
        #expect(gate.fetches == 0)
        processor.holds = false
        #expect(try lane.turn() == .worked(Lane.mostHeld))
        #expect(try lane.turn() == .worked(1_000))
    }
}
