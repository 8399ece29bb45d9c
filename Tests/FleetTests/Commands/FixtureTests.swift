import Shared
import Testing

@testable import Fleet

@Suite struct FixtureTests {
    @Test func anEntryGetsItsKeyAndVersion() throws {
        let line =
            #"{"queue":"open","key":"user_holdings:{live:1}:42","fields":{"event":"filled","avgpx":1.5}}"#
        guard case .entry(let entry) = try FixtureLine(line) else {
            Issue.record("no entry")
            return
        }
        #expect(entry.role == .open)
        #expect(entry.message["key"] == "user_holdings:{live:1}:42")
        #expect(entry.message["v"] == "1")
        #expect(entry.message["avgpx"] == "1.5")
        #expect(try entry.account().tag == "live:1")
    }

    @Test func aCommandLiesInThePartitionOfItsAccount() throws {
        let line = #"{"queue":"orders","fields":{"user_type":"demo","user_id":"7","v":"9"}}"#
        guard case .entry(let entry) = try FixtureLine(line) else {
            Issue.record("no entry")
            return
        }
        #expect(try entry.account().tag == "demo:7")
        #expect(entry.message["v"] == "9")
    }

    @Test(arguments: [
        (#"[]"#, "must be an object"), (#"{}"#, "must be an object"),
        (#"{"colour":1}"#, "unknown key 'colour'"),
        (#"{"market":{"symbol":"EURUSD","bid":1,"ask":2,"mid":1}}"#, "unknown key 'mid'"),
        (#"{"market":{"symbol":"EURUSD","bid":"x","ask":2}}"#, "bid"),
        (#"{"market":{"symbol":"EURUSD","bid":1}}"#, "ask"),
        (#"{"market":{"symbol":"EURUSD","bid":1,"ask":2},"x":1}"#, "does not belong beside"),
        (#"{"account":{"user_type":"live","user_id":"1","group":"G","leverage":1}}"#, "balance"),
        (#"{"account":{"user_type":"vip","user_id":"1","group":"G","leverage":1}}"#, "user_type"),
        (#"{"order":{"user_type":"live","user_id":"1","colour":1}}"#, "unknown key 'colour'"),
        (#"{"queue":"nowhere","fields":{}}"#, "role 'nowhere'"),
        (#"{"queue":"open","fields":{},"colour":1}"#, "unknown key 'colour'"),
        (#"{"queue":"open"}"#, "'fields' is missing"),
        (#"{"queue":"open","key":"42","fields":{}}"#, "key '42' is not user_holdings"),
        (#"{"expect":{"state":"flying"}}"#, "state 'flying' is none"),
        (#"{"expect":{"outcome":"perhaps"}}"#, "outcome 'perhaps' is none of"),
        (#"{"expect":{"colour":1}}"#, "unknown key 'colour'"),
        (#"{"expect":{"key":"42"}}"#, "key '42' is not user_holdings"),
        (#"{"expect":{"portfolio":1}}"#, "'portfolio' must be an object"),
        (#"{"about":1}"#, "'about' must be a text"),
        (#"{"queue":"open","name":"a","fields":{}}"#, "'name' is for commands"),
    ])
    func aLineThatIsNotKnownIsRefused(line: String, message: String) {
        let error = #expect(throws: (any Error).self) { try FixtureLine(line) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(String(describing: error))")
    }

    @Test func namesStandForIdsAndFields() throws {
        var names = FixtureNames()
        let key = try OrderKey(text: "user_holdings:{live:1}:42")
        try names.set("a", key)
        let line = try names.resolved("$a $a.close_id $a.") { order in
            Fields([.init("close_id", "CLS" + order.order.text)])
        }
        #expect(line == "42 CLS42 42.")
        #expect(try FixtureNames.checkable("{$b.close_id}") == "{1}")
        #expect(throws: Failure.self) { try names.set("a", key) }
        for line in ["$b", "$a.margin", "$ a"] {
            #expect(throws: Failure.self) { try names.resolved(line) { _ in Fields() } }
        }
    }

    @Test(arguments: [
        (FixtureOutcome.applied, "applied", true), (.applied, "ignored", false),
        (.dead("impossible"), "dead", true), (.dead("impossible"), "dead:impossible", true),
        (.dead("impossible"), "dead:late_fill", false), (.refused("state: open"), "refused", true),
        (.refused("state: open"), "refused:state: open", true), (.accepted, "applied", false),
    ])
    func anOutcomeMatchesWithOrWithoutItsReason(
        outcome: FixtureOutcome, expected: String, matches: Bool
    ) {
        #expect(outcome.matches(expected) == matches)
    }
}
