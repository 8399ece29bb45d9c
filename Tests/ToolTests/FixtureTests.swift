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
        (#"{"market":{"symbol":"EURUSD","bid":1,"ask":2,"age":"old"}}"#, "age"),
        (#"{"market":{"symbol":"EURUSD","bid":1,"ask":2,"age":0}}"#, "age"),
        (#"{"redrive":{}}"#, "reason"),
        (#"{"redrive":{"reason":"boredom"}}"#, "'boredom' is no reason"),
        (#"{"redrive":{"reason":"ambiguous","all":1}}"#, "unknown key 'all'"),
        (#"{"expect":{"order_data":1}}"#, "'order_data' must be an object"),
        (#"{"expect":{"triggers":[]}}"#, "'triggers' must be an object"),
        (#"{"expect":{"lookups":{"a b":"1"}}}"#, "a b"),
        (#"{"expect":{"events":{}}}"#, "'events' must be a list"),
        (#"{"expect":{"sent":["a"]}}"#, "'sent' must be an object"),
        (#"{"expect":{"deferrals":0}}"#, "deferrals '0'"),
        (#"{"expect":{"deferrals":true}}"#, "'deferrals' must be a number"),
        (#"{"queue":"open","name":"a","fields":{}}"#, "'name' is for commands"),
    ])
    func aLineThatIsNotKnownIsRefused(line: String, message: String) {
        let error = #expect(throws: (any Error).self) { try FixtureLine(line) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(String(describing: error))")
    }

    @Test func anExpectationHasAllItsParts() throws {
        let line =
            #"{"expect":{"state":"open","outcome":"applied","key":"user_holdings:{live:1}:42","#
            + #""fields":{"a":1},"portfolio":{"b":2},"order_data":{"c":3},"triggers":{"d":4},"#
            + #""lookups":{"SL1":"42"},"events":[{"type":"E"}],"sent":[],"deferrals":3}}"#
        guard case .expect(let expected) = try FixtureLine(line) else {
            Issue.record("no expectation")
            return
        }
        #expect(expected.state == .open && expected.outcome == "applied")
        #expect(expected.key?.text == "user_holdings:{live:1}:42")
        #expect(expected.fields["a"] == "1" && expected.portfolio["b"] == "2")
        #expect(expected.orderData["c"] == "3" && expected.triggers["d"] == "4")
        #expect(expected.lookups["SL1"] == "42" && expected.events?.count == 1)
        #expect(expected.sent == [] && expected.deferrals == 3 && expected.concernsOrder)
    }

    @Test(
        arguments: [
            (["a": "1"], ["a": "1", "b": "2"], []), (["a": "*"], ["a": "1"], []),
            (["a": ""], ["b": "1"], []), (["a": "*"], ["b": "1"], ["a *: absent"]),
            (["a": ""], ["a": "1"], ["a : 1"]), (["a": "1"], ["a": "2"], ["a 1: 2"]),
        ] as [([String: String], [String: String], [String])])
    func fieldsAreCompared(
        expected: [String: String], found: [String: String], differences: [String]
    ) {
        let fields = { (pairs: [String: String]) in Fields(pairs.map { .init($0.key, $0.value) }) }
        #expect(
            FixtureLook.compare(fields(expected), fields(found)).map {
                "\($0.expected): \($0.found)"
            } == differences)
    }

    @Test func listsAreComparedWhole() {
        let found = [Fields(["type": "A", "n": "1"]), Fields(["type": "B"])]
        let compare = { (expected: [Fields]) in
            FixtureLook.compare(expected, found, "event").map { "\($0.expected): \($0.found)" }
        }
        #expect(compare([Fields(["type": "A"]), Fields(["type": "B"])]) == [])
        #expect(compare([Fields(["type": "A"])]) == ["1 events: 2: A, B"])
        #expect(compare([]) == ["0 events: 2: A, B"])
        #expect(
            compare([Fields(["type": "A", "n": "2"]), Fields(["type": "B"])])
                == ["event 1: n 2: 1"])
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
