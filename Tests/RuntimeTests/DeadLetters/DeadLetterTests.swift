import ServiceRuntime
import Shared
import Testing

@Suite("Dead letters") struct DeadLetterTests {
    private func letter(
        _ lane: LaneID, _ fields: KeyValuePairs<String, String>, id: String = "9-1"
    ) throws -> DeadLetter {
        DeadLetter(
            lane: lane, entry: Entry(id: try #require(EntryID(id)), fields: Fields(fields)))
    }

    @Test("a letter is named by its queue, partition and entry")
    func names() throws {
        #expect(try letter(LaneID(queue: .stopLoss, 3), [:]).name == "stoploss:3/9-1")
        let events = LaneID(events: 0, .projection)
        #expect(try letter(events, [:], id: "5-0").name == "events/projection:0/5-0")
    }

    @Test(
        "it arrived where its report did, else where it died, else as a letter",
        arguments: [
            (["arrival": "3-1", "dead_entry": "4-0"], "3-1"), (["dead_entry": "4-0"], "4-0"),
            ([:], "9-1"), (["arrival": "nonsense"], "9-1"),
        ] as [([String: String], String)])
    func arrivals(fields: [String: String], arrival: String) throws {
        let fields = Fields(fields.map { .init($0.key, $0.value) })
        let letter = DeadLetter(
            lane: LaneID(queue: .open, 0),
            entry: Entry(id: try #require(EntryID("9-1")), fields: fields))
        #expect(letter.arrival == EntryID(arrival))
    }

    @Test("whose it is stands in its key, or in its fields")
    func accounts() throws {
        let lane = LaneID(queue: .orders, 0)
        let key = "user_holdings:{live:42}:7"
        #expect(try letter(lane, ["key": key]).account?.tag == "live:42")
        #expect(try letter(lane, ["key": key]).key?.order.text == "7")
        let command = try letter(lane, ["user_type": "demo", "user_id": "1"])
        #expect(command.account?.tag == "demo:1" && command.key == nil)
        for fields in [["key": "x"], ["user_type": "vip", "user_id": "1"], [:]] {
            let none = DeadLetter(
                lane: lane,
                entry: Entry(id: .zero, fields: Fields(fields.map { .init($0.key, $0.value) })))
            #expect(none.account == nil)
        }
    }

    @Test("a report goes back with its arrival, and waits anew")
    func returningReport() throws {
        let lane = LaneID(queue: .reports, 0)
        let letter = try letter(
            lane,
            [
                "dead_reason": "unknown_id", "dead_at": "1", "dead_entry": "4-0",
                "dead_detail": "d", "deferrals": "30", "deferred_at": "1", "order_id": "7",
            ])
        #expect(letter.message == Fields(["order_id": "7", "arrival": "4-0", "redriven": "1"]))
        let again = DeadLetter(
            lane: lane, entry: Entry(id: .zero, fields: letter.message))
        #expect(again.message["redriven"] == "2" && again.message["arrival"] == "4-0")
    }

    @Test(
        "commands and messages to providers go back as they came, a command with when that was",
        arguments: [(.orders, "4-0"), (.provider(.house), nil)] as [(Role, String?)])
    func returningCommand(role: Role, arrival: String?) throws {
        let lane = LaneID(queue: role, 0)
        let letter = try letter(
            lane,
            [
                "dead_reason": "unknown_version", "dead_at": "1", "dead_entry": "4-0",
                "dead_id": "7", "order_id": "7",
            ])
        var expected = Fields(["order_id": "7"])
        expected["arrival"] = arrival
        #expect(letter.message == expected)
        let again = DeadLetter(lane: lane, entry: Entry(id: .zero, fields: letter.message))
        #expect(again.message["arrival"] == arrival)
    }
}
