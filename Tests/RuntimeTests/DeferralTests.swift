import ServiceRuntime
import Shared
import Testing

@Suite("Deferral") struct DeferralTests {
    private let first = EntryID(milliseconds: 1_000, sequence: 7)

    /// Defers again and again; the waits in ms until it dies, and of what.
    private func waits(
        _ reason: DeferReason, most: Int
    ) -> (waits: [Int64], death: DeadReason?, last: Fields) {
        var entry = Entry(id: first, fields: Fields(["a": "1"]))
        var now: Int64 = 1_000
        var waits: [Int64] = []
        while waits.count < most {
            switch Deferral.disposition(of: entry, reason, now: now) {
            case .delay(let milliseconds, let fields):
                waits.append(milliseconds)
                now += milliseconds
                entry = Entry(id: EntryID(milliseconds: now, sequence: 0), fields: fields)
            case .dead(let death, _): return (waits, death, entry.fields)
            case .done, .park: return (waits, nil, entry.fields)
            }
        }
        return (waits, nil, entry.fields)
    }

    @Test("waits double from 20 ms to 5 s and stay there")
    func doubling() {
        let expected: [Int64] = [20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_000, 5_000, 5_000]
        #expect(waits(.early, most: 11).waits == expected)
    }

    @Test("the first arrival and the first deferral stay with it")
    func arrival() {
        let fields = waits(.early, most: 5).last
        #expect(fields["arrival"] == "1000-7" && fields["deferred_at"] == "1000")
        #expect(fields["deferrals"] == "5" && fields["a"] == "1")
    }

    @Test("an arrival that it brought along is kept")
    func broughtAlong() {
        let entry = Entry(id: first, fields: Fields(["arrival": "5-5"]))
        guard case .delay(_, let fields) = Deferral.disposition(of: entry, .early, now: 9) else {
            Issue.record("it does not wait")
            return
        }
        #expect(fields["arrival"] == "5-5")
    }

    @Test(
        "patience ends",
        arguments: [
            (DeferReason.unknownID, DeadReason.unknownID, Int64(600_000)),
            (.early, .neverReady, 24 * 3_600_000),
        ])
    func patience(reason: DeferReason, death: DeadReason, milliseconds: Int64) {
        let end = waits(reason, most: 100_000)
        let waited = end.waits.reduce(0, +)
        #expect(end.death == death)
        #expect((milliseconds..<milliseconds + 5_000).contains(waited))
    }

    @Test(
        "what waits for a rate or a price waits on",
        arguments: [DeferReason.waitingForRate, .waitingForPrice])
    func withoutLimit(reason: DeferReason) {
        #expect(waits(reason, most: 50_000).death == nil)
    }
}

@Suite("Deferral alarms") struct DeferralAlarmTests {
    /// How often each reason alarms while a message is deferred 40 times, and after how many ms.
    @Test(
        "money alarms at once, everything after a minute, once each",
        arguments: [
            (DeferReason.early, [60_100]), (.unknownID, [60_100]),
            (.waitingForRate, [0, 60_100]), (.waitingForPrice, [0, 60_100]),
        ])
    func alarms(_ reason: DeferReason, _ expected: [Int64]) {
        var entry = Entry(id: EntryID(milliseconds: 1, sequence: 1), fields: Fields())
        var now: Int64 = 0
        var alarmed: [Int64] = []
        for _ in 0..<40 {
            if Deferral.alarms(entry, reason) { alarmed.append(now) }
            guard
                case .delay(let wait, let fields) = Deferral.disposition(
                    of: entry, reason, now: now)
            else { break }
            entry = Entry(id: entry.id, fields: fields)
            now += wait
        }
        #expect(alarmed == expected)
    }
}
