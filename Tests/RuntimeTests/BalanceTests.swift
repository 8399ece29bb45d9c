import ServiceRuntime
import TestSupport
import Testing

@Suite("Balance of partitions") struct BalanceTests {
    @Test(
        "members own equally many, the first one more of the rest",
        arguments: [
            (["a"], 8, [8]), (["a", "b"], 8, [4, 4]), (["a", "b", "c"], 8, [3, 3, 2]),
            (["a", "b", "c"], 2, [1, 1, 0]), ([String](), 8, []),
        ])
    func quotas(members: [String], partitions: Int, expected: [Int]) {
        let quotas = members.map {
            Balance.quota(of: $0, among: members.reversed(), partitions: partitions)
        }
        #expect(quotas == expected)
    }

    @Test("somebody who is not on the list owns nothing")
    func stranger() {
        #expect(Balance.quota(of: "x", among: ["a", "b"], partitions: 8) == 0)
    }

    @Test("only what is above the quota is given up, the highest first")
    func surplus() {
        #expect(Balance.surplus(owned: [0, 3, 1, 2], quota: 2) == [3, 2])
        #expect(Balance.surplus(owned: [0, 1], quota: 2).isEmpty)
        #expect(Balance.surplus(owned: [0, 1], quota: 3).isEmpty)
    }

    @Test("a member with enough wants nothing; one with too little begins at its own place")
    func wanted() {
        #expect(Balance.wanted(owned: [1, 2], quota: 2, partitions: 4, start: 0).isEmpty)
        #expect(Balance.wanted(owned: [1], quota: 2, partitions: 4, start: 2) == [2, 3, 0])
    }

    /// Whatever members come and go: all partitions find an owner, evenly, and nobody gives up a
    /// partition that the new division leaves to it.
    @Test("members come and go", arguments: 0..<200)
    func membersComeAndGo(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let partitions = 1 + random.below(64)
        var owners: [String: [Int]] = ["m0": Array(0..<partitions)]
        for step in 1...12 {
            let before = owners
            if random.once(in: 3), owners.count > 1 {
                owners[random.pick(owners.keys.sorted())] = nil
            } else {
                owners["m\(step)"] = []
            }
            let moved = share(&owners, partitions, &random)
            let sizes = owners.values.map(\.count)
            #expect(owners.values.flatMap { $0 }.sorted() == Array(0..<partitions))
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            #expect(moved == needed(before, owners, partitions))
        }
    }

    /// Lets all members give up and take, as their processes do; returns how many were given up.
    private func share(
        _ owners: inout [String: [Int]], _ partitions: Int, _ random: inout SplitMix64
    ) -> Int {
        let members = owners.keys.sorted()
        var given = 0
        for member in members {
            let quota = Balance.quota(of: member, among: members, partitions: partitions)
            let surplus = Balance.surplus(owned: owners[member] ?? [], quota: quota)
            owners[member]?.removeAll { surplus.contains($0) }
            given += surplus.count
        }
        for member in members {
            let quota = Balance.quota(of: member, among: members, partitions: partitions)
            let own = owners[member] ?? []
            let wanted = Balance.wanted(
                owned: own, quota: quota, partitions: partitions,
                start: random.below(partitions))
            let taken = Set(owners.values.flatMap { $0 })
            owners[member]? += wanted.filter { !taken.contains($0) }.prefix(quota - own.count)
        }
        return given
    }

    /// The fewest moves that make it even: what members had above their quota.
    private func needed(
        _ before: [String: [Int]], _ after: [String: [Int]], _ partitions: Int
    ) -> Int {
        let members = after.keys.sorted()
        return members.reduce(0) { sum, member in
            let quota = Balance.quota(of: member, among: members, partitions: partitions)
            return sum + max(0, (before[member] ?? []).count - quota)
        }
    }
}
