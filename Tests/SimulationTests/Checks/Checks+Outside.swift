import ServiceRuntime
import Shared
import TestSupport

/// What clients were promised and what the provider did.
extension Checks {
    /// Invariant 1 for commands: each has one answer, and is done exactly when it was accepted.
    func commands() -> [String] {
        var found: [String] = []
        var done: [String: Int] = [:]
        for (account, list) in events {
            for event in list {
                guard let request = event["request_id"] else { continue }
                done["\(account.tag) \(request)", default: 0] += 1
            }
        }
        for (name, command) in simulation.clients?.submitted ?? [:] {
            guard let request = command.fields["request_id"].flatMap({ try? RequestID($0) }) else {
                continue
            }
            let answer = world[hash: command.account.orderResult(request)]
            let times = done[name] ?? 0
            switch answer["status"] {
            case "accepted" where times != 1:
                found.append("1: \(name) was accepted and done \(times) times")
            case "refused" where times != 0:
                found.append("1: \(name) was refused and done")
            case "accepted", "refused": break
            default: found.append("1: \(name) has no answer")
            }
            if answer["status"] == "accepted", !world.announced.contains(name) {
                found.append("1: the answer of \(name) was not announced")
            }
        }
        return found
    }

    /// An account's commands are done in the order in which they were first sent.
    func order() -> [String] {
        events.compactMap { account, list in
            let numbers = list.compactMap { event in
                event["request_id"].flatMap { Int($0.dropFirst()) }
            }
            return numbers == numbers.sorted()
                ? nil : "order: \(account) did its commands as \(numbers)"
        }
    }

    /// Every accepted request reaches its provider once; every fill is booked once, at its price.
    func providers() -> [String] {
        var found: [String] = []
        for (id, times) in world.enqueued where times != 1 {
            found.append("2: \(id) was sent \(times) times")
        }
        for id in simulation.provider.doubled { found.append("2: the provider got \(id) twice") }
        var booked: [String: Int] = [:]
        for list in events.values {
            for event in list {
                found += sent(event)
                let type = event["type"].flatMap(EventType.init(rawValue:))
                guard type == .orderOpenConfirmed || type == .orderCloseConfirmed,
                    let exec = event["exec_id"] ?? event["provider_exec_id"]
                else { continue }
                booked[exec, default: 0] += 1
            }
        }
        for (exec, times) in booked where times != 1 {
            found.append("2: fill \(exec) was booked \(times) times")
        }
        let excused = lateFills()
        for (exec, fill) in simulation.provider.fills where booked[exec] == nil {
            if !excused.contains(exec) {
                found.append("1: fill \(exec) of order \(fill.order) was not booked")
            }
        }
        let unknown = booked.keys.filter {
            $0.hasPrefix("X-") && simulation.provider.fills[$0] == nil
        }
        return found + unknown.map { "2: fill \($0) never was" }
    }

    /// The request that an event made must have reached its provider.
    private func sent(_ event: Fields) -> [String] {
        let type = event["type"].flatMap(EventType.init(rawValue:))
        var id: String?
        if type == .orderPlaced { id = event["order_id"] }
        if type == .orderCloseIDUpdate { id = event["close_id"] }
        guard let id, world.enqueued[id] == nil else { return [] }
        return ["1: request \(id) was never sent"]
    }

    /// Fills of orders that are not kept any more are dead letters, for a person to see.
    private func lateFills() -> Set<String> {
        var excused: Set<String> = []
        for service in SimulatedService.allCases {
            for partition in 0..<world.partitions {
                for letter in world.entries(of: service.lane(partition).dead) {
                    let reason = letter.fields[DeadField.reason]
                    guard reason == DeadReason.lateFill.rawValue else { continue }
                    if let exec = letter.fields["exec_id"] { excused.insert(exec) }
                }
            }
        }
        return excused
    }
}
