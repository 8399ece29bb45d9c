import ServiceRuntime
import Shared
import TestSupport
import Testing

/// What comes with a settlement: the next batch, in the same round trip.
@Suite("Lane, the next batch") struct LaneAheadTests {
    @Test("a settlement brings the next batch, and where there is none the lane waits at once")
    func ahead() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.forget()
        bench.post("ignore late")
        bench.gate.before[.settle] = { bench.post("ignore late") }
        #expect(try bench.lane.turn() == .worked(1) && bench.lane.hasAhead)
        #expect(bench.gate.calls == [.fetch, .load, .settle, .fetch])
        bench.gate.forget()
        #expect(try bench.lane.turn() == .idle(milliseconds: Lane.longestWait))
        #expect(bench.gate.calls == [.load, .settle, .fetch] && !bench.lane.hasAhead)
        #expect(bench.tally.take() == "ignored late 2")
        #expect(bench.world.entries(of: bench.id.stream).isEmpty)
    }

    @Test("what came with a settlement is not taken a second time when others are found pending")
    func aheadAndPending() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("ignore late")
        bench.gate.before[.settle] = {
            bench.post("ignore late")
            // Handed out to a fetch whose answer was lost.
            _ = bench.world.stream(bench.id.stream).deliver(to: .workers, count: 1)
            bench.post("ignore late")
        }
        #expect(bench.turn() == "ignored late 1 held 1")
        #expect(bench.settle() == "ignored late 2")
        #expect(bench.world.entries(of: bench.id.stream).isEmpty)
    }

    @Test("a paused lane finishes what came with its last settlement, and takes nothing more")
    func aheadPaused() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("ignore late")
        bench.gate.before[.settle] = { bench.post("ignore late") }
        #expect(bench.turn() == "ignored late 1")
        bench.isPaused = true
        bench.post("ignore late")
        bench.gate.forget()
        #expect(bench.turn() == "ignored late 1")
        #expect(bench.gate.calls == [.load, .settle])
        #expect(bench.world.entries(of: bench.id.stream).count == 1)
    }

    @Test("when the next batch is lost on its way, what was settled stays settled")
    func aheadLost() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("ignore late")
        bench.gate.before[.settle] = {
            bench.post("ignore late")
            bench.gate.unanswered = [.fetch]
        }
        #expect(bench.turn() == "ignored late 1; unavailable")
        #expect(bench.settle() == "ignored late 1")
        #expect(bench.world.entries(of: bench.id.stream).isEmpty)
    }
}
