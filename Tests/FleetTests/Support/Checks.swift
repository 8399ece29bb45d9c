import Audit
import PostgresDriver
import RedisDriver
import Shared
import TestSupport
import Testing

/// What must hold once a fleet is at rest, whatever was killed before; looked at from outside.
extension FleetUnderTest {
    /// Waits until nothing is on its way any more.
    func awaitRest(within limit: Duration = .seconds(120)) throws {
        let isAtRest = eventually(within: limit, every: .milliseconds(50)) {
            // Twice: a message on its way between two queues is in neither for a moment.
            (try? unsettled()) == 0 && (try? unsettled()) == 0
        }
        guard !isAtRest else { return }
        let depths = Binaries.processes.map { name in
            "\(name) \((try? depth(ofProcess: name)).map(String.init) ?? "?")"
        }
        Issue.record("not at rest: \(depths.joined(separator: ", "))\n\(complaints)")
    }

    /// Entries that no process has settled; of the first process that has any.
    func unsettled() throws -> Int64 {
        var total: Int64 = 0
        for name in Binaries.processes {
            total += try depth(ofProcess: name)
            if total > 0 { return total }
        }
        return total
    }

    /// Every invariant of architecture §3 that can be seen from outside, and that no process ended
    /// by itself.
    func expectClean(deadLetters: Int64 = 0) throws {
        let report = try Reconciliation(
            redis: redis.address, postgres: database, partitions: Self.partitions
        ).run()
        let findings = report.findings.prefix(10).map(\.description).joined(separator: "\n")
        #expect(report.isClean, "\(report.findings.count) findings:\n\(findings)\n\(complaints)")
        #expect(report.balances == report.ledger)
        var dead: Int64 = 0
        for lane in Self.allLanes { dead += try count("XLEN", lane.dead) }
        let letters = try tool(["dead", "list"]).text
        #expect(dead == deadLetters, "\(letters)")
        for lane in Self.allLanes {
            #expect(try count("HLEN", lane.suspect) == 0, "\(lane) has suspects")
            #expect(try count("XLEN", lane.parked) == 0, "\(lane) has parked records")
        }
        #expect(try number("SELECT count(*) AS n FROM parked_accounts") == 0)
        for member in members {
            #expect(member.deaths.isEmpty, "\(member.name) ended by itself: \(member.deaths)")
            #expect(
                member.process.isRunning, "\(member.name) does not run: \(member.log.suffix(500))")
        }
    }

    /// One number, the column `n` of the first row.
    func number(_ sql: String, _ values: [PostgresValue] = []) throws -> Int64 {
        let rows = try database.query(sql, values)
        return try rows.first?.int64("n") ?? 0
    }

    /// That so many orders were each placed, filled and closed exactly once, and earned to the cent
    /// what standing prices make of each.
    func expectTraded(_ orders: Int) throws {
        let wanted = Int64(orders)
        #expect(
            try number("SELECT count(*) AS n FROM orders WHERE flow = 'house'") == wanted,
            "orders placed")
        #expect(
            try number("SELECT count(*) AS n FROM orders WHERE flow = 'house' AND state = 'closed'")
                == wanted, "orders closed")
        #expect(
            try number(
                "SELECT count(DISTINCT placed_by || user_type || user_id) AS n FROM orders "
                    + "WHERE flow = 'house'") == wanted, "one order for each request")
        let steps = "ORDER_PLACED ORDER_OPEN_CONFIRMED ORDER_CLOSE_ID_UPDATE ORDER_CLOSE_CONFIRMED"
        let odd = try database.query(
            """
            SELECT steps, count(*) AS n, min(order_id) AS example FROM (
                SELECT e.order_id, string_agg(e.type, ' ' ORDER BY e.order_version) AS steps
                FROM order_events e JOIN orders o ON o.order_id = e.order_id AND o.flow = 'house'
                GROUP BY e.order_id) s
            WHERE steps <> $1 GROUP BY steps
            """, [.text(steps)])
        for row in odd {
            Issue.record(
                "\(try row.int64("n")) orders went \(try row.text("steps")), such as \(try row.int64("example"))"
            )
        }
        for (kind, cents) in [
            ("profit", Terms.profitCents), ("commission", -Terms.commissionCents),
        ] {
            let booked = try number(
                "SELECT count(*) AS n FROM \(Self.houseLedger) AND kind = '\(kind)'")
            #expect(booked == wanted, "\(kind) booked once for each order")
            let exact = try number(
                "SELECT count(*) AS n FROM \(Self.houseLedger) AND kind = '\(kind)' "
                    + "AND amount * 100 = \(cents)")
            #expect(exact == wanted, "\(kind) of \(cents) cents each")
        }
        // One message to place and one to close each: nothing was sent twice.
        #expect(try appended(to: .provider(.house)) == 2 * wanted, "messages to the house")
        #expect(
            try number(
                "SELECT count(*) AS n FROM requests WHERE order_id IS NOT NULL AND status = 'accepted'"
            ) >= 2 * wanted)
    }

    private static let houseLedger =
        "ledger_entries l JOIN orders o ON o.order_id = l.order_id WHERE o.flow = 'house'"

    /// That of so many orders at the other provider each was sent once, and refused or filled, its close
    /// refused once and then filled.
    func expectAnsweredOutside(_ orders: Int) throws {
        let refused = try number(
            "SELECT count(*) AS n FROM orders WHERE flow = 'barclays' AND state = 'rejected'")
        let closed = try number(
            "SELECT count(*) AS n FROM orders WHERE flow = 'barclays' AND state = 'closed'")
        #expect(refused + closed == Int64(orders), "\(refused) refused, \(closed) closed")
        #expect(refused > 0 && closed > 0)
        #expect(try number("SELECT count(*) AS n FROM order_rejections") == refused + closed)
        #expect(
            try number(
                """
                SELECT count(*) AS n FROM order_events e JOIN orders o ON o.order_id = e.order_id
                WHERE o.flow = 'barclays' AND e.type = 'ORDER_CLOSE_CONFIRMED'
                """) == closed)
        let sent = try appended(to: .provider(Self.outside))
        #expect(sent == Int64(orders) + 2 * closed, "messages to the provider")
    }
}
