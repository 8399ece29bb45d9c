import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite("Deliberation") struct DeliberationTests {
    @Test("messages of one batch form a chain, each on the state that the one before leaves")
    func chain() throws {
        let bench = try Bench()
        bench.post("place")
        bench.post("fill")
        bench.post("close")
        bench.gate.forget()
        #expect(bench.settle() == "applied 3")
        #expect(bench.gate.calls.filter { $0 == .apply }.count == 1)
        #expect(
            bench.events == ["1 ORDER_PLACED", "2 ORDER_OPEN_CONFIRMED", "3 ORDER_CLOSE_CONFIRMED"])
        #expect(bench.order?.version == 3 && bench.totals["orders_version"] == "3")
    }

    @Test("a repeat changes nothing: in the batch, in a later one, after a take-over")
    func duplicates() throws {
        let bench = try Bench()
        bench.post("place")
        bench.post("fill", event: "e")
        bench.post("fill", event: "e")
        #expect(bench.settle() == "applied 2, ignored duplicate 1")
        bench.post("fill", event: "e")
        #expect(bench.settle() == "ignored duplicate 1")
        bench.takeOver()
        bench.post("fill", event: "e")
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.events.count == 2)
    }

    @Test("a repeat is known when the order has expired")
    func duplicateOfExpired() throws {
        let bench = try Bench()
        bench.post("place")
        bench.post("close", event: "e")
        #expect(bench.settle() == "applied 2")
        bench.world.now += 3_600_001
        bench.takeOver()
        bench.post("close", event: "e")
        #expect(bench.settle() == "ignored duplicate 1")
        #expect(bench.order == nil)
    }

    @Test("a command that comes again gets the same answer; under another digest it is refused")
    func commands() throws {
        let bench = try Bench()
        bench.post("deposit 10", request: "r1")
        bench.post("deposit 10", request: "r1")
        #expect(bench.settle() == "applied 1, ignored duplicate 1")
        bench.post("deposit 99", request: "r1")
        #expect(bench.settle() == "refused request_id_reused 1")
        #expect(bench.totals["balance"] == "10")
        let answer = bench.world[hash: bench.account.orderResult(try RequestID("r1"))]
        #expect(answer["status"] == "accepted")
    }

    @Test("a refusal is final")
    func refusal() throws {
        let bench = try Bench()
        bench.post("refuse market_closed", request: "r1")
        #expect(bench.settle() == "refused market_closed 1")
        bench.post("refuse market_closed", request: "r1")
        #expect(bench.settle() == "ignored duplicate 1")
        let answer = bench.world[hash: bench.account.orderResult(try RequestID("r1"))]
        #expect(answer["status"] == "refused" && answer["reason"] == "market_closed")
    }

    @Test("an event that is marked dead stays dead")
    func deadMarks() throws {
        let bench = try Bench()
        bench.post("place")
        bench.post("dead second_fill", event: "e")
        #expect(bench.settle() == "applied 1, dead second_fill 1")
        #expect(bench.order?.deadMarks["e"] == "second_fill")
        bench.post("fill", event: "e")
        #expect(bench.settle() == "dead second_fill 1")
        #expect(bench.order?.state == .queued)
    }

    @Test("an early event behind one that died of failure is parked, behind another it waits")
    func earlyBehindDead() throws {
        let bench = try Bench()
        bench.post("place")
        bench.post("dead attempts", event: "failed")
        bench.post("defer early", event: "early")
        #expect(bench.settle() == "applied 1, dead attempts 1, deferred early 1")
        bench.world.now += 20
        #expect(bench.settle() == "dead parked 1")
        #expect(bench.letters == ["failed attempts", "early parked"])
        #expect(bench.order?.deadMarks["early"] == nil)
        bench.post("place", order: 2)
        bench.post("dead second_fill", order: 2)
        #expect(bench.settle() == "applied 1, dead second_fill 1")
        bench.post("defer early", order: 2)
        #expect(bench.settle() == "deferred early 1")
    }

    @Test("on a parked account commands are refused and all else goes to the dead letters unmarked")
    func parked() throws {
        let bench = try Bench()
        bench.post("place")
        #expect(bench.settle() == "applied 1")
        bench.world.park(bench.account, reason: "fork", token: OrdersToken(text: "p"))
        bench.post("fill", event: "e")
        bench.post("deposit 10", request: "r1")
        #expect(bench.settle() == "dead account_parked 1, refused account_parked 1")
        #expect(bench.letters == ["e account_parked"])
        #expect(bench.order?.deadMarks.isEmpty == true && bench.order?.state == .queued)
    }

    @Test("what cannot be read is dead at once and holds nothing up")
    func unreadable() throws {
        let bench = try Bench()
        bench.world.append(Fields(["v": "1"]), to: bench.id.stream)
        bench.world.append(Fields(["v": "2"]), to: bench.id.stream)
        bench.post("place")
        #expect(bench.settle() == "applied 1, dead unknown_version 1, dead unreadable 1")
        #expect(bench.letters == ["? unreadable", "? unknown_version"])
    }

    @Test("an account that moved is decided again at once; a decision too old too")
    func conflicts() throws {
        let bench = try Bench()
        bench.post("deposit 5", request: "r0")
        bench.settle()
        bench.post("deposit 10", request: "r1")
        bench.gate.before[.apply] = {
            bench.world.set(
                bench.account.portfolio, Fields(["orders_token": "other", "balance": "7"]))
        }
        #expect(bench.turn() == "applied 1, conflict token 1")
        #expect(bench.totals["balance"] == "17")
        bench.post("deposit 10", request: "r2")
        bench.gate.before[.apply] = { bench.world.now += 2_001 }
        #expect(bench.settle() == "applied 1, conflict age 1")
    }

    @Test("an id that leads elsewhere is not used")
    func claims() throws {
        let bench = try Bench()
        bench.settle()
        bench.world.set(Keys.lookup(try LifecycleID("1000")), "77")
        bench.post("place", order: nil)
        #expect(bench.turn() == "applied 1")
        #expect(bench.sends == ["1001"])
        #expect(bench.world[string: Keys.lookup(try LifecycleID("1001"))] == "1001")
    }
}
