import ServiceRuntime
import Shared
import TestSupport

/// The invariants of architecture §3, looked at from outside when everything is quiet.
struct Checks {
    let simulation: Simulation
    let world: MemoryWorld
    let events: [AccountID: [Fields]]

    init(_ simulation: Simulation) {
        self.simulation = simulation
        world = simulation.world
        var events: [AccountID: [Fields]] = [:]
        for partition in 0..<world.partitions {
            for entry in world.entries(of: LaneID(events: partition, .persistence).stream) {
                guard let type = entry.fields["user_type"].flatMap(UserType.init(rawValue:)),
                    let account = try? AccountID(type, entry.fields["user_id"] ?? "")
                else { continue }
                events[account, default: []].append(entry.fields)
            }
        }
        self.events = events
    }

    /// What became of each order, step by step.
    var story: [String] {
        events.values.joined().map { event in
            let names = ["user_id", "orders_version", "order_id", "type", "to_state", "event_id"]
            return names.map { event[$0] ?? "" }.joined(separator: " ")
        }
    }

    /// Everything that is wrong, each with its invariant's number.
    func violations() -> [String] {
        guard simulation.isQuiet else { return ["1: not quiet: \(simulation.unsettled)"] }
        var found: [String] = simulation.bookkeeper.violations.map { "3: " + $0 }
        for account in simulation.clients?.accounts ?? [] {
            do {
                found += numbering(account)
                found += try money(account)
                found += try books(account)
                found += try lives(account)
                found += projection(account)
                found += try ends(account)
            } catch {
                found.append("4: \(account) cannot be read: \(error)")
            }
        }
        do {
            found += try providers()
        } catch {
            found.append("2: an order cannot be read: \(error)")
        }
        found += simulation.violations + Letters(world).violations() + deserved()
        return found + commands() + order() + timing()
    }

    /// Invariant 3: an account's numbers stand in its events gap-free, in order, once.
    private func numbering(_ account: AccountID) -> [String] {
        let numbers = (events[account] ?? []).map { Int($0["orders_version"] ?? "") ?? -1 }
        var found: [String] = []
        if numbers != Array(1..<(numbers.count + 1)) {
            found.append("3: \(account) has the numbers \(numbers)")
        }
        let version = Int(world[hash: account.portfolio]["orders_version"] ?? "") ?? 0
        if version != numbers.count {
            found.append("3: \(account) is at \(version) and has \(numbers.count) events")
        }
        if let parked = world[hash: account.portfolio]["parked"] {
            found.append("3: \(account) is parked \(parked)")
        }
        return found
    }

    /// Invariant 5: the balance is the sum of the ledger, at every number, and is what the books
    /// behind the events hold.
    private func money(_ account: AccountID) throws -> [String] {
        var sum = Money.zero
        var found: [String] = []
        for event in events[account] ?? [] {
            for entry in NamedList(text: event["ledger"] ?? "").entries {
                sum = try sum + Money(String(entry.value))
            }
            if event["balance"] != sum.text {
                let number = event["orders_version"] ?? ""
                found.append("5: \(account) at \(number): \(event["balance"] ?? "") is not \(sum)")
            }
        }
        let balance = world[hash: account.portfolio]["balance"]
        if !(events[account] ?? []).isEmpty, balance != sum.text {
            found.append("5: \(account) has \(balance ?? "none"), its ledger \(sum)")
        }
        let copy = world[hash: account.config]["wallet_balance"]
        if let balance, copy != balance {
            found.append("5: \(account) has \(balance), its copy \(copy ?? "none")")
        }
        if let standing = simulation.bookkeeper.standings[account], standing.balance != sum {
            found.append("5: \(account) is booked with \(standing.balance), events say \(sum)")
        }
        return found
    }

    /// No decision older than two seconds was applied, and no id was ever unknown.
    private func timing() -> [String] {
        var found: [String] = []
        if world.oldestApplied > 2_000 {
            found.append("age: a decision \(world.oldestApplied) ms old was applied")
        }
        if simulation.tally.total("deferred unknown_id") > 0 {
            found.append("lookups: an id that was sent was unknown")
        }
        return found
    }
}
