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
        let announced = Set(world.announced)
        for (name, command) in evidence.submitted {
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
            if answer["status"] == "accepted", !announced.contains(name) {
                found.append("1: the answer of \(name) was not announced")
            }
        }
        return found
    }

    /// An account's commands are done in the order in which they were first sent.
    func order() -> [String] {
        events.compactMap { account, list in
            let numbers = list.compactMap { event in
                event["request_id"].flatMap { evidence.submitted["\(account.tag) \($0)"]?.number }
            }
            return numbers == numbers.sorted()
                ? nil : "order: \(account) did its commands as \(numbers)"
        }
    }

    /// Every accepted request reaches its provider once; every fill is booked once.
    func providers() throws -> [String] {
        var found: [String] = []
        for (id, times) in world.enqueued where times != 1 {
            found.append("2: \(id) was sent \(times) times")
        }
        for id in evidence.provider.doubled { found.append("2: the provider got \(id) twice") }
        var booked: [Told: Int] = [:]
        for event in events.values.joined() {
            let type = event["type"].flatMap(EventType.init(rawValue:))
            guard type == .orderOpenConfirmed || type == .orderCloseConfirmed,
                let identity = event["event_id"]?.split(separator: "/").last,
                let order = event["order_id"].flatMap({ try? OrderID($0) })
            else { continue }
            booked[Told(order: order, identity: String(identity)), default: 0] += 1
        }
        for (fill, times) in booked where times != 1 {
            found.append("2: fill \(fill) was booked \(times) times")
        }
        // Those that contradict one another are dead letters, for a person to see.
        let excused = Set(evidence.letters.compactMap(\.told))
        for fill in evidence.provider.fills where booked[fill] == nil {
            if !excused.contains(fill) { found.append("1: fill \(fill) was not booked") }
        }
        let unknown = booked.keys.filter {
            !$0.identity.hasPrefix("e:H:") && !evidence.provider.fills.contains($0)
        }
        return found + unknown.map { "2: fill \($0) never was" } + (try unsent())
    }

    /// Every id that an order ever had was a request, and was sent.
    private func unsent() throws -> [String] {
        try evidence.accounts.flatMap { account throws -> [String] in
            try evidence.orders(account).keys.flatMap { id throws -> [String] in
                let ids: NamedList
                switch try world.stored(OrderKey(account, id)) {
                case .kept(let order): ids = order.ids
                case .done(let done): ids = done.ids
                case .unknown: ids = NamedList()
                }
                return (ids.entries.map { String($0.name) } + [id.text])
                    .filter { world.enqueued[$0] == nil }
                    .map { "1: request \($0) was never sent" }
            }
        }
    }
}
