import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite("Lane") struct LaneTests {
    @Test("what is new is handed out once, and leaves the queue when it is settled")
    func plainWork() throws {
        let bench = try Bench()
        bench.post("ignore late")
        bench.post("ignore late")
        #expect(bench.settle() == "ignored late 2")
        #expect(bench.world.entries(of: bench.id.stream).isEmpty)
    }

    @Test("an empty queue is waited on until the next deferred message is due")
    func idleTime() throws {
        let bench = try Bench()
        #expect(try bench.lane.turn() == .worked(0))
        #expect(try bench.lane.turn() == .idle(milliseconds: Lane.longestWait))
        bench.post("defer early")
        #expect(bench.turn() == "deferred early 1")
        #expect(try bench.lane.turn() == .idle(milliseconds: 20))
        bench.world.now += 5
        #expect(try bench.lane.turn() == .idle(milliseconds: 15))
        bench.world.now += 15
        #expect(bench.turn() == "deferred early 1")
    }

    @Test("who takes over reads first what was not settled, in order, page by page")
    func takesOver() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        for number in 1...600 {
            bench.post("ignore late", account: try AccountID(.demo, "\(number)"))
        }
        #expect(bench.turn() == "nothing held 256")
        #expect(bench.turn() == "nothing held 512")
        bench.gate.away = []
        bench.takeOver()
        #expect(bench.turn() == "ignored late 256")
        #expect(bench.turn() == "ignored late 256")
        #expect(bench.turn() == "nothing")
        #expect(bench.turn() == "ignored late 88")
    }

    @Test("a paused lane keeps its lease, finishes what it has in hand, and takes nothing")
    func paused() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        bench.post("ignore late")
        #expect(bench.turn() == "nothing held 1")
        bench.gate.away = []
        bench.isPaused = true
        bench.post("ignore late")
        #expect(bench.turn() == "ignored late 1")
        #expect(try bench.lane.turn() == .idle(milliseconds: 250))
        #expect(bench.world.entries(of: bench.id.stream).count == 1)
        bench.isPaused = false
        #expect(bench.turn() == "ignored late 1")
    }

    @Test("who takes a paused lane over does not read what was not settled before it goes on")
    func pausedTakeOver() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        bench.post("ignore late")
        #expect(bench.turn() == "nothing held 1")
        bench.gate.away = []
        bench.isPaused = true
        bench.takeOver()
        #expect(try bench.lane.turn() == .idle(milliseconds: 250))
        bench.isPaused = false
        #expect(bench.turn() == "ignored late 1")
    }

    @Test("what is in hand is not taken a second time after a lost answer of settle")
    func inHand() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        bench.post("ignore late")
        bench.post("ignore late")
        #expect(bench.turn() == "nothing held 2")
        bench.gate.away = [.fetch]
        #expect(bench.turn() == "unavailable")
        bench.gate.away = []
        #expect(bench.turn() == "nothing held 2")
        #expect(bench.turn() == "nothing held 2")
        #expect(bench.turn() == "ignored late 2")
        #expect(bench.settle().isEmpty)
    }

    @Test("a settle that never arrived is made good: its entries are read and decided again")
    func settleAway() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place")
        bench.gate.away = [.settle]
        #expect(bench.turn() == "applied 1; unavailable")
        bench.gate.away = []
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.events == ["1 ORDER_PLACED"])
    }

    @Test("a settle whose answer was lost is not repeated")
    func settleUnanswered() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("defer early")
        bench.gate.unanswered = [.settle]
        #expect(bench.turn() == "deferred early 1; unavailable")
        #expect(bench.settle().isEmpty)
        bench.world.now += 20
        #expect(bench.turn() == "deferred early 1")
    }

    @Test("a sleeper settles and fetches nothing")
    func sleeper() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place")
        let sleeping = bench.lane
        var other = ""
        bench.gate.before[.settle] = {
            bench.takeOver()
            bench.tally.take()
            other = bench.settle()
        }
        #expect(try sleeping.turn() == .leaseLost)
        #expect(other == "ignored duplicate 1")
        #expect(try sleeping.turn() == .leaseLost)
        #expect(bench.events == ["1 ORDER_PLACED"])
    }

    @Test("a lease that its holder does not trust any more is not used")
    func untrusted() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place")
        bench.world.now += Lease.trust.milliseconds
        bench.gate.forget()
        #expect(bench.turn() == "lease lost")
        #expect(bench.gate.calls.isEmpty)
    }

    @Test("at ten thousand held the lane stops fetching")
    func mostHeld() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        for number in 1...(Lane.mostHeld + 300) {
            bench.post("ignore late", account: try AccountID(.demo, "\(number)"))
        }
        var last = ""
        for _ in 0..<45 { last = bench.turn() }
        #expect(last == "nothing held 10240")
        bench.gate.forget()
        #expect(bench.turn() == "nothing held 10240")
        #expect(!bench.gate.calls.contains(.fetch))
        bench.gate.away = []
        #expect(bench.turn() == "ignored late 10240")
        #expect(bench.settle() == "ignored late 60")
    }

    @Test("held messages of one account do not keep others waiting, and stay in order")
    func heldInOrder() throws {
        let bench = try Bench()
        let other = try AccountID(.demo, "7")
        bench.settle()
        bench.post("throw", order: 1)
        bench.post("place", order: 1)
        bench.post("place", order: 9, account: other)
        #expect(bench.turn() == "applied 1 held 2")
        bench.post("fill", order: 9, account: other)
        #expect(bench.turn() == "applied 1 held 2")
    }
}

@Suite("Order after a take-over") struct RecoveryOrderTests {
    @Test("behind a message that is held, those of its account wait, others do not")
    func behindHeld() throws {
        let bench = try Bench()
        let other = try AccountID(.demo, "7")
        bench.settle()
        bench.gate.away = [.load]
        bench.post("place", order: 1)
        bench.post("fill", order: 1)
        bench.post("place", order: 9, account: other)
        bench.turn()
        bench.takeOver()
        // The store comes back while the first message is in hand alone.
        bench.gate.before[.clearSuspect] = { bench.gate.away = [] }
        #expect(bench.turn() == "applied 1 held 2")
        #expect(bench.events == ["1 ORDER_PLACED"])
        #expect(bench.settle().hasSuffix("applied 2"))
        #expect(bench.order?.state == .open)
    }
}

@Suite("Suspects") struct SuspectTests {
    /// The process dies in its decision: everything is dropped in mid-turn.
    private func dieWhileDeciding(_ bench: Bench) {
        bench.gate.away = [.load, .clearSuspect]
        bench.turn()
        bench.gate.away = []
        bench.takeOver()
    }

    @Test("a message that was in hand alone at two deaths is dead at the third")
    func crashLoop() throws {
        let bench = try Bench()
        bench.post("place", order: 1)
        #expect(bench.settle() == "applied 1")
        bench.post("fill", order: 1, event: "killer")
        bench.gate.away = [.load]
        bench.turn()
        bench.takeOver()
        dieWhileDeciding(bench)
        dieWhileDeciding(bench)
        #expect(bench.settle() == "dead crash_loop 1")
        #expect(bench.letters == ["killer crash_loop"])
        #expect(bench.order?.deadMarks["killer"] == "crash_loop")
        #expect(bench.order?.state == .queued)
    }

    @Test("its neighbours are not blamed")
    func neighbours() throws {
        let bench = try Bench()
        bench.post("place", order: 1)
        #expect(bench.settle() == "applied 1")
        bench.gate.away = [.load]
        bench.post("fill", order: 1, event: "killer")
        bench.post("ignore late")
        bench.turn()
        bench.takeOver()
        dieWhileDeciding(bench)
        dieWhileDeciding(bench)
        #expect(bench.settle() == "dead crash_loop 1, ignored late 1")
        #expect(bench.letters == ["killer crash_loop"])
    }

    @Test("one that is settled or held is no suspect any more")
    func cleared() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        bench.post("ignore late")
        bench.turn()
        for _ in 0..<5 {
            bench.takeOver()
            bench.turn()
        }
        bench.gate.away = []
        #expect(bench.settle().hasSuffix("ignored late 1"))
        #expect(bench.world[hash: bench.id.suspect].isEmpty)
    }

    @Test("a command that kills is refused, not dead")
    func command() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.away = [.load]
        bench.post("deposit 10", request: "r1")
        bench.turn()
        bench.takeOver()
        dieWhileDeciding(bench)
        dieWhileDeciding(bench)
        #expect(bench.settle() == "refused internal_error 1")
        let answer = bench.world[hash: bench.account.orderResult(try RequestID("r1"))]
        #expect(answer["status"] == "refused" && answer["reason"] == "internal_error")
        #expect(bench.letters.isEmpty)
    }

    @Test("when its publication kills, the account is parked and its outbox kept")
    func unpublished() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place", order: 1, event: "killer")
        bench.gate.away = [.publishLookups]
        #expect(bench.turn() == "nothing held 1")
        bench.gate.away = [.publishLookups, .clearSuspect]
        bench.takeOver()
        bench.turn()
        bench.takeOver()
        bench.turn()
        bench.takeOver()
        #expect(bench.turn() == "dead unpublished 1")
        #expect(bench.totals["parked"] == "unpublished")
        #expect(try bench.world.outbox(bench.account).count == 1)
        #expect(bench.letters == ["killer unpublished"])
    }

    @Test("what was applied and published was not what killed: it is a repeat")
    func published() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place", order: 1, event: "innocent")
        // Each process dies between the publication and the settling.
        for _ in 1...3 {
            bench.gate.away = [.settle]
            bench.turn()
            bench.takeOver()
        }
        bench.gate.away = []
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.totals["parked"] == nil)
        #expect(bench.letters.isEmpty && bench.events == ["1 ORDER_PLACED"])
    }

    @Test("a store that is away while a suspect is judged parks nobody")
    func awayWhileJudged() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place", order: 1)
        bench.settle()
        bench.gate.away = [.load]
        bench.post("fill", order: 1, event: "killer")
        bench.turn()
        bench.takeOver()
        dieWhileDeciding(bench)
        dieWhileDeciding(bench)
        bench.gate.away = [.markDead]
        bench.turn()
        #expect(bench.totals["parked"] == nil)
        bench.gate.away = []
        #expect(bench.settle().hasSuffix("applied 1"))
        #expect(bench.letters.isEmpty)
    }
}

@Suite("Chains") struct ChainTests {
    @Test("a batch decides at most 64 messages of one account; the rest follows in order")
    func longestChain() throws {
        let bench = try Bench()
        bench.settle()
        for _ in 0..<130 { bench.post("ignore late") }
        #expect(bench.turn() == "ignored late 64 held 66")
        #expect(bench.turn() == "ignored late 64 held 2")
        #expect(bench.turn() == "ignored late 2")
    }
}
