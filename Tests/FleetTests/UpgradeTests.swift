import Glibc
import RedisDriver
import Shared
import TestSupport
import Testing

/// Binaries are replaced one by one under load. The next ones call the price of a fill otherwise in the
/// messages of their version, so whoever took those for his own would find fills without a price.
@Suite(.serialized, .enabled(if: Binaries.shouldUpgrade))
struct UpgradeTests {
    /// Trades, as many as it takes for the load not to end.
    private final class Load {
        private let fleet: FleetUnderTest
        private var trades: [Trade] = []

        init(_ fleet: FleetUnderTest) throws {
            self.fleet = fleet
            try more()
        }

        func goOn() throws {
            if !trades.contains(where: \.isRunning) { try more() }
        }

        /// One more trade. It is patient: an order whose fill was put aside waits for long.
        func more() throws {
            let name = "t\(trades.count)"
            trades.append(
                try Trade(fleet, orders: 2_000, window: 150, patience: 240, name: name))
        }

        func finish() throws {
            for trade in trades { try trade.finish(fleet, within: .seconds(150)) }
            try fleet.awaitRest()
            try fleet.expectClean()
            try fleet.expectTraded(trades.reduce(0) { $0 + $1.orders })
        }
    }

    @Test(.timeLimit(.minutes(6)))
    func `what an old process does not know is put aside and returns`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let load = try Load(fleet)
        // Side by side all write the first version, which all read.
        for name in ["dispatcher", "worker-close"] {
            try load.goOn()
            try replace(name, fleet)
        }
        let old = fleet.copies(of: "worker-open")[0]
        try fleet.start("worker-open", from: Binaries.nextFolder)
        try awaitShares(of: "worker-open", 2, fleet)
        #expect(try letters(fleet) == 0)

        try checkUpgradeIsRefused(fleet)
        try upgrade(to: 2, fleet)
        // Every second order of it stays with the old worker, until it cannot go on.
        try load.more()
        let isBuried = eventually(within: .seconds(60)) { (try? letters(fleet)) ?? 0 >= 50 }
        #expect(isBuried, "\(fleet.complaints)")
        try checkLetters(fleet)
        let late = try Subprocess.run(
            Binaries.path("worker-open"), environment: fleet.environment, within: .seconds(5))
        #expect(late.exit == .exited(1), "an old process does not start any more")
        #expect(late.errors.contains("is no version of messages"), "\(late.errors)")

        try stop(old, fleet)
        let buried = try letters(fleet)
        try fleet.tool(["dead", "redrive", "--reason", "unknown_version", "--by", "ann"])
            .expectSuccess()
        try load.finish()
        let returned = try fleet.number(
            """
            SELECT count(*) AS n FROM dead_letters
            WHERE reason = 'unknown_version' AND action = 'redriven' AND actor = 'ann'
            """)
        #expect(returned == buried)
        print("upgrade: \(buried) messages were put aside and returned")
    }

    @Test(.timeLimit(.minutes(6)))
    func `on the way back nothing is put aside`() throws {
        let staying = Binaries.processes.filter { !Binaries.next.contains($0) }
        let fleet = try FleetUnderTest(processes: staying)
        defer { fleet.end() }
        for name in Binaries.next { try fleet.start(name, from: Binaries.nextFolder) }
        for name in Binaries.next { try fleet.awaitOwners(of: name) }
        try fleet.create(.house(each: 50))
        try upgrade(to: 2, fleet)
        let load = try Load(fleet)
        try fleet.tool(["pause", "open"]).expectSuccess()
        let isWritten = eventually(within: .seconds(20)) { (try? waiting("2", fleet)) ?? 0 > 0 }
        #expect(isWritten, "messages of the second version; \(fleet.complaints)")

        // All processes know the first version, so nobody objects.
        try fleet.tool(["upgrade", "--to", "1"]).expectSuccess()
        try fleet.tool(["resume", "open"]).expectSuccess()
        let isGone = eventually(within: .seconds(20)) { (try? waiting("2", fleet)) == 0 }
        #expect(isGone, "messages of the second version wait; \(fleet.complaints)")
        for name in Binaries.next {
            try load.goOn()
            try replace(name, fleet, by: Binaries.folder)
        }
        try load.goOn()
        try load.finish()
    }

    /// Starts a copy beside the one that runs, and ends that once both work.
    private func replace(
        _ name: String, _ fleet: FleetUnderTest, by binaries: String = Binaries.nextFolder
    ) throws {
        let old = fleet.copies(of: name)[0]
        try fleet.start(name, from: binaries)
        try awaitShares(of: name, 2, fleet)
        try stop(old, fleet)
    }

    private func stop(_ old: FleetMember, _ fleet: FleetUnderTest) throws {
        #expect(old.stop() == .exited(0), "\(old.log)")
        fleet.remove(old)
        try awaitShares(of: old.name, 1, fleet)
    }

    /// Waits until so many copies own all partitions, each its share.
    private func awaitShares(of name: String, _ copies: Int, _ fleet: FleetUnderTest) throws {
        let share = FleetUnderTest.partitions / copies
        var owned: [Int] = []
        let isShared = eventually {
            owned = ((try? fleet.owners(of: name)) ?? [:]).values.map(\.count)
            return owned == [Int](repeating: share, count: copies)
        }
        try #require(isShared, "\(name): \(owned); \(fleet.complaints)")
    }

    /// The processes that are not replaced know the first version only, and so does one that is.
    private func checkUpgradeIsRefused(_ fleet: FleetUnderTest) throws {
        for words in [["upgrade", "--to", "2"], ["upgrade", "--to", "2", "--dry-run"]] {
            let run = try fleet.tool(words)
            #expect(run.run.exit == .exited(1), "\(run.text)")
            for name in Binaries.processes {
                let lacks = name == "worker-open" || !Binaries.next.contains(name)
                #expect(run.text.contains("\(name)@") == lacks, "\(name): \(run.text)")
            }
        }
        #expect(try fleet.hash(Keys.topology)["version"] == "1")
        let status = try fleet.tool(["status"]).expectSuccess().text
        #expect(status.contains("message version: 1") && status.contains("  1-2  "), "\(status)")
    }

    /// What the processes that stay do not know is nothing that they are sent.
    private func upgrade(to version: Int, _ fleet: FleetUnderTest) throws {
        let run = try fleet.tool(["upgrade", "--to", "\(version)", "--force"]).expectSuccess()
        #expect(run.text.contains("settled  yes"), "\(run.text)")
    }

    private func letters(_ fleet: FleetUnderTest) throws -> Int64 {
        try FleetUnderTest.allLanes.reduce(0) { try $0 + fleet.count("XLEN", $1.dead) }
    }

    /// All lie with the old worker, and carry what it does not know.
    private func checkLetters(_ fleet: FleetUnderTest) throws {
        for lane in FleetUnderTest.allLanes {
            for letter in try fields(lane.dead, fleet) {
                #expect(lane.source == .queue(.open))
                #expect(letter["dead_reason"] == "unknown_version")
                #expect(letter["v"] == "2")
                #expect([Terms.ask, Terms.bid].contains(letter["average_price"]))
                #expect(letter["avgpx"] == nil)
            }
        }
    }

    /// Messages of a version in the workers' queues.
    private func waiting(_ version: String, _ fleet: FleetUnderTest) throws -> Int {
        try (FleetUnderTest.lanes(of: Role.open) + FleetUnderTest.lanes(of: Role.close))
            .reduce(0) { sum, lane in
                try sum + fields(lane.stream, fleet).count { $0["v"] == version }
            }
    }

    private func fields(_ stream: StreamKey, _ fleet: FleetUnderTest) throws -> [[String: String]] {
        try (fleet.ask("XRANGE", stream, "-", "+").elements ?? []).map {
            $0.elements?.last?.pairs ?? [:]
        }
    }
}
