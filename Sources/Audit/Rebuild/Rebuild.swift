package import PostgresDriver
package import RedisDriver
import ServiceRuntime
package import Shared

/// Puts accounts back from Postgres after Redis has lost writes, or all of it (architecture §3 invariant
/// 7, §4). One account at a time: it is parked first, so that no decision comes between, and trades
/// again when all is there. Whoever is interrupted does the same again.
package struct Rebuild {
    private let stores: RedisStores
    private let source: RebuildSource
    private let partitions: Int
    private let patience: Duration

    /// What it parks accounts for.
    package static let reason = "rebuild"
    private static let rest: Duration = .milliseconds(100)

    /// - Parameter patience: how long one account may wait for its events to reach Postgres.
    package init(
        redis address: RedisAddress, postgres connection: PostgresConnection, partitions: Int,
        replicas: Int = 0, patience: Duration = .seconds(30)
    ) {
        stores = RedisStores(address, partitions: partitions, replicas: replicas)
        source = RebuildSource(connection: connection)
        self.partitions = partitions
        self.patience = patience
    }

    /// Every account that Postgres knows.
    package func accounts() throws -> [AccountID] { try source.accounts() }

    /// What an account needs, or `waits` where `run` would refuse to do it. Nothing is changed. Nil
    /// where Postgres does not know the account.
    package func verdict(on account: AccountID, discard: Bool) throws -> RebuildVerdict? {
        try standing(of: account).map { found in
            let verdict = RebuildVerdict(found.standing)
            return Self.refusal(verdict, discard) ?? verdict
        }
    }

    /// Does what the account needs.
    ///
    /// - Parameters:
    ///   - discard: whether steps that only Redis knows may be thrown away; else they are a `waits`.
    ///   - person: who clears what has stopped the account's persistence.
    /// - Returns: what was done, or `waits` where nothing was.
    package func run(
        _ account: AccountID, discard: Bool, by person: String
    ) throws -> RebuildVerdict? {
        guard let first = try standing(of: account) else { return nil }
        var verdict = RebuildVerdict(first.standing)
        if verdict == .fine { return verdict }
        if let refusal = Self.refusal(verdict, discard) { return refusal }
        if first.standing.number != nil { try park(account) }
        let deadline = MonotonicTime.now().advanced(by: patience)
        while true {
            guard let now = try standing(of: account) else { return nil }
            verdict = Self.verdict(now.standing, before: verdict)
            guard case .waits = verdict, MonotonicTime.now() < deadline else { break }
            Thread.rest(Self.rest)
        }
        switch verdict {
        case .fine, .waits: return verdict
        case .restore:
            if let refusal = Self.refusal(verdict, discard) { return refusal }
            try restore(account, by: person)
        case .resume: break
        }
        try resume(account)
        return verdict
    }

    /// What only Redis knows goes only when a person says so.
    private static func refusal(_ verdict: RebuildVerdict, _ discard: Bool) -> RebuildVerdict? {
        guard case .restore(let why, let discards) = verdict, discards > 0, !discard else {
            return nil
        }
        return .waits("--discard would throw \(discards) steps away that only Redis knows: \(why)")
    }

    /// Parked now, an account says no more what was wrong with it: a reason to restore stays one, and why
    /// it is to resume is what was found first.
    private static func verdict(
        _ standing: RebuildVerdict.Standing, before: RebuildVerdict
    ) -> RebuildVerdict {
        let verdict = RebuildVerdict(standing)
        switch (before, verdict) {
        case (.restore, .resume), (.resume, .resume): return before
        case (.fine, _), (.waits, _), (.restore, _), (.resume, _): return verdict
        }
    }

    /// Terms of groups, which are no account's. What is there already is written again.
    package func restoreTerms() throws -> Int {
        let terms = try source.terms()
        let commands = terms.map { term in
            var command = RedisCommand("HSET", slot: term.key.slot.number, [term.key.text])
            for field in term.fields.list {
                command.append(field.name)
                command.append(field.value)
            }
            return command
        }
        for reply in stores.client.pipeline(commands) { _ = try reply.get() }
        return terms.count
    }

    /// Raised once for each rebuild that restored something.
    package func raiseIncarnation() throws {
        let key = Keys.topology
        _ = try stores.client.call(
            RedisCommand("HINCRBY", slot: key.slot.number, [key.text, "incarnation", "1"])
        ).get()
    }
}

/// Where an account stands.
extension Rebuild {
    private typealias Found = (standing: RebuildVerdict.Standing, lane: LaneID)

    private func standing(of account: AccountID) throws -> Found? {
        guard let stored = try source.standing(of: account) else { return nil }
        let lane = LaneID(events: account.partition(of: partitions), .persistence)
        var standing = RebuildVerdict.Standing(
            stored: stored.number, storedToken: stored.token, isStopped: stored.isStopped)
        let replies = try stores.client.pipeline([
            RedisCommand(
                "HMGET", slot: account.slot.number,
                [account.portfolio.text, "orders_version", "orders_token", "parked"]),
            RedisCommand("HGETALL", slot: account.slot.number, [account.outbox.text]),
            RedisCommand("HGET", slot: lane.slot.number, [lane.emitted.text, account.tag]),
        ]).map { try $0.get() }
        let portfolio = (replies[0].elements ?? []).map(\.string)
        if portfolio.count == 3 {
            standing.number = portfolio[0].flatMap { Int64($0) }
            standing.token = portfolio[1] ?? ""
            standing.parked = portfolio[2]
        }
        let boxed = (replies[1].elements ?? []).map { $0.string ?? "" }
        for index in stride(from: 0, to: boxed.count - 1, by: 2) {
            guard let number = Int64(boxed[index]) else { continue }
            standing.outbox[number] = String(boxed[index + 1].prefix { $0 != " " })
        }
        standing.published = try replies[2].string.map(RedisView.published)
        return (standing, lane)
    }

    private func park(_ account: AccountID) throws {
        let token = OrdersToken(
            event: EventID(text: "parked/" + Self.reason), random: .random(in: .min ... .max))
        try stores.accounts.park(account, reason: Self.reason, token: token)
    }

    /// Notes what is published, and lets the account trade again, under the token of its last step.
    private func resume(_ account: AccountID) throws {
        guard let (standing, lane) = try standing(of: account), let number = standing.number else {
            throw FieldError(account.tag, "", rule: "is not in Redis after all")
        }
        let stored = RedisView.Published(number: standing.stored, token: standing.storedToken)
        if (standing.published?.number ?? 0) <= stored.number, standing.published != stored {
            let last = "\(stored.number):\(stored.token)"
            try run([
                RedisCommand(
                    "HSET", slot: lane.slot.number, [lane.emitted.text, account.tag, last])
            ])
        }
        let token = number == standing.stored ? standing.storedToken : standing.outbox[number]
        _ = try stores.deadLetters.unpark(
            account, parkedFor: Self.reason, partition: lane.partition,
            else: OrdersToken(text: token ?? standing.token))
    }
}

/// Putting back what Postgres remembers.
extension Rebuild {
    private func restore(_ account: AccountID, by person: String) throws {
        let lane = LaneID(events: account.partition(of: partitions), .persistence)
        let now = try stores.events.time(partition: lane.partition)
        guard let remembered = try source.account(account, at: now) else { return }
        try forget(remembered)
        try lead(to: remembered)
        try write(remembered)
        for result in stores.projection.project(
            try remembered.orders.filter { !$0.event.isEmpty }
                .compactMap { try ProjectedOrder($0.event) })
        {
            try result.get()
        }
        try dropParkedRecords(of: account, lane)
        try source.clear(account, by: person)
    }

    /// Copies for other readers may tell of steps that are lost; they are guarded by numbers, so the
    /// numbers go first.
    private func forget(_ account: RememberedAccount) throws {
        let symbols = Set(account.orders.map(\.order.symbol))
        var commands = symbols.map { symbol in
            let key = Keys.projectedHolders(symbol, account.id.userType)
            return RedisCommand("HDEL", slot: key.slot.number, [key.text, account.id.tag])
        }
        commands += account.orders.map { remembered in
            let key = Keys.orderData(remembered.order.id)
            return RedisCommand("DEL", slot: key.slot.number, [key.text])
        }
        try run(commands)
    }

    /// All ids lead to their orders before an order may be reported on.
    private func lead(to account: RememberedAccount) throws {
        var commands: [RedisCommand] = []
        for remembered in account.orders {
            let order = remembered.order
            for id in [order.id.text] + order.ids.entries.map({ String($0.name) }) {
                let key = Keys.lookup(try LifecycleID(id))
                var command = RedisCommand("SET", slot: key.slot.number, [key.text, order.id.text])
                if let ended = remembered.endedFor {
                    command.append("PX")
                    command.append(max(1, AccountWrite.Retention.done - ended))
                }
                commands.append(command)
            }
        }
        try run(commands)
    }

    /// The account's own keys, all in one step, parked until everything else is there.
    private func write(_ account: RememberedAccount) throws {
        let id = account.id
        let loaded = stores.accounts.load([LoadRequest(account: id)])
        let found = try loaded[0].get()
        let replies = try stores.client.pipeline([
            RedisCommand("SMEMBERS", slot: id.slot.number, [id.ordersIndex.text]),
            RedisCommand("HKEYS", slot: id.slot.number, [id.book.text]),
        ]).map { try $0.get() }
        let known = Set(replies.flatMap { ($0.elements ?? []).compactMap(\.string) })
        let write = AccountWrite(
            restoring: id, found: found.account.portfolio?.token, at: found.now,
            writes: try writes(account, over: known))
        guard case .applied = try stores.accounts.apply([write])[0].get() else {
            throw StoreError.unavailable(
                operation: "rebuild", detail: "account \(id) moved meanwhile: again")
        }
    }

    /// - Parameter known: active orders as Redis has them.
    private func writes(
        _ account: RememberedAccount, over known: Set<String>
    ) throws -> [AccountWrite.KeyWrite] {
        let id = account.id
        let active = account.orders.filter { !$0.order.state.isTerminal }
        let names = Set(active.map(\.order.id.text))
        var writes: [AccountWrite.KeyWrite] = [
            .delete(id.portfolio), .delete(id.book), .delete(id.outbox),
        ]
        for gone in known.subtracting(names).sorted() {
            writes.append(.removeMember(id.ordersIndex, gone))
            if let order = try? OrderID(gone) { writes.append(.delete(id.holdings(order))) }
        }
        for remembered in account.orders { writes += Self.writes(remembered, of: id) }
        var portfolio = account.portfolio
        portfolio["orders_token"] = "parked/\(Self.reason)~0"
        portfolio["parked"] = Self.reason
        writes.append(.set(id.portfolio, portfolio))
        var config = account.config
        config["wallet_balance"] = portfolio["balance"]
        writes.append(.set(id.config, config))
        for answer in account.answers {
            let key = id.orderResult(answer.request)
            writes.append(.set(key, answer.result.fields))
            writes.append(.expire(key, milliseconds: AccountWrite.Retention.answer))
        }
        return writes
    }

    private static func writes(
        _ remembered: RememberedOrder, of account: AccountID
    ) -> [AccountWrite.KeyWrite] {
        let order = remembered.order
        let (holdings, done) = (account.holdings(order.id), account.orderDone(order.id))
        guard let ended = remembered.endedFor else {
            return [
                .delete(done), .delete(holdings), .set(holdings, remembered.snapshot),
                .persist(holdings), .addMember(account.ordersIndex, order.id.text),
                .set(account.book, Fields([.init(order.id.text, BookEntry(order).text)])),
            ]
        }
        // Whole only where somebody needs it: a redrive of a late fill brings it back.
        return [
            .delete(holdings), .delete(done), .set(done, OrderDone(order).fields),
            .expire(done, milliseconds: max(1, AccountWrite.Retention.done - ended)),
        ]
    }

    /// Records of a history that is over: they would contradict the next steps.
    private func dropParkedRecords(of account: AccountID, _ lane: LaneID) throws {
        var after = EntryID.zero
        while true {
            let page = try stores.events.parked(
                partition: lane.partition, after: after, count: 500)
            guard let last = page.last else { return }
            let own = page.filter {
                $0.fields["user_type"] == account.userType.rawValue
                    && $0.fields["user_id"] == account.userID
            }
            try stores.events.removeParked(own.map(\.id), partition: lane.partition)
            after = last.id
        }
    }

    private func run(_ commands: [RedisCommand]) throws {
        for reply in stores.client.pipeline(commands) { _ = try reply.get() }
    }
}
