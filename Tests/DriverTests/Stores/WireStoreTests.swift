import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// The marks of what goes over a provider's wire, on one server and on a cluster.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct WireStoreTests {
    private func message(
        _ id: String, entry: Int64 = 1, attempt: String = "a.1"
    ) throws -> WireMessage {
        WireMessage(
            id: try LifecycleID(id), entry: EntryID(milliseconds: 5, sequence: entry),
            status: "OPEN", attempt: attempt)
    }

    private func lane(_ home: StoreHome) -> LaneID {
        LaneID(queue: .provider(home.provider), 0)
    }

    private func state(_ id: String, _ home: StoreHome) throws -> WireMark.State? {
        try home.hash(lane(home).wired)[id].map { try WireMark(text: $0).state }
    }

    private func inflight(_ home: StoreHome) throws -> [String] {
        (try home.ask("ZRANGE", lane(home).inflight, "0", "-1").elements ?? []).compactMap(\.string)
    }

    @Test(arguments: Deployment.allCases)
    func aMessageIsMarkedNotedAndAnswered(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        let both = [try message("41"), try message("CLS42", entry: 2, attempt: "a.2")]
        #expect(try wire.mark(lane(home), both) == [.send, .send])
        #expect(try wire.mark(lane(home), both) == [.send, .send], "the same attempts")
        #expect(try state("41", home) == .wired)
        #expect(try inflight(home) == ["41", "CLS42"])
        let mark = try WireMark(text: try home.hash(lane(home).wired)["CLS42"] ?? "")
        #expect(mark.entry == "5-2" && mark.status == "OPEN" && mark.attempt == "a.2")

        try wire.noteSent(lane(home), both)
        #expect(try state("41", home) == .sent)
        #expect(try wire.mark(lane(home), both) == [.sentBefore, .sentBefore])
        let answer = RequestAnswer(
            lane: lane(home), id: try LifecycleID("41"), status: .executed)
        for result in wire.answered([answer]) { try result.get() }
        #expect(try inflight(home) == ["CLS42"])
    }

    @Test(arguments: Deployment.allCases)
    func aMarkOfAnotherAttemptIsInDoubtUntilItIsRedriven(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        _ = try wire.mark(lane(home), [try message("41")])
        let other = try message("41", attempt: "b.1")
        for _ in 0..<2 { #expect(try wire.mark(lane(home), [other]) == [.inDoubt]) }
        // Whoever marked it first and sleeps cannot note it any more.
        try wire.noteSent(lane(home), [try message("41")])
        #expect(try state("41", home) == .inDoubt)
        #expect(
            try wire.mark(lane(home), [try message("41", attempt: "c.1")])
                == [.inDoubt], "the same entry is no redrive")

        let again = try message("41", entry: 9, attempt: "c.2")
        #expect(try wire.mark(lane(home), [again]) == [.send])
        #expect(try state("41", home) == .resending)
        try wire.noteSent(lane(home), [again])
        #expect(try state("41", home) == .resent)
        #expect(try wire.mark(lane(home), [again]) == [.sentBefore])
    }

    @Test(arguments: Deployment.allCases)
    func aSecondSendingThatIsInterruptedIsInDoubtAgain(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        _ = try wire.mark(lane(home), [try message("41")])
        _ = try wire.mark(lane(home), [try message("41", attempt: "b.1")])
        let again = try message("41", entry: 9, attempt: "c.1")
        #expect(try wire.mark(lane(home), [again]) == [.send])
        #expect(
            try wire.mark(
                lane(home), [try message("41", entry: 9, attempt: "d.1")])
                == [.inDoubt])
        // Taken back, it may be redriven under any entry.
        let third = try message("41", entry: 10, attempt: "e.1")
        #expect(try wire.mark(lane(home), [third]) == [.send])
        try wire.unmark(lane(home), [third])
        #expect(try state("41", home) == .inDoubt)
        #expect(try wire.mark(lane(home), [third]) == [.send])
    }

    @Test(arguments: Deployment.allCases)
    func whatDidNotLeaveIsUnmarkedByItsOwnAttemptOnly(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        _ = try wire.mark(lane(home), [try message("41")])
        try wire.unmark(lane(home), [try message("41", attempt: "b.1")])
        #expect(try state("41", home) == .wired)
        try wire.unmark(lane(home), [try message("41")])
        #expect(try state("41", home) == nil)
        #expect(try inflight(home).isEmpty)
    }

    @Test(arguments: Deployment.allCases)
    func aConfirmationAnswersOnlyWhatIsToRest(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        func say(_ id: String, _ status: OrdStatus) throws {
            let answer = RequestAnswer(
                lane: lane(home), id: try LifecycleID(id), status: status)
            for result in wire.answered([answer]) { try result.get() }
        }
        let leg = WireMessage(
            id: try LifecycleID("SL5"), entry: .zero, status: "STOPLOSS", attempt: "a.2")
        _ = try wire.mark(lane(home), [try message("41"), leg])
        try say("SL5", .acknowledged)
        try say("41", .pending)
        #expect(try inflight(home) == ["41", "SL5"])
        try say("SL5", .pending)
        #expect(try inflight(home) == ["41"])
        try say("41", .rejected)
        #expect(try inflight(home).isEmpty)
    }

    @Test(arguments: Deployment.allCases)
    func anyAnswerButARefusalEndsADoubt(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        for status in [OrdStatus.rejected, .executed] {
            let id = "7\(status.rawValue.count)"
            _ = try wire.mark(lane(home), [try message(id)])
            _ = try wire.mark(lane(home), [try message(id, attempt: "b.1")])
            let answer = RequestAnswer(
                lane: lane(home), id: try LifecycleID(id), status: status)
            for result in wire.answered([answer]) { try result.get() }
            #expect(try state(id, home) == (status == .rejected ? .inDoubt : .sent))
            #expect(try inflight(home).isEmpty)
        }
    }

    @Test(arguments: Deployment.allCases)
    func whatAPersonHasVerifiedIsInDoubtNoMore(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        _ = try wire.mark(lane(home), [try message("41")])
        _ = try wire.mark(lane(home), [try message("41", attempt: "b.1")])
        let again = try message("41", entry: 9, attempt: "c.1")
        _ = try wire.mark(lane(home), [again])
        try wire.noteSent(lane(home), [again])
        #expect(try state("41", home) == .resent)
        try wire.resolved(lane(home), try LifecycleID("41"))
        #expect(try state("41", home) == .sent)
        #expect(try inflight(home).isEmpty)
        // One that never went over a wire is none of this.
        try wire.resolved(lane(home), try LifecycleID("99"))
        #expect(try state("99", home) == nil)
    }

    @Test(arguments: Deployment.allCases)
    func theOldestWithoutAnAnswerAreNamed(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        _ = try wire.mark(lane(home), [try message("41"), try message("42", entry: 2)])
        #expect(try wire.overdue(lane(home), age: 60_000, most: 5).count == 0)
        try home.ask("ZADD", lane(home).inflight, "1000", "42")
        let overdue = try wire.overdue(lane(home), age: 60_000, most: 5)
        #expect(overdue.count == 1 && overdue.oldest.map(\.id.text) == ["42"])
        #expect((overdue.oldest.first?.age ?? 0) > 60_000)
    }

    @Test(arguments: Deployment.allCases)
    func aFrameThatIsNoReportIsADeadLetter(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let frame = UnreadableFrame(
            provider: home.provider, partition: home.partition, detail: "truncated: at 3",
            frame: "c1")
        for result in home.stores.wire.keep([frame]) { try result.get() }
        let letters = try home.entries(LaneID(queue: .reports, home.partition).dead)
        #expect(letters.count == 1)
        #expect(letters.first?["dead_reason"] == "unreadable")
        #expect(letters.first?["frame"] == "c1")
        #expect(letters.first?["provider"] == home.provider.name)
    }

    /// Marks go when their ids are forgotten, but for those in doubt.
    @Test(arguments: Deployment.allCases)
    func marksAreForgottenWithTheirIds(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let wire = home.stores.wire
        let messages = [try message("41"), try message("42", entry: 2)]
        _ = try wire.mark(lane(home), messages)
        try wire.noteSent(lane(home), [messages[0]])
        _ = try wire.mark(lane(home), [try message("42", entry: 2, attempt: "b.1")])
        for id in ["41", "42"] { try home.ask("ZADD", lane(home).sent, "1", id) }
        try home.stores.accounts.publishSends([try home.record(age: 0, id: "SL1")])[0].get()
        #expect(try state("41", home) == nil)
        #expect(try state("42", home) == .inDoubt)
    }
}
