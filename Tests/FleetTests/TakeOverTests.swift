import Glibc
import Shared
import TestSupport
import Testing

/// Two copies of a process share its partitions, and each takes over what the other leaves.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct TakeOverTests {
    @Test(.timeLimit(.minutes(4)))
    func `what a killed process owned is settled within five seconds`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        try fleet.start("worker-open")
        let trade = try Trade(fleet, orders: 2_000, window: 200)
        let victim = fleet.copies(of: "worker-open")[0]
        let owned = try awaitShare(of: victim, in: fleet)
        try awaitSettling(fleet)

        victim.kill()
        let death = ContinuousClock.now
        // What its last script did may still arrive; nothing of it does after this.
        let before = try settled(owned, fleet)
        var missing = Set(owned)
        let all = eventually(within: .seconds(5)) {
            missing = missing.filter { partition in
                let now = try? fleet.settled(of: LaneID(queue: .open, partition))
                return now == nil || now == before[partition]
            }
            return missing.isEmpty
        }
        #expect(
            all,
            "partitions \(missing) of \(owned) stood still after \(ContinuousClock.now - death)")
        print("take-over of \(owned.count) partitions: \(ContinuousClock.now - death)")

        fleet.remove(victim)
        try trade.finish(fleet, within: .seconds(150))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }

    @Test(.timeLimit(.minutes(4)))
    func `a newcomer gets its share, a leaver leaves it, at once`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let first = fleet.copies(of: "worker-open")[0]
        let trade = try Trade(fleet, orders: 2_000, window: 200)

        let second = try fleet.start("worker-open")
        let halves: [Int32: Int] = [first.pid: 4, second.pid: 4]
        let isEven = eventually(within: .seconds(3)) { shares(fleet) == halves }
        #expect(isEven, "\(shares(fleet)) after three seconds")

        second.process.signal(SIGTERM)
        let isWhole = eventually(within: .seconds(2)) { shares(fleet) == [first.pid: 8] }
        #expect(isWhole, "\(shares(fleet)) two seconds after SIGTERM")
        #expect(second.stop() == .exited(0), "\(second.log)")
        fleet.remove(second)

        try trade.finish(fleet, within: .seconds(150))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }

    @Test(.timeLimit(.minutes(4)))
    func `a worker that sleeps past its lease and wakes up harms nothing`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        for name in ["worker-open", "worker-close", "order-entry"] { try fleet.start(name) }
        let trade = try Trade(fleet, orders: 2_500, window: 200)
        for name in ["worker-open", "worker-close", "order-entry"] {
            try awaitSettling(fleet)
            let sleeper = fleet.copies(of: name)[0]
            sleeper.freeze()
            let asleep = ContinuousClock.now
            // Two seconds longer than a lease: the other copy has all of it by then.
            _ = eventually(within: .seconds(6)) { ContinuousClock.now - asleep > .seconds(6) }
            sleeper.thaw()
        }
        try trade.finish(fleet, within: .seconds(150))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }

    /// How many partitions each living copy says it owns.
    private func shares(_ fleet: FleetUnderTest) -> [Int32: Int] {
        let owners = (try? fleet.owners(of: "worker-open")) ?? [:]
        return owners.mapValues(\.count)
    }

    private func awaitShare(of member: FleetMember, in fleet: FleetUnderTest) throws -> Set<Int> {
        var owned: Set<Int> = []
        let has = eventually {
            owned = (try? fleet.owners(of: member.name))?[member.pid] ?? []
            return owned.count == FleetUnderTest.partitions / 2
        }
        try #require(has, "\(owned)")
        return owned
    }

    private func settled(_ partitions: Set<Int>, _ fleet: FleetUnderTest) throws -> [Int: Int64] {
        var counts: [Int: Int64] = [:]
        for partition in partitions {
            counts[partition] = try fleet.settled(of: LaneID(queue: .open, partition))
        }
        return counts
    }

    /// Waits until fills are being booked in every partition.
    private func awaitSettling(_ fleet: FleetUnderTest) throws {
        let all = Set(0..<FleetUnderTest.partitions)
        let before = try settled(all, fleet)
        let isBusy = eventually(within: .seconds(20)) {
            guard let now = try? settled(all, fleet) else { return false }
            return all.allSatisfy { (now[$0] ?? 0) > (before[$0] ?? 0) }
        }
        try #require(isBusy, "no fills; \(fleet.complaints)")
    }
}
