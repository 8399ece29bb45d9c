import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import Projector

@Suite("Projector") struct ProjectorProcessorTests {
    private let lane = LaneID(events: 0, .projection)

    @Test("An order's event says what others are to see; an account's own says nothing")
    func changes() throws {
        let store = RecordingProjection()
        let tally = Tally()
        let projector = ProjectorProcessor(store: store, counters: tally)
        var account = ProjectedAccount(try AccountID(.copyFollower, "7"))
        let close = LifecycleID(.close, number: 99)
        let entries = try [
            account.create(), account.move(1, to: .queued), account.move(2, to: .queued),
            account.move(1, to: .open), account.move(1, to: .closed, ids: [close]),
        ]
        let results = projector.process(entries, lane: lane, now: 0)
        #expect(results == entries.map { _ in .settle(.done) })
        #expect(store.changes.map(\.number) == [2, 3, 4, 5])
        #expect(store.changes.map(\.version) == [1, 1, 2, 3])
        #expect(store.changes.map(\.activeOfSymbol) == [1, 2, 2, 1])
        #expect(store.changes.map(\.isTerminal) == [false, false, false, true])
        #expect(store.changes.map { $0.symbol.text } == Array(repeating: "XAUUSD", count: 4))
        let last = try #require(store.changes.last)
        #expect(last.ids == [close] && last.key.account == account.id)
        #expect(last.fields["state"] == "closed" && last.fields["type"] == "2")
        #expect(last.fields["orders_version"] == nil && last.fields["m:XAUUSD"] == nil)
        #expect(tally.take() == "applied projected 4, ignored no_order 1")
    }

    @Test("Only what the store did not take is held")
    func held() throws {
        let store = RecordingProjection()
        let tally = Tally()
        let projector = ProjectorProcessor(store: store, counters: tally)
        var bad = ProjectedAccount(try AccountID(.live, "7"))
        var good = ProjectedAccount(try AccountID(.live, "8"))
        store.refused = [bad.id]
        let entries = try [
            bad.move(1, to: .queued), good.move(2, to: .queued), bad.move(1, to: .open),
        ]
        let results = projector.process(entries, lane: lane, now: 0)
        #expect(results == [.hold, .settle(.done), .hold])
        #expect(tally.alarms == ["not projected"])
        store.refused = []
        #expect(
            projector.process([entries[0], entries[2]], lane: lane, now: 0)
                == [.settle(.done), .settle(.done)])
    }

    @Test(
        "What cannot be read is a dead letter and stops nobody",
        arguments: [
            ("to_state", "limbo", DeadReason.unreadable), ("key", "x", .unreadable),
            ("symbol", "", .unreadable), ("orders_version", "two", .unreadable),
            ("order_version", "", .unreadable), ("symbol_active", "some", .unreadable),
            ("ids", "a}b=close", .unreadable), ("v", "2", .unknownVersion),
        ])
    func unreadable(_ field: String, _ text: String, _ reason: DeadReason) throws {
        let store = RecordingProjection()
        let projector = ProjectorProcessor(store: store, counters: Tally())
        var account = ProjectedAccount(try AccountID(.live, "7"))
        let good = try account.move(1, to: .queued)
        var fields = try account.move(2, to: .queued).fields
        fields[field] = text
        let results = projector.process(
            [Entry(id: .zero, fields: fields), good], lane: lane, now: 0)
        guard case .settle(.dead(reason, let letter)) = results[0] else {
            Issue.record("\(results[0])")
            return
        }
        #expect(letter["dead_detail"]?.contains(field) == true)
        #expect(results[1] == .settle(.done) && store.changes.count == 1)
    }

    @Test("An event that ended three projectors is a dead letter")
    func suspect() throws {
        let projector = ProjectorProcessor(store: RecordingProjection(), counters: Tally())
        var account = ProjectedAccount(try AccountID(.live, "7"))
        let entry = try account.move(1, to: .queued)
        #expect(
            projector.processSuspect(entry, lane: lane, now: 0)
                == .settle(.dead(.crashLoop, Fields())))
    }
}
