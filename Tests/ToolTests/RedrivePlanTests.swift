import ServiceRuntime
import Shared
import Testing

@testable import Fleet

/// What a redrive does with which letter, and in which order.
@Suite struct RedrivePlanTests {
    private static let key = "user_holdings:{live:42}:7"

    private func letter(
        _ role: Role, _ entry: Int64, _ reason: DeadReason, event: String? = nil,
        arrival: String? = nil, key: String? = RedrivePlanTests.key
    ) -> DeadLetter {
        var fields = Fields(["dead_reason": reason.rawValue])
        fields["key"] = key
        fields["event_id"] = event
        fields["arrival"] = arrival
        return DeadLetter(
            lane: LaneID(queue: role, 0),
            entry: Entry(id: EntryID(milliseconds: entry, sequence: 0), fields: fields))
    }

    private func plan(
        _ chosen: [DeadLetter], _ all: [DeadLetter] = [],
        _ standing: RedrivePlan.Standing = RedrivePlan.Standing()
    ) -> [String] {
        RedrivePlan(chosen, among: chosen + all, standing).steps.map { step in
            let mark = step.follows ? "+ " : ""
            return mark + step.letter.name + " " + step.fate.text(in: step.letter.lane)
        }
    }

    private func account(_ tag: String) throws -> AccountID { try AccountID(tag: tag) }
    private func order() throws -> OrderKey { try OrderKey(text: Self.key) }

    @Test func parkedFollowersReturnInTheOrderOfArrival() {
        let leader = letter(.open, 9, .attempts, event: "fill", arrival: "1-0")
        let followers = [
            letter(.close, 4, .parked, event: "close", arrival: "3-0"),
            letter(.stopLoss, 5, .parked, event: "leg", arrival: "2-0"),
            letter(.close, 6, .parked, event: "other", key: "user_holdings:{live:42}:8"),
            letter(.close, 7, .impossible, event: "judged", arrival: "2-1"),
        ]
        #expect(
            plan([leader], followers) == [
                "open:0/9-0 mark lifted, back into open:0",
                "+ stoploss:0/5-0 mark lifted, back into stoploss:0",
                "+ close:0/4-0 mark lifted, back into close:0",
            ])
    }

    @Test func aFollowerStaysBehindWhatDiedBeforeIt() throws {
        let follower = letter(.close, 4, .parked, event: "close", arrival: "3-0")
        var standing = RedrivePlan.Standing()
        standing.marks[try order()] = NamedList(text: "fill=attempts")
        #expect(
            plan([follower], [], standing)
                == ["close:0/4-0 stays: waits for fill, which died before it: redrive that"])
        // What was judged, or dropped, holds nothing up.
        standing.marks[try order()] = NamedList(text: "fill=dropped a=second_fill")
        #expect(plan([follower], [], standing) == ["close:0/4-0 mark lifted, back into close:0"])
        let leader = letter(.open, 9, .crashLoop, event: "fill", arrival: "1-0")
        standing.marks[try order()] = NamedList(text: "fill=crash_loop")
        #expect(plan([follower, leader], [], standing).count { $0.contains("back") } == 2)
    }

    @Test func aParkedAccountsLettersStay() throws {
        let parked = letter(.open, 1, .accountParked, event: "a")
        var standing = RedrivePlan.Standing()
        standing.parked[try account("live:42")] = "gap"
        #expect(
            plan([parked], [], standing) == ["open:0/1-0 stays: account live:42 is parked: gap"])
        standing.parked = [:]
        #expect(plan([parked], [], standing) == ["open:0/1-0 mark lifted, back into open:0"])
    }

    @Test func whatIsUnpublishedLetsItsAccountTradeAgain() throws {
        let unpublished = letter(.open, 2, .unpublished, event: "a", arrival: "1-0")
        let later = letter(.close, 3, .accountParked, event: "b", arrival: "2-0")
        var standing = RedrivePlan.Standing()
        standing.parked[try account("live:42")] = "unpublished"
        let way = "account trades again, mark lifted, back into"
        #expect(
            plan([unpublished], [later], standing)
                == ["open:0/2-0 \(way) open:0", "+ close:0/3-0 \(way) close:0"])
        #expect(
            plan([later], [unpublished], standing)
                == ["close:0/3-0 stays: account live:42 is parked: unpublished"])
        standing.parked[try account("live:42")] = "fork"
        #expect(plan([unpublished], [], standing)[0].contains("stays"))
    }

    @Test func aLateFillNeedsItsOrder() throws {
        let late = letter(.open, 1, .lateFill, event: "a")
        #expect(
            plan([late]) == [
                "open:0/1-0 order restored from Postgres, mark lifted, back into open:0"
            ])
        var standing = RedrivePlan.Standing()
        standing.lost[try order()] = "Postgres has not caught up"
        #expect(plan([late], [], standing) == ["open:0/1-0 stays: Postgres has not caught up"])
        standing.kept = [try order()]
        #expect(plan([late], [], standing) == ["open:0/1-0 mark lifted, back into open:0"])
    }

    @Test func eventsAreShownToTheProjectionAndQueuedToNobody() {
        for (group, fate) in [
            (ConsumerGroup.projection, "shown to the projection again"), (.persistence, "stays"),
        ] {
            let entry = Entry(id: .zero, fields: Fields(["dead_reason": "unreadable"]))
            let letter = DeadLetter(lane: LaneID(events: 0, group), entry: entry)
            #expect(plan([letter])[0].contains(fate))
        }
    }

    @Test func whatMayHaveBeenSentIsNotSentAgain() {
        let doubtful = letter(.provider(.house), 1, .inDoubt)
        #expect(plan([doubtful])[0].contains("stays"))
        let named = RedrivePlan(
            [doubtful], among: [], named: [doubtful.name], RedrivePlan.Standing())
        #expect(named.steps.map(\.fate) == [.queue(.resend)], "a person may say so")
        #expect(plan([letter(.provider(.house), 1, .staleSend)])[0].contains("back into"))
        #expect(plan([letter(.reports, 1, .inDoubt, key: nil)])[0].contains("back into"))
    }
}

@Suite struct LetterFilterTests {
    @Test(arguments: [
        ("90s", Moment.ago(90_000)), ("15m", .ago(900_000)), ("2h", .ago(7_200_000)),
        ("3d", .ago(259_200_000)), ("1788190427120", .at(1_788_190_427_120)),
        ("2026-08-31", .at(1_788_134_400_000)), ("2026-08-31 15:33Z", .at(1_788_190_380_000)),
        ("2026-08-31T15:33:47", .at(1_788_190_427_000)),
        ("2026-08-31T15:33:47.120Z", .at(1_788_190_427_120)),
    ])
    func momentsAreRead(text: String, moment: Moment) throws {
        #expect(try Moment(text) == moment)
    }

    @Test(arguments: [
        "", "m", "-1m", "1w", "-5", "2026-02-30", "2026-08-31T24:00", "now",
        "99999999999999999d",
    ])
    func whatIsNoMomentIsRefused(text: String) {
        #expect(throws: Failure.self) { try Moment(text) }
    }

    private func filter(_ words: String) throws -> LetterFilter {
        let spec = DeadActions.redrive
        return try LetterFilter(
            Invocation(words.split(separator: " ").map(String.init), of: spec), now: 100_000)
    }

    @Test func everythingSaidMustFit() throws {
        let letter = DeadLetter(
            lane: LaneID(queue: .open, 3),
            entry: Entry(
                id: EntryID(milliseconds: 60_000, sequence: 1),
                fields: Fields([
                    "dead_reason": "attempts", "dead_at": "50000",
                    "key": "user_holdings:{live:42}:7",
                ])))
        for (words, isFit) in [
            ("", true), ("open:3/60000-1", true), ("open:3/60000-2", false),
            ("--queue open", true), ("--queue close", false),
            ("--reason attempts,impossible", true), ("--reason impossible", false),
            ("--account live:42", true), ("--account live:43", false), ("--order 7", true),
            ("--order 8", false), ("--since 50000", true), ("--since 50001", false),
            ("--until 50000", true), ("--until 49999", false), ("--since 50s", true),
            ("--since 49s", false), ("open:3/60000-1 --reason impossible", false),
        ] {
            #expect(try filter(words).matches(letter) == isFit, "\(words)")
        }
        #expect(try filter("").isEmpty)
        #expect(try !filter("--order 7").isEmpty)
    }

    @Test(arguments: [
        "--reason nonsense", "--account x", "--order x", "--since x", "--since 5 --until 4",
    ])
    func whatCannotBeMeantIsRefused(words: String) {
        #expect(throws: UsageError.self) { try filter(words) }
    }
}
