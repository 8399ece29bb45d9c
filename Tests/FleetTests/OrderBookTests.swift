import Glibc
import Shared
import TestSupport
import Testing

/// A real signal's order book through the whole fleet: stop orders, changes, cancels, legs and every
/// way to close, once through a provider and once through the house.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct OrderBookTests {
    private static let demo = "\(Binaries.package)/deploy/demo"
    private static let book = "\(demo)/data/xauusd_signal_orderbook.csv"

    @Test(.timeLimit(.minutes(4)))
    func `through a provider that misbehaves all comes out as recorded`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try prepare(fleet, "live:71", "barclays")
        try fleet.start(
            "provider-simulator",
            [
                "--statement", "xauusd_signal_orderbook=\(Self.book)", "--reports",
                "\(fleet.folder)/reports", "--seed", "7", "--duplicates", "100", "--reorders",
                "200", "--delays", "20", "--longest-delay", "200", "--refuse-once",
                "xauusd_signal_orderbook",
            ])
        let text = try play(fleet, "live:71")
        expect(
            text,
            [
                "flow: barclays", "XAUUSD profits equal to the cent: 11 of 11",
                "XAUUSD commissions equal to the cent: 11 of 11",
                "XAUUSD close messages: 8 of 8", "XAUUSD modifications: 28 of 28",
                "XAUUSD cancels: 28 of 28", "rejected and asked for again, placement: 1",
                "rejected and asked for again, modify: 1",
                "rejected and asked for again, cancel: 1",
                "rejected and asked for again, close: 1", "rejected and asked for again, leg: 1",
            ])
        try awaitSilence(of: FleetUnderTest.outside, fleet)
        try expectBooked(fleet, rejected: 1, net: "-38.32")
    }

    @Test(.timeLimit(.minutes(4)))
    func `through the house all but two stops come out as recorded`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try prepare(fleet, "demo:82", "rock")
        let text = try play(fleet, "demo:82")
        expect(
            text,
            [
                "flow: house", "XAUUSD profits equal to the cent: 9 of 11",
                "XAUUSD commissions equal to the cent: 11 of 11",
                "XAUUSD close messages: 8 of 8", "XAUUSD modifications: 28 of 28",
                "XAUUSD cancels: 28 of 28", "closed at the level, the broker better than it: 2",
            ])
        for booked in ["-20.4", "0.47"] {
            #expect(text.contains(" \(booked) "), "\(text)")
        }
        try awaitSilence(of: .house, fleet)
        try expectBooked(fleet, rejected: 0, net: "-38.35")
    }

    /// The book has work for all seven, so each dies with some before it; `fleet reconcile` is asked as an
    /// operator would.
    @Test(.timeLimit(.minutes(6)))
    func `each worker is killed with work in the middle of the book, and it comes out the same`()
        throws
    {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try prepare(fleet, "live:73", "barclays")
        try fleet.start(
            "provider-simulator",
            [
                "--statement", "xauusd_signal_orderbook=\(Self.book)", "--reports",
                "\(fleet.folder)/reports", "--refuse-once", "xauusd_signal_orderbook",
            ])
        let play = try Subprocess(
            Binaries.path("fleet"), ["play", Self.book, "--account", "live:73"],
            environment: fleet.environment)
        var waiting = Set(Binaries.processes.filter { $0.hasPrefix("worker-") })
        while play.isRunning, !waiting.isEmpty {
            if let killed = try killOne(of: waiting, fleet) { waiting.remove(killed) }
        }
        #expect(waiting.isEmpty, "they had no work: \(waiting.sorted())")
        let exit = play.wait(within: .seconds(240))
        if exit == nil { play.killNow() }
        #expect(exit == .exited(0), "\(play.errors.suffix(2_000))\n\(fleet.complaints)")
        expect(
            play.output,
            [
                "XAUUSD profits equal to the cent: 11 of 11",
                "XAUUSD commissions equal to the cent: 11 of 11",
                "XAUUSD close messages: 8 of 8", "XAUUSD cancels: 28 of 28",
            ])
        try awaitSilence(of: FleetUnderTest.outside, fleet)
        let reconciled = try fleet.tool(["reconcile"])
        #expect(reconciled.run.exit == .exited(0), "\(reconciled.text)")
        try expectBooked(fleet, rejected: 1, net: "-38.32")
    }

    /// Kills the worker that first has something before it, as it goes for that; nil where none came
    /// in a while.
    private func killOne(of names: Set<String>, _ fleet: FleetUnderTest) throws -> String? {
        let members = fleet.members.filter { names.contains($0.name) }
        var first: FleetMember?
        // All stand still until there is work, for less than a lease lasts.
        for member in members { member.freeze() }
        _ = eventually(within: .seconds(1), every: .milliseconds(1)) {
            first = members.first { ((try? fleet.depth(ofProcess: $0.name)) ?? 0) > 0 }
            return first != nil
        }
        for member in members { member.thaw() }
        guard let first else {
            // Time to renew their leases.
            usleep(100_000)
            return nil
        }
        usleep(1_000)
        try first.restart()
        return first.name
    }

    private func prepare(_ fleet: FleetUnderTest, _ account: String, _ flow: String) throws {
        try fleet.tool(["group", "set", "--file", "\(Self.demo)/terms.json"]).expectSuccess()
        try fleet.create(
            AccountList(
                name: "signal",
                json: """
                    [{"account": "\(account)", "group": "SIGNAL", "leverage": 100,
                      "sending_orders": "\(flow)", "deposit": 10000}]
                    """))
    }

    private func play(_ fleet: FleetUnderTest, _ account: String) throws -> String {
        let run = try fleet.tool(
            ["play", Self.book, "--account", account], within: .seconds(150))
        if run.run.exit != .exited(0) {
            for words in [["dead", "list"], ["status"]] { print(try fleet.tool(words).text) }
        }
        try #require(run.run.exit == .exited(0), "\(run.text)\n\(fleet.complaints)")
        return run.run.output
    }

    private func expect(_ text: String, _ facts: [String]) {
        let lines = Set(text.split(separator: "\n").map(String.init))
        for fact in facts { #expect(lines.contains(fact), "\(fact) is missing in\n\(text)") }
    }

    /// Legs of positions that closed are cancelled after the last order is done.
    private func awaitSilence(of provider: Provider, _ fleet: FleetUnderTest) throws {
        let lanes = FleetUnderTest.lanes(of: .provider(provider))
        let isSilent = eventually(within: .seconds(20)) {
            (try? lanes.reduce(0) { try $0 + fleet.depth(of: $1) }) == 0
        }
        #expect(isSilent, "\(fleet.complaints)")
        try fleet.awaitRest()
    }

    /// - Parameter net: dollars, profits less commissions.
    private func expectBooked(_ fleet: FleetUnderTest, rejected: Int64, net: String) throws {
        try fleet.expectClean()
        for (state, count) in [("closed", 11), ("cancelled", 28), ("rejected", rejected)] {
            #expect(
                try fleet.number("SELECT count(*) AS n FROM orders WHERE state = '\(state)'")
                    == count, "\(state)")
        }
        #expect(try fleet.number("SELECT count(*) AS n FROM orders") == 39 + rejected)
        #expect(
            try fleet.number(
                "SELECT count(*) AS n FROM accounts WHERE balance = 10000 + (\(net))") == 1)
    }
}
