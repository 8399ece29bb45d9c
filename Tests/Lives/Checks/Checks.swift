import ServiceRuntime
import Shared
import TestSupport

/// The invariants of architecture §3, and the ends of all orders, looked at from outside when everything is
/// quiet.
package struct Checks {
    let evidence: Evidence
    var world: MemoryWorld { evidence.world }
    var events: [AccountID: [Fields]] { evidence.events }

    package init(_ evidence: Evidence) { self.evidence = evidence }

    /// Everything that is wrong, each with its invariant's number.
    package func violations() -> [String] {
        var found: [String] = []
        for account in evidence.accounts {
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
        found += Letters(evidence.world, evidence.lanes).violations()
        return found + deserved() + commands() + order()
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
        if let booked = evidence.booked[account], booked != sum {
            found.append("5: \(account) is booked with \(booked), events say \(sum)")
        }
        return found
    }
}
