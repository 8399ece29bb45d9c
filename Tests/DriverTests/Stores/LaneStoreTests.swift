import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct LaneStoreTests {
    @Test(arguments: Deployment.allCases)
    func entriesAreHandedOutOnceInOrderAndSettledAway(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let (nonce, ids) = try home.takeQueue(with: 3)
        let lane = home.stores.lane
        let first = try lane.fetch(home.queue, nonce, .new, count: 2).held()
        #expect(first.entries.map(\.id) == Array(ids[..<2]))
        #expect(first.entries.map { $0.fields["n"] } == ["0", "1"])
        #expect(first.lastDelivered == ids[1])
        #expect(first.nextDue == nil)
        let second = try lane.fetch(home.queue, nonce, .new, count: 2).held()
        #expect(second.entries.map(\.id) == [ids[2]])
        let third = try lane.fetch(home.queue, nonce, .new, count: 2).held()
        #expect(third.entries.isEmpty)
        #expect(third.lastDelivered == ids[2])
        #expect(third.now >= first.now)

        let done = ids[..<2].map { Settlement($0, .done) }
        let reply = try lane.settle(home.queue, nonce, done)
        #expect(reply == .settled(SettleReply.Settled(pending: 1)))
        #expect(try home.entries(home.queue.stream).map { $0["n"] } == ["2"])
    }

    @Test(arguments: Deployment.allCases)
    func aBatchEndsWithItsOutboxesEmptyAndTheNextOneInHand(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let (nonce, ids) = try home.takeQueue(with: 3)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, nonce, .new, count: 2)
        let records = try home.perform([home.created(), home.placed()])
        let end = BatchEnd(ids[..<2].map { Settlement($0, .done) }, published: [records])
        guard case .settled(let settled) = try lane.settle(home.queue, nonce, end, next: 9) else {
            Issue.record("the lease is lost")
            return
        }
        #expect(settled.pending == 0 && settled.unboxed == [.success(.removed)])
        #expect(settled.next?.entries.map(\.id) == [ids[2]])
        #expect(settled.next?.lastDelivered == ids[2])
        #expect(try home.load().outbox.isEmpty)
        // Who lost the lease still empties outboxes: that is fenced by number and token.
        let more = try home.perform([home.filled(home.load())])
        let stale = BatchEnd([Settlement(ids[2], .done)], published: [more])
        #expect(try lane.settle(home.queue, LeaseNonce(9, 9), stale, next: 9) == .leaseLost)
        #expect(try home.entries(home.queue.stream).map { $0["n"] } == ["2"])
        #expect(try home.load().outbox.isEmpty)
    }

    @Test(arguments: Deployment.allCases)
    func aForkIsToldWithTheSettlementAndKeepsItsOutbox(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let id = try home.append(["n": "0"], to: home.queue)
        _ = try home.stores.lane.fetch(home.queue, nonce, .new, count: 9)
        let first = try home.perform([home.created(), home.placed()])
        let before = try home.load()
        let lost = try home.decide(on: before, [home.filled(before)]).records
        let end = BatchEnd([Settlement(id, .done)], published: [first + lost])
        let settled = SettleReply.Settled(pending: 0, unboxed: [.success(.fork)])
        let reply = try home.stores.lane.settle(home.queue, nonce, end, next: 0)
        #expect(reply == .settled(settled))
        #expect(try home.load().outbox == first)
    }

    @Test(arguments: Deployment.allCases)
    func anOutboxThatCannotBeEmptied(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let id = try home.append(["n": "0"], to: home.queue)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, nonce, .new, count: 9)
        let records = try home.perform([home.created(), home.placed()])
        try home.spoil(home.account.outbox)
        let end = BatchEnd([Settlement(id, .done)], published: [records])
        switch deployment {
        case .cluster:
            // Nothing is settled, since the nodes have no order among them.
            #expect(throws: StoreError.self) { try lane.settle(home.queue, nonce, end, next: 0) }
            #expect(try home.entries(home.queue.stream).count == 1)
        case .single:
            guard case .settled(let settled) = try lane.settle(home.queue, nonce, end, next: 0)
            else {
                Issue.record("the lease is lost")
                return
            }
            #expect(throws: StoreError.self) { try settled.unboxed[0].get() }
        }
    }

    @Test(arguments: Deployment.allCases)
    func whatWasNotSettledIsReadAgainPageByPage(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let (old, ids) = try home.takeQueue(with: 5)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, old, .new, count: 4)
        _ = try lane.settle(home.queue, old, [Settlement(ids[1], .done)])
        try home.stores.coordination.release([LeaseClaim(key: home.queue.lease, nonce: old)])
        let nonce = try home.lease(home.queue, 2)

        var pages: [[EntryID]] = []
        var after = EntryID.zero
        while true {
            let page = try lane.fetch(home.queue, nonce, .pending(after: after), count: 2).held()
            // A page tells what is new, not where it ended.
            #expect(page.lastDelivered == ids[3])
            pages.append(page.entries.map(\.id))
            guard let last = page.entries.last else { break }
            after = last.id
        }
        #expect(pages == [[ids[0], ids[2]], [ids[3]], []])
        let new = try lane.fetch(home.queue, nonce, .new, count: 9).held()
        #expect(new.entries.map(\.id) == [ids[4]])
    }

    @Test(arguments: Deployment.allCases)
    func withoutTheLeaseNothingIsHandedOutOrSettled(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let old = try home.lease(home.queue)
        let id = try home.append(["n": "0"], to: home.queue)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, old, .new, count: 9)
        _ = try lane.raiseSuspect(home.queue, id)
        try home.stores.coordination.release([LeaseClaim(key: home.queue.lease, nonce: old)])

        for holder in [nil, UInt64(2)] {
            if let holder { _ = try home.lease(home.queue, holder) }
            #expect(try lane.fetch(home.queue, old, .new, count: 9) == .leaseLost)
            let before = try home.dump([home.queue.stream, home.queue.suspect])
            let fates: [Settlement.Disposition] = [
                .done, .delay(milliseconds: 1, Fields(["a": "b"])), .dead(.attempts, Fields()),
            ]
            for fate in fates {
                #expect(
                    try lane.settle(home.queue, old, [Settlement(id, fate)]) == .leaseLost)
            }
            #expect(try home.dump([home.queue.stream, home.queue.suspect]) == before)
        }
        #expect(try !home.isThere(home.queue.delayed))
        #expect(try !home.isThere(home.queue.dead))
    }

    @Test(arguments: Deployment.allCases)
    func onlyWhatIsPendingIsDisposedOf(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let fetched = try home.append(["n": "0"], to: home.queue)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, nonce, .new, count: 1)
        let unread = try home.append(["n": "1"], to: home.queue)
        let settlements = [
            Settlement(fetched, .done), Settlement(fetched, .dead(.attempts, Fields())),
            Settlement(unread, .done), Settlement(EntryID(milliseconds: 5, sequence: 5), .done),
        ]
        let reply = try lane.settle(home.queue, nonce, settlements)
        #expect(reply == .settled(SettleReply.Settled(pending: 0)))
        #expect(try home.entries(home.queue.stream).map { $0["n"] } == ["1"])
        #expect(try !home.isThere(home.queue.dead))
    }

    @Test(arguments: Deployment.allCases)
    func aDeferredMessageComesBackWithItsFields(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let lane = home.stores.lane
        let ids = try (0..<2).map { _ in try home.append(["n": "0"], to: home.queue) }
        _ = try lane.fetch(home.queue, nonce, .new, count: 9)
        let fields = Fields(["n": "0", "empty": "", "text": "zwei Wörter\u{0}\r\n", "d": "1"])
        let delay = Settlement.Disposition.delay(milliseconds: 30, fields)
        let reply = try lane.settle(home.queue, nonce, ids.map { Settlement($0, delay) })
        #expect(reply == .settled(SettleReply.Settled(pending: 0)))
        #expect(try home.entries(home.queue.stream).isEmpty)

        var waiting = try lane.fetch(home.queue, nonce, .new, count: 9).held()
        let due = try #require(waiting.nextDue)
        #expect(waiting.entries.isEmpty && due > waiting.now && due <= waiting.now + 30)
        let isBack = eventually {
            waiting = (try? lane.fetch(home.queue, nonce, .new, count: 9).held()) ?? waiting
            return !waiting.entries.isEmpty
        }
        // Two messages of the same fields are two messages.
        #expect(isBack && waiting.entries.map(\.fields) == [fields, fields])
        #expect(waiting.nextDue == nil)
        #expect(waiting.now >= due)
    }

    @Test(arguments: Deployment.allCases)
    func aDeadLetterKeepsWhatTheMessageWas(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let id = try home.append(["n": "0", "arrival": "5-1"], to: home.queue)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, nonce, .new, count: 9)
        let fate = Settlement.Disposition.dead(.secondFill, Fields(["dead_detail": "x"]))
        _ = try lane.settle(home.queue, nonce, [Settlement(id, fate)])
        let letter = try #require(try home.entries(home.queue.dead).first)
        #expect(letter["dead_reason"] == "second_fill")
        #expect(letter["dead_entry"] == "\(id)")
        #expect(letter["dead_detail"] == "x")
        #expect(letter["n"] == "0")
        #expect(letter["arrival"] == "5-1")
        #expect(Int64(letter["dead_at"] ?? "") ?? 0 >= id.milliseconds)
        #expect(try home.entries(home.queue.stream).isEmpty)
    }

    @Test(arguments: Deployment.allCases)
    func eventsStayAndAreParkedOrDead(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let lane = home.events
        try home.makeGroup(lane)
        let nonce = try home.lease(lane)
        let ids = try (0..<3).map { try home.append(["n": "\($0)"], to: lane) }
        _ = try home.stores.lane.fetch(lane, nonce, .new, count: 9)
        let settlements = [
            Settlement(ids[0], .done), Settlement(ids[1], .park(Fields(["why": "fork"]))),
            Settlement(ids[2], .dead(.unreadable, Fields())),
        ]
        let reply = try home.stores.lane.settle(lane, nonce, settlements)
        #expect(reply == .settled(SettleReply.Settled(pending: 0)))
        #expect(try home.entries(lane.stream).count == 3)
        let parked = try #require(try home.entries(lane.parked).first)
        #expect(parked["why"] == "fork" && parked["n"] == "1")
        #expect(parked["parked_entry"] == "\(ids[1])")
        #expect(try home.entries(lane.dead).map { $0["n"] } == ["2"])
    }

    @Test func whatALaneMustNotDoIsRefusedBeforeAnythingIs() throws {
        let home = try StoreHome(.single)
        try home.makeGroup(home.queue)
        try home.makeGroup(home.events)
        for (lane, fate) in [
            (home.queue, Settlement.Disposition.park(Fields())),
            (home.events, .delay(milliseconds: 1, Fields(["a": "b"]))),
        ] {
            let nonce = try home.lease(lane)
            let id = try home.append(["n": "0"], to: lane)
            _ = try home.stores.lane.fetch(lane, nonce, .new, count: 9)
            #expect(throws: StoreError.self) {
                try home.stores.lane.settle(
                    lane, nonce, [Settlement(id, .done), Settlement(id, fate)])
            }
            let reply = try home.stores.lane.settle(lane, nonce, [])
            #expect(reply == .settled(SettleReply.Settled(pending: 1)))
        }
    }

    @Test func aKeyOfAnotherTypeStopsASettlementBeforeItsFirstWrite() throws {
        for spoiled in ["delayed", "dead", "suspect", "parked"] {
            let home = try StoreHome(.single)
            let lane = home.queue
            try home.makeGroup(lane)
            let nonce = try home.lease(lane)
            let id = try home.append(["n": "0"], to: lane)
            _ = try home.stores.lane.fetch(lane, nonce, .new, count: 9)
            let keys: [String: any RedisKey] = [
                "delayed": lane.delayed, "dead": lane.dead, "suspect": lane.suspect,
                "parked": lane.parked,
            ]
            let key = try #require(keys[spoiled])
            try home.spoil(key)
            let error = #expect(throws: StoreError.self) {
                try home.stores.lane.settle(
                    lane, nonce, [Settlement(id, .dead(.attempts, Fields()))])
            }
            #expect(error?.isUnavailable == false)
            #expect("\(error as Any)".contains("wrong_type"))
            #expect(try home.entries(lane.stream).count == 1)
            let pending = try home.ask("XPENDING", lane.stream, lane.group.rawValue)
            #expect(pending.elements?.first == .integer(1))
        }
    }

    @Test func aMissingGroupIsRefused() throws {
        let home = try StoreHome(.single)
        let nonce = try home.lease(home.queue)
        for make in [false, true] {
            if make { try home.append(["n": "0"], to: home.queue) }
            let error = #expect(throws: StoreError.self) {
                try home.stores.lane.fetch(home.queue, nonce, .new, count: 9)
            }
            #expect(error?.isUnavailable == false)
        }
    }

    /// Seen when something outside deleted it; it must not vanish unseen.
    @Test func aDeletedEntryThatIsPendingIsHandedOutWithoutFields() throws {
        let home = try StoreHome(.single)
        try home.makeGroup(home.queue)
        let nonce = try home.lease(home.queue)
        let id = try home.append(["n": "0"], to: home.queue)
        _ = try home.stores.lane.fetch(home.queue, nonce, .new, count: 9)
        try home.ask("XDEL", home.queue.stream, "\(id)")
        let page = try home.stores.lane.fetch(
            home.queue, nonce, .pending(after: .zero), count: 9
        ).held()
        #expect(page.entries == [Entry(id: id, fields: Fields())])
        let fate = Settlement.Disposition.dead(.unreadable, Fields())
        _ = try home.stores.lane.settle(home.queue, nonce, [Settlement(id, fate)])
        #expect(try home.entries(home.queue.dead).map { $0["dead_entry"] } == ["\(id)"])
    }

    @Test func aLargeBatchIsSettledWhole() throws {
        let home = try StoreHome(.single)
        let (nonce, ids) = try home.takeQueue(with: 600)
        _ = try home.stores.lane.fetch(home.queue, nonce, .new, count: 600)
        let reply = try home.stores.lane.settle(
            home.queue, nonce, ids.map { Settlement($0, .done) })
        #expect(reply == .settled(SettleReply.Settled(pending: 0)))
        #expect(try home.entries(home.queue.stream).isEmpty)
    }

    @Test(arguments: Deployment.allCases)
    func suspicionIsCountedAndClearedBySettling(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let (nonce, ids) = try home.takeQueue(with: 2)
        let lane = home.stores.lane
        _ = try lane.fetch(home.queue, nonce, .new, count: 9)
        #expect(try lane.raiseSuspect(home.queue, ids[0]) == 1)
        #expect(try lane.raiseSuspect(home.queue, ids[0]) == 2)
        #expect(try lane.raiseSuspect(home.queue, ids[1]) == 1)
        try lane.clearSuspect(home.queue, ids[1])
        #expect(try home.hash(home.queue.suspect) == ["\(ids[0])": "2"])
        _ = try lane.settle(home.queue, nonce, [Settlement(ids[0], .done)])
        #expect(try !home.isThere(home.queue.suspect))
    }
}

extension StoreHome {
    /// Puts something of another type under a key.
    func spoil(_ key: some RedisKey) throws {
        try ask("DEL", key)
        try ask("RPUSH", key, "spoiled")
    }
}
