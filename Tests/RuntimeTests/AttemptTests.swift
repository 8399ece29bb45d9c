import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite("Attempts") struct AttemptTests {
    @Test("after five failures a message is dead, marked, and holds nothing up any more")
    func fiveAttempts() throws {
        let bench = try Bench()
        bench.post("place")
        #expect(bench.settle() == "applied 1")
        bench.post("throw", event: "bad")
        bench.post("fill", event: "good")
        for _ in 1...4 { #expect(bench.turn() == "nothing held 2") }
        #expect(bench.turn() == "dead attempts 1 held 1")
        #expect(bench.turn() == "applied 1")
        #expect(bench.letters == ["bad attempts"])
        #expect(bench.order?.deadMarks["bad"] == "attempts")
    }

    @Test("what came back since it died by this entry is not marked by it again")
    func cameBack() throws {
        let bench = try Bench()
        bench.post("place")
        #expect(bench.settle() == "applied 1")
        let entry = bench.post("throw", event: "bad")
        for _ in 1...4 { #expect(bench.turn() == "nothing held 1") }
        bench.world.set(
            bench.account.redriven(EventID(text: "bad"), entry: "\(entry)"), "1")
        #expect(bench.turn() == "dead attempts 1")
        #expect(bench.order?.deadMarks.isEmpty == true)
        #expect(bench.letters == ["bad attempts"])
    }

    @Test("neighbours that wait behind a failure are not blamed")
    func neighbours() throws {
        let bench = try Bench()
        bench.post("place")
        #expect(bench.settle() == "applied 1")
        for number in 1...3 { bench.post("throw", event: "bad-\(number)") }
        for _ in 1...20 { bench.turn() }
        #expect(bench.letters == (1...3).map { "bad-\($0) attempts" })
        #expect(bench.tally.alarms.filter { $0 == "attempt failed" }.count == 15)
    }

    @Test("what comes before a failure in its chain is applied with the first attempt")
    func before() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place")
        bench.post("throw")
        #expect(bench.turn() == "applied 1 held 1")
        #expect(bench.order?.state == .queued)
    }

    @Test("a command that fails five times is refused internal_error")
    func command() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("throw", request: "r1")
        for _ in 1...4 { #expect(bench.turn() == "nothing held 1") }
        #expect(bench.turn() == "refused internal_error 1")
        let answer = bench.world[hash: bench.account.orderResult(try RequestID("r1"))]
        #expect(answer["reason"] == "internal_error")
        #expect(bench.letters.isEmpty)
    }

    @Test(
        "a store that is away is nobody's fault",
        arguments: [
            StoreCall.load, .claim, .publishLookups, .publishSends, .publishEvents,
        ])
    func storeAway(call: StoreCall) throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place")
        bench.gate.away = [call]
        for _ in 1...8 { #expect(bench.turn() == "nothing held 1") }
        bench.gate.away = []
        #expect(["applied 1", "ignored duplicate 1"].contains(bench.settle()))
        #expect(bench.events == ["1 ORDER_PLACED"] && bench.sends == ["1"])
        #expect(bench.letters.isEmpty)
    }

    @Test("a decision that could not be applied is made again, under a fresh id")
    func applyAway() throws {
        let bench = try Bench()
        bench.settle()
        bench.post("place", order: nil)
        bench.gate.away = [.apply]
        for _ in 1...8 { #expect(bench.turn() == "nothing held 1") }
        bench.gate.away = []
        #expect(bench.settle() == "applied 1")
        #expect(bench.events == ["1 ORDER_PLACED"] && bench.sends.count == 1)
        #expect(bench.letters.isEmpty)
    }

    @Test("an account that cannot be read is an attempt of its first message only")
    func unreadableAccount() throws {
        let bench = try Bench()
        bench.settle()
        bench.world.set(bench.account.portfolio, Fields(["orders_version": "x"]))
        bench.post("fill", event: "a")
        bench.post("fill", event: "b")
        for _ in 1...5 { bench.turn() }
        #expect(bench.letters == ["a attempts"])
        #expect(bench.lane.heldCount == 1)
    }

    @Test("a failing message does not stop accounts beside it")
    func otherAccounts() throws {
        let bench = try Bench()
        let other = try AccountID(.copyFollower, "7")
        bench.settle()
        bench.post("throw")
        bench.post("place", order: 9, account: other)
        #expect(bench.turn() == "applied 1 held 1")
    }
}
