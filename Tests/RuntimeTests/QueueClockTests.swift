import ServiceRuntime
import Shared
import TestSupport
import Testing

/// Whoever sleeps between being handed a message and deciding it knows how long ago that was, though
/// the queue and the account may lie on servers with clocks of their own.
@Suite struct QueueClockTests {
    /// By which clocks a message was decided.
    private final class Seen {
        var clocks: [Int64] = []
    }

    private struct Handler: MessageHandler {
        // Used by the one thread of its test.
        nonisolated(unsafe) let seen: Seen
        var role: Role { .open }
        var numbersPerMessage: Int { 0 }

        func needs(_ message: TestMessage, on account: Account) -> Needs { Needs() }

        func decide(
            _ message: TestMessage, on account: Account, in context: DecisionContext
        ) throws -> Outcome {
            seen.clocks.append(context.queueNow)
            return try TestHandler().decide(message, on: account, in: context)
        }
    }

    /// The call before which the process sleeps, and how often the message is decided.
    @Test(arguments: [(StoreCall.load, 1), (.apply, 2)])
    func aSleeperKnowsHowLongItSlept(_ call: StoreCall, _ decisions: Int) throws {
        let world = MemoryWorld()
        let gate = ScriptedGate()
        let store = GatedStore(world, gate)
        let seen = Seen()
        let account = try AccountID(.live, "42")
        world.set(account.config, Samples.config.fields)
        let id = LaneID(queue: .open, 0)
        let nonce = LeaseNonce(1, 0)
        world.set(id.lease, nonce.text)
        let processor = AccountProcessor(
            Handler(seen: seen), store: store, numbers: CountingNumbers(),
            retention: .init(order: 3_600_000), counters: Tally(), clock: { MonotonicTime(world) })
        let lane = Lane(
            id, store: store, processor: processor,
            lease: Lease(nonce: nonce, sentAt: MonotonicTime(world)),
            now: { MonotonicTime(world) })
        _ = try lane.turn()
        let fields = Fields([
            "v": MessageVersion.current, "user_type": "live", "user_id": "42", "event": "e1",
            "verb": "deposit 10", "request": "r1",
        ])
        world.append(fields, to: id.stream)
        let start = world.now
        gate.before[call] = { world.now += 600_000 }
        _ = try lane.turn()
        #expect(seen.clocks.count == decisions)
        #expect(seen.clocks.last == start + 600_000)
        #expect(seen.clocks.first == (decisions == 1 ? start + 600_000 : start))
    }
}
