import Glibc
import RedisDriver
import Shared
import TestSupport

/// Kills processes at moments drawn from a seed, and has them started again as a supervisor would.
struct Killer {
    private let fleet: FleetUnderTest
    private var random: SplitMix64
    private(set) var kills: [String: Int] = [:]
    private var turn: [String: Int] = [:]

    init(_ fleet: FleetUnderTest, seed: UInt64) {
        self.fleet = fleet
        random = SplitMix64(seed: seed)
    }

    /// One copy of each process once, in a new order, a moment after the one before. Of several copies
    /// the next one each round.
    ///
    /// - Parameter goesOn: asked before each; `false` ends the round.
    mutating func round(_ names: [String], while goesOn: () throws -> Bool) throws {
        for name in names.shuffled(using: &random) {
            guard try goesOn() else { return }
            let copies = fleet.copies(of: name)
            let index = turn[name, default: 0] % copies.count
            turn[name] = index + 1
            try kill(copies[index])
        }
    }

    /// At any moment, or while messages are in its hands, by turns of a coin.
    mutating func kill(_ member: FleetMember) throws {
        usleep(useconds_t.random(in: 0...250_000, using: &random))
        if Bool.random(using: &random) { awaitWork(of: member.name) }
        try member.restart()
        kills[member.name, default: 0] += 1
    }

    /// Waits, not for long, until entries are handed out and not settled.
    private func awaitWork(of name: String) {
        let lanes = FleetUnderTest.lanes(ofProcess: name)
        _ = eventually(within: .milliseconds(300), every: .microseconds(200)) {
            lanes.contains { lane in
                let reply = try? fleet.ask("XPENDING", lane.stream, lane.group.rawValue)
                return (reply?.elements?.first?.number ?? 0) > 0
            }
        }
    }
}
