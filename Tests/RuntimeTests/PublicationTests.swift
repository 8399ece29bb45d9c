import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite("Publication") struct PublicationTests {
    static let steps: [StoreCall] = [.publishLookups, .publishSends, .publishEvents]

    private func placed() throws -> Bench {
        let bench = try Bench()
        bench.settle()
        bench.gate.forget()
        bench.post("place")
        return bench
    }

    @Test("lookups, then sends, then events, then out of the outbox, then settled")
    func order() throws {
        let bench = try placed()
        #expect(bench.turn() == "applied 1")
        #expect(
            bench.gate.calls == [.fetch, .load, .claim, .apply] + Self.steps
                + [.unbox, .settle, .fetch])
        #expect(try bench.world.outbox(bench.account).isEmpty)
    }

    @Test("a step that is away holds the message, and nothing after it happens", arguments: steps)
    func faults(step: StoreCall) throws {
        let bench = try placed()
        bench.gate.away = [step]
        #expect(bench.turn() == "nothing held 1")
        let reached = try #require(Self.steps.firstIndex(of: step))
        #expect(bench.gate.calls.suffix(reached + 1) == Self.steps.prefix(reached + 1))
        #expect(try bench.world.outbox(bench.account).count == 1)
        #expect(bench.sends.isEmpty == (reached <= 1))
        #expect(bench.events.isEmpty == (reached <= 2))
        bench.gate.away = []
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.sends == ["1"] && bench.events == ["1 ORDER_PLACED"])
        #expect(try bench.world.outbox(bench.account).isEmpty)
    }

    @Test("where an outbox cannot be emptied nothing is settled, and all is repeated without harm")
    func unboxAway() throws {
        let bench = try placed()
        bench.gate.away = [.unbox]
        #expect(bench.turn() == "applied 1; unavailable")
        #expect(bench.turn() == "ignored duplicate 1; unavailable")
        #expect(bench.gate.calls.last == .unbox)
        #expect(try bench.world.outbox(bench.account).count == 1)
        bench.gate.away = []
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.sends == ["1"] && bench.events == ["1 ORDER_PLACED"])
        #expect(try bench.world.outbox(bench.account).isEmpty)
    }

    @Test("the lost answer of an emptied outbox settles nothing, and is repeated without harm")
    func unboxUnanswered() throws {
        let bench = try placed()
        bench.gate.unanswered = [.unbox]
        #expect(bench.turn() == "applied 1; unavailable")
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.sends == ["1"] && bench.events == ["1 ORDER_PLACED"])
    }

    @Test("a step whose answer is lost is repeated without harm", arguments: steps + [.apply])
    func lostAnswers(step: StoreCall) throws {
        let bench = try placed()
        bench.gate.unanswered = [step]
        #expect(bench.turn() == "nothing held 1")
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.sends == ["1"] && bench.events == ["1 ORDER_PLACED"])
        #expect(try bench.world.outbox(bench.account).isEmpty)
    }

    @Test("whoever finds records in an outbox publishes them, even for an ignored message")
    func foreignOutbox() throws {
        let bench = try placed()
        bench.gate.away = [.publishLookups]
        bench.turn()
        bench.gate.away = []
        bench.world.streams[bench.id.stream.text] = nil
        bench.takeOver()
        bench.post("ignore late")
        #expect(bench.settle() == "ignored late 1")
        #expect(bench.sends == ["1"] && bench.events == ["1 ORDER_PLACED"])
    }

    @Test("a record under a taken number is a fork: parked, alarmed, outbox kept")
    func fork() throws {
        let bench = try placed()
        bench.gate.before[.publishEvents] = {
            let lane = LaneID(events: 0, .persistence)
            bench.world.set(lane.emitted, Fields([bench.account.tag: "1:another"]))
        }
        #expect(bench.turn() == "applied 1")
        #expect(bench.totals["parked"] == "fork" && bench.tally.alarms == ["account parked"])
        #expect(try bench.world.outbox(bench.account).count == 1)
        #expect(bench.events.isEmpty)
    }

    @Test("a record whose predecessor is gone is a gap: parked, alarmed, outbox kept")
    func gap() throws {
        let bench = try Bench()
        bench.post("place")
        #expect(bench.settle() == "applied 1")
        let emitted = LaneID(events: 0, .persistence).emitted
        bench.world[hash: emitted] = Fields()
        bench.post("fill")
        #expect(bench.settle() == "applied 1")
        #expect(bench.totals["parked"] == "gap")
        #expect(try bench.world.outbox(bench.account).count == 1)
    }

    @Test("a publication beyond what the account knows of is a fork")
    func lostWrites() throws {
        let bench = try placed()
        bench.gate.before[.unbox] = {
            bench.world.set(bench.account.portfolio, Fields(["orders_version": "0"]))
        }
        #expect(bench.turn() == "applied 1")
        #expect(bench.totals["parked"] == "fork")
    }

    @Test("a fork that could not be parked shows itself to the next message of its account")
    func forkAgain() throws {
        let bench = try placed()
        bench.gate.before[.unbox] = {
            bench.world.set(bench.account.portfolio, Fields(["orders_version": "0"]))
        }
        bench.gate.away = [.park]
        #expect(bench.turn() == "applied 1")
        #expect(bench.totals["parked"] == nil && bench.tally.alarms == ["account not parked"])
        #expect(try bench.world.outbox(bench.account).count == 1)
        bench.gate.away = []
        bench.post("ignore late")
        #expect(bench.settle() == "ignored late 1")
        #expect(bench.totals["parked"] == "fork")
    }

    @Test("the answer of a command is announced after its event is out")
    func announcement() throws {
        let bench = try Bench()
        bench.settle()
        bench.gate.forget()
        bench.post("deposit 10", request: "r1")
        #expect(bench.turn() == "applied 1")
        #expect(
            bench.gate.calls.suffix(5) == [.publishEvents, .announce, .unbox, .settle, .fetch])
        #expect(bench.world.announced == ["live:42 r1"])
    }
}
