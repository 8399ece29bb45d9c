import Glibc
import Shared
import TestSupport
import Testing

/// Everything at once, on request: `ORDERFLEET_SOAK=<seed>` kills and freezes processes and servers at
/// moments drawn from the seed.
@Suite(.serialized, .enabled(if: Binaries.shouldRun && getenv("ORDERFLEET_SOAK") != nil))
struct SoakTests {
    private static let seed = getenv("ORDERFLEET_SOAK").flatMap { UInt64(String(cString: $0)) } ?? 1

    @Test(.timeLimit(.minutes(8)))
    func `processes and servers die and sleep as the seed says`() throws {
        let server = try PrivateRedis(appendOnly: true)
        let fleet = try FleetUnderTest(on: .single(server), copies: 2)
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        let trade = try Trade(fleet, orders: 8_000, window: 200, patience: 120)
        var random = SplitMix64(seed: Self.seed)
        var killer = Killer(fleet, seed: Self.seed)
        var sleeping: [(member: FleetMember, until: ContinuousClock.Instant)] = []
        var deeds: [String: Int] = [:]
        while trade.isRunning {
            for sleeper in sleeping where ContinuousClock.now >= sleeper.until {
                sleeper.member.thaw()
            }
            sleeping.removeAll { ContinuousClock.now >= $0.until }
            let awake = fleet.members.filter { member in
                !sleeping.contains { $0.member === member }
            }
            switch random.below(40) {
            // Few: it reads back all that it ever wrote.
            case 0 where deeds["redis restarts", default: 0] < 4:
                try server.restart()
                deeds["redis restarts", default: 0] += 1
            case 1:
                try fleet.postgres.restart()
                deeds["postgres restarts", default: 0] += 1
            case 2...8 where sleeping.count < 6:
                let member = random.pick(awake)
                member.freeze()
                let long = Duration.milliseconds(500 + random.below(7_000))
                sleeping.append((member, ContinuousClock.now + long))
                deeds["sleeps", default: 0] += 1
            case 9...15:
                try killer.kill(random.pick(awake))
                deeds["kills", default: 0] += 1
            default: usleep(useconds_t(random.below(800_000)))
            }
        }
        for sleeper in sleeping { sleeper.member.thaw() }
        print("seed \(Self.seed): \(deeds.sorted { $0.key < $1.key })")
        try trade.finish(fleet, within: .seconds(10))
        try fleet.awaitRest()
        try fleet.expectClean()
        try fleet.expectTraded(trade.orders)
    }
}
