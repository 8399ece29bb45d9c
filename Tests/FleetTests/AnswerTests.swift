import Glibc
import Shared
import TestSupport
import Testing

/// Each command is answered once, whatever dies, and never twice differently.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct AnswerTests {
    @Test(.timeLimit(.minutes(4)))
    func `of fifty placements at once, a margin for three lets three through`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        // One order ties 11 dollars up, so 40 are enough for three.
        try fleet.create(.list("poor", ["live:1001", "demo:2001"], 3, "rock", 40))
        let accounts = try FleetUnderTest.houseAccounts(each: 3).filter {
            $0.userType == .live || $0.userType == .demo
        }.prefix(5)
        for account in accounts {
            let requests = (0..<50).map { "at-once:\($0)" }
            try fleet.send(requests.map { (account, $0, FleetUnderTest.market()) })
            let answers = try requests.map { try fleet.awaitAnswer(account, $0) }
            #expect(answers.count { $0["status"] == "accepted" } == 3, "\(account)")
            let reasons = answers.compactMap { $0["reason"] }
            #expect(reasons.count == 47)
            #expect(Set(reasons) == ["insufficient_margin"], "\(account)")
        }
        try fleet.awaitRest()
        try fleet.expectClean()
        #expect(try fleet.number("SELECT count(*) AS n FROM orders WHERE state = 'open'") == 15)
    }

    @Test(.timeLimit(.minutes(4)))
    func `a command repeated while order-entry is killed has one effect and one answer`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 50))
        for _ in 0..<3 { try fleet.start("order-entry") }
        let accounts = try FleetUnderTest.houseAccounts(each: 50)
        var random = SplitMix64(seed: 6)
        var first: [String: [String: String]] = [:]
        var asked: [(account: AccountID, request: String, details: FleetUnderTest.Details)] = []
        for round in 0..<5 {
            try awaitFourOwners(fleet)
            let commands = accounts.map { account in
                (
                    account, "repeat:\(round)",
                    FleetUnderTest.market(round.isMultiple(of: 2) ? "BUY" : "SELL")
                )
            }
            asked += commands
            try fleet.send(commands)
            for member in fleet.copies(of: "order-entry").shuffled(using: &random) {
                usleep(useconds_t.random(in: 0...12_000, using: &random))
                member.kill()
                try fleet.send(commands.filter { _ in Bool.random(using: &random) })
            }
            try note(commands, fleet, &first)
            for member in fleet.copies(of: "order-entry") { try member.start() }
            try fleet.send(commands)
            for command in commands {
                let answer = try fleet.awaitAnswer(command.0, command.1)
                #expect(answer["status"] == "accepted", "\(answer)")
            }
            try note(commands, fleet, &first)
        }
        try fleet.awaitRest()
        try fleet.send(asked)
        try fleet.awaitRest()
        try note(asked, fleet, &first)
        try fleet.expectClean()
        let orders = Int64(asked.count)
        #expect(try fleet.number("SELECT count(*) AS n FROM orders WHERE state = 'open'") == orders)
        #expect(try fleet.number("SELECT count(*) AS n FROM orders") == orders)
        #expect(Set(first.values.compactMap { $0["order_id"] }).count == asked.count)
        #expect(try fleet.appended(to: .provider(.house)) == orders)
    }

    @Test(.timeLimit(.minutes(4)))
    func `other fields under the same id are refused, and change nothing`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        try fleet.create(.house(each: 1))
        let words = ["order", "place", "live:1001", "EURUSD", "BUY"]
        let same = ["--request-id", "desk-1"]
        let one = try fleet.tool(words + ["0.01"] + same).expectSuccess()
        let again = try fleet.tool(words + ["0.01"] + same).expectSuccess()
        #expect(one.run.output == again.run.output)
        let other = try fleet.tool(words + ["0.02"] + same)
        #expect(other.run.exit == .exited(1))
        #expect(other.text.contains("request_id_reused"), "\(other.text)")
        #expect(try fleet.tool(words + ["0.01"] + same).run.output == one.run.output)
        try fleet.awaitRest()
        try fleet.expectClean()
        #expect(try fleet.number("SELECT count(*) AS n FROM orders") == 1)
    }

    /// Remembers answers when first seen, and holds later ones against them.
    private func note(
        _ commands: [(AccountID, String, FleetUnderTest.Details)], _ fleet: FleetUnderTest,
        _ first: inout [String: [String: String]]
    ) throws {
        for (account, request, _) in commands {
            let answer = try fleet.answer(account, request)
            guard !answer.isEmpty else { continue }
            let name = "\(account) \(request)"
            #expect(first[name, default: answer] == answer, "\(name) was answered differently")
            first[name] = answer
        }
    }

    private func awaitFourOwners(_ fleet: FleetUnderTest) throws {
        let wanted = Set(fleet.copies(of: "order-entry").map(\.pid))
        var owners: [Int32: Set<Int>] = [:]
        let all = eventually(within: .seconds(15)) {
            owners = (try? fleet.owners(of: "order-entry")) ?? [:]
            return wanted.allSatisfy { owners[$0]?.count == 2 }
        }
        try #require(all, "\(owners); \(fleet.complaints)")
    }
}
