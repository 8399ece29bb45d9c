package import ServiceRuntime
package import Shared

/// From any id to an order, and into the workers' queues (domain §4).
package final class RedisDispatchStore: DispatchStore {
    private let client: StoreClient
    private let partitions: Int
    /// How long the name of a report is kept, seconds (architecture §2).
    private static let nameLife = 24 * 3_600

    init(_ client: StoreClient, partitions: Int) {
        self.client = client
        self.partitions = partitions
    }

    package func lookUp(_ ids: [LifecycleID]) -> [Result<OrderID?, StoreError>] {
        client.run(ids.map { RedisCommand("GET", Keys.lookup($0)) }).map { reply in
            reply.read("lookup") { reply -> OrderID?? in
                if reply == .null { return .some(nil) }
                return try reply.text.map { try OrderID($0) }
            }
        }
    }

    package func accounts(of orders: [OrderID]) -> [Result<AccountID?, StoreError>] {
        let commands = orders.map {
            RedisCommand("HMGET", Keys.orderData($0), ["user_type", "user_id"])
        }
        return client.run(commands).map { reply in
            reply.read("account") { reply -> AccountID?? in
                guard let parts = reply.elements, parts.count == 2 else { return nil }
                guard let type = parts[0].text, let id = parts[1].text else { return .some(nil) }
                return try AccountID(UserType(text: type), id)
            }
        }
    }

    /// Two plain reads an order. What is left of an ended one is read second: it is written before
    /// the holdings expire, so an order that is kept in neither is not there.
    package func orders(_ keys: [OrderKey]) -> [Result<StoredOrder, StoreError>] {
        let replies = client.run(
            keys.flatMap { key in
                [key.account.holdings(key.order), key.account.orderDone(key.order)].map {
                    RedisCommand("HGETALL", $0)
                }
            })
        return keys.indices.map { index in
            let parts = replies[2 * index..<2 * index + 2].map { $0.read("order", \.fields) }
            return parts[0].flatMap { holdings in
                parts[1].flatMap { done in
                    Self.stored(holdings, done, of: keys[index].account)
                }
            }
        }
    }

    private static func stored(
        _ holdings: Fields, _ done: Fields, of account: AccountID
    ) -> Result<StoredOrder, StoreError> {
        do throws(FieldError) {
            if !holdings.isEmpty { return .success(.kept(try Order(holdings, account: account))) }
            return .success(done.isEmpty ? .unknown : .done(try OrderDone(done)))
        } catch {
            return .failure(.refused(operation: "order", detail: error.description))
        }
    }

    package func inDoubt(_ sent: [SentMessage]) -> [Result<Bool, StoreError>] {
        let commands = sent.map { message in
            let lane = LaneID(
                queue: .provider(message.provider), message.account.partition(of: partitions))
            return RedisCommand("HGET", lane.wired, [message.id.text])
        }
        return client.run(commands).map { reply in
            reply.read("wired") { reply in
                if reply == .null { return false }
                return try reply.text.map { try WireMark(text: $0).isInDoubt }
            }
        }
    }

    package func name(_ reports: [ReportName]) -> [Result<String, StoreError>] {
        let commands = reports.map { report in
            var command = RedisCommand(Scripts.name, report.account.named(report.entry))
            command.append(report.name)
            command.append(Self.nameLife)
            return command
        }
        return client.runDurably(commands).map { $0.read("name", \.text) }
    }

    package func route(_ messages: [RoutedMessage]) -> [Result<Void, StoreError>] {
        let commands = messages.map { message in
            RedisCommand(
                appending: message.fields, to: LaneID(queue: message.role, message.partition))
        }
        return client.runDurably(commands).map { $0.map { _ in } }
    }

    /// The id is claimed for the order for good first, and its registry knows the kind; either may
    /// be repeated. The account gets a new token, so that a decision that was made without the id
    /// does not write it away.
    ///
    /// The lookup of an order that has ended expires with the others, which the projector does for all
    /// that an event names: there is none for this id. Where the order was opened again meanwhile, the
    /// expiry is taken back.
    package func attach(
        _ id: LifecycleID, _ kind: IDKind, to key: OrderKey
    ) throws(StoreError) {
        var lookup = RedisCommand(Scripts.claim, Keys.lookup(id))
        lookup.append(key.order.text)
        lookup.append("")
        var registry = RedisCommand(
            Scripts.attach, key.account.holdings(key.order), key.account.orderDone(key.order),
            key.account.portfolio)
        registry.append(id.text)
        registry.append(kind.rawValue)
        registry.append(OrdersToken(event: EventID(text: "attached/" + id.text), random: 0).text)
        let replies = client.runDurably([lookup, registry])
        guard try replies[0].read("claim", \.flag).get() else {
            throw .refused(operation: "attach", detail: "\(id) leads to another order")
        }
        guard try hasEnded(replies[1], key) else { return }
        let expiry = RedisCommand("PEXPIRE", Keys.lookup(id), [String(AccountWrite.Retention.done)])
        _ = try client.runDurably(expiry)
        guard try !hasEnded(client.run([registry])[0], key) else { return }
        _ = try client.runDurably(RedisCommand("PERSIST", Keys.lookup(id)))
    }

    private func hasEnded(_ reply: StoreReply, _ key: OrderKey) throws(StoreError) -> Bool {
        switch try reply.read("attach", \.number).get() {
        case 1: return false
        case 2: return true
        default: throw .refused(operation: "attach", detail: "nothing is left of \(key)")
        }
    }
}
