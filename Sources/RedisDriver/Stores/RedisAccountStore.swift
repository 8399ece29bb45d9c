package import ServiceRuntime
package import Shared

/// Accounts in Redis: loaded whole at one moment, written by one script if they still stand so
/// (architecture §3). Publication is in `RedisAccountStore+Publication.swift`.
package final class RedisAccountStore: AccountStore {
    let client: StoreClient
    let partitions: Int
    private let market: RedisPriceStore
    /// How long a claim of an id that was never applied stands, seconds.
    private static let claimLife = 24 * 3_600

    init(_ client: StoreClient, partitions: Int) {
        self.client = client
        self.partitions = partitions
        market = RedisPriceStore(client)
    }

    /// Durable though it writes nothing: a repeat that this load shows to be one, and records that
    /// it finds unpublished, are another process's writes, and things follow from them.
    package func load(_ requests: [LoadRequest]) -> [Result<LoadedAccount, StoreError>] {
        zip(requests, client.runDurably(requests.map(RedisCommand.init(loading:)))).map {
            request, reply in
            reply.read("load") { reply in
                try reply.unpack { try LoadedAccount(&$0, to: request) }
            }
        }
    }

    package func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices {
        try market.prices(symbols)
    }

    package func terms(_ keys: [TermsKey]) throws(StoreError) -> [TermsKey: Fields] {
        let commands = keys.map { RedisCommand("HGETALL", Keys.terms(group: $0.group, $0.symbol)) }
        var terms: [TermsKey: Fields] = [:]
        for (key, reply) in zip(keys, client.run(commands)) {
            terms[key] = try reply.read("terms", \.fields).get()
        }
        return terms
    }

    package func claim(_ ids: [IDClaim]) -> [Result<Bool, StoreError>] {
        let commands = ids.map { claim in
            var command = RedisCommand(Scripts.claim, Keys.lookup(claim.id))
            command.append(claim.order.text)
            command.append(Self.claimLife)
            return command
        }
        return client.run(commands).map { $0.read("claim", \.flag) }
    }

    package func apply(_ writes: [AccountWrite]) -> [Result<ApplyReply, StoreError>] {
        client.runDurably(writes.map(RedisCommand.init(applying:))).map { reply in
            reply.read("apply") { reply in
                guard let parts = reply.elements, parts.count == 2, let isApplied = parts[0].flag
                else { return nil }
                return isApplied
                    ? parts[1].number.map { .applied(at: $0) }
                    : parts[1].text.map { .conflict($0) }
            }
        }
    }

    package func markDead(
        _ key: OrderKey, _ event: EventID, _ reason: DeadReason, entry: EntryID
    ) throws(StoreError) -> DeadMarkReply {
        var command = RedisCommand(
            Scripts.markDead, key.account.holdings(key.order), key.account.orderDone(key.order),
            key.account.redriven(event, entry: "\(entry)"))
        command.append(event.text)
        command.append(reason.rawValue)
        return try client.runDurably([command])[0].read("mark_dead") { reply in
            switch reply.text {
            case "marked": .marked
            case "applied": .applied
            case "unknown": .unknownOrder
            case "redriven": .redriven
            default: nil
            }
        }.get()
    }

    package func park(
        _ account: AccountID, reason: String, token: OrdersToken
    ) throws(StoreError) {
        var command = RedisCommand(Scripts.park, account.portfolio)
        command.append(reason)
        command.append(token.text)
        guard try client.runDurably([command])[0].read("park", \.flag).get() else {
            throw .refused(operation: "park", detail: "account \(account) does not exist")
        }
    }
}
