package import ServiceRuntime
package import Shared

/// Dead letters, and what a person does with them. A letter and its queue share a slot; its order and
/// account lie in another one. So each step here is one script, harmless when repeated, and the
/// letter goes in the last one (architecture §3, "dead").
package final class RedisDeadLetterStore: DeadLetterStore {
    private let client: StoreClient
    /// How long it is remembered that an event came back, seconds: longer than a process sleeps.
    private static let redrivenLife = 24 * 3_600

    init(_ client: StoreClient) { self.client = client }

    /// - Parameter replicas: how many must have a step before the next one.
    package convenience init(_ client: RedisClient, replicas: Int) {
        self.init(StoreClient(client, replicas: replicas))
    }

    package func letters(
        behind: [(lane: LaneID, last: EntryID)], count: Int
    ) throws(StoreError) -> [[DeadLetter]] {
        let commands = behind.map { lane, last in
            RedisCommand("XRANGE", lane.dead, ["(\(last)", "+", "COUNT", String(count)])
        }
        var letters: [[DeadLetter]] = []
        for ((lane, _), reply) in zip(behind, client.run(commands)) {
            letters.append(
                try reply.read("dead") { try $0.elements?.map { try Self.letter($0, in: lane) } }
                    .get())
        }
        return letters
    }

    private static func letter(_ reply: Reply, in lane: LaneID) throws -> DeadLetter {
        guard let parts = reply.elements, parts.count == 2,
            let id = parts[0].text.flatMap({ EntryID($0) }), let fields = parts[1].fields
        else { throw FieldError(lane.dead.text, "\(reply)", rule: "is no entry") }
        return DeadLetter(lane: lane, entry: Entry(id: id, fields: fields))
    }

    /// How many letters each lane has.
    package func counts(of lanes: [LaneID]) throws(StoreError) -> [Int64] {
        var counts: [Int64] = []
        for reply in client.run(lanes.map { RedisCommand("XLEN", $0.dead) }) {
            counts.append(try reply.read("dead", \.number).get())
        }
        return counts
    }

    /// Puts the letter's message back into its queue; false where the letter is gone.
    package func redrive(_ letter: DeadLetter) throws(StoreError) -> Bool {
        var command = RedisCommand(Scripts.redrive, letter.lane.dead, letter.lane.stream)
        command.append("\(letter.entry.id)")
        command.append(letter.message)
        return try client.runDurably(command) != .null
    }

    /// Takes a letter off its list; false where it is gone.
    package func remove(_ letter: DeadLetter) throws(StoreError) -> Bool {
        try client.runDurably(RedisCommand("XDEL", letter.lane.dead, ["\(letter.entry.id)"]))
            == .integer(1)
    }

    /// Lifts the mark of a dead event, or gives it another reason. Harmless where there is none.
    ///
    /// - Parameters:
    ///   - reason: nil lifts it, and nobody marks the event any more for the entry.
    ///   - entry: of its queue, by which the event died.
    package func remark(
        _ event: EventID, of key: OrderKey, as reason: DeadReason?, entry: EntryID
    ) throws(StoreError) {
        var command = RedisCommand(
            Scripts.remark, key.account.holdings(key.order), key.account.orderDone(key.order),
            key.account.redriven(event, entry: "\(entry)"))
        command.append(event.text)
        command.append(reason?.rawValue ?? "")
        command.append(Self.redrivenLife)
        _ = try client.runDurably(command)
    }
}

/// What the return of a letter may need first.
extension RedisDeadLetterStore {
    /// Why each account is parked; nil where it trades.
    package func parked(_ accounts: [AccountID]) throws(StoreError) -> [AccountID: String] {
        var reasons: [AccountID: String] = [:]
        let replies = client.run(accounts.map { RedisCommand("HGET", $0.portfolio, ["parked"]) })
        for (account, reply) in zip(accounts, replies) { reasons[account] = try reply.get().text }
        return reasons
    }

    /// The dead marks of each order: of its holdings, or of what is left of it.
    package func marks(of orders: [OrderKey]) throws(StoreError) -> [OrderKey: NamedList] {
        let replies = client.run(
            orders.flatMap { key in
                [key.account.holdings(key.order), key.account.orderDone(key.order)].map {
                    RedisCommand("HGET", $0, ["dead"])
                }
            })
        var marks: [OrderKey: NamedList] = [:]
        for (index, key) in orders.enumerated() {
            let whole = try replies[2 * index].get().text
            let rest = try replies[2 * index + 1].get().text
            marks[key] = NamedList(text: whole ?? rest ?? "")
        }
        return marks
    }

    /// Which of these orders are there whole.
    package func kept(_ orders: [OrderKey]) throws(StoreError) -> Set<OrderKey> {
        var kept: Set<OrderKey> = []
        let replies = client.run(
            orders.map { RedisCommand("EXISTS", $0.account.holdings($0.order)) })
        for (key, reply) in zip(orders, replies) {
            if try reply.get() == .integer(1) { kept.insert(key) }
        }
        return kept
    }

    /// Lets an account trade again that is parked for this reason and no other; false where it is
    /// not. Its token is again that of its last transition, where that is still known.
    package func unpark(
        _ account: AccountID, parkedFor reason: String, partition: Int, else token: OrdersToken
    ) throws(StoreError) -> Bool {
        let emitted = LaneID(events: partition, .persistence).emitted
        let replies = client.run([
            RedisCommand("HGET", account.portfolio, ["orders_version"]),
            RedisCommand("HGETALL", account.outbox), RedisCommand("HGET", emitted, [account.tag]),
        ])
        let number = try replies[0].get().text ?? ""
        let boxed = try replies[1].get().fields?[number]
        let published = try replies[2].get().text ?? ""
        var last = token.text
        if let boxed {
            last = String(boxed.prefix { $0 != " " })
        } else if published.hasPrefix(number + ":") {
            last = String(published.dropFirst(number.utf8.count + 1))
        }
        var command = RedisCommand(Scripts.unpark, account.portfolio)
        command.append(reason)
        command.append(last)
        return try client.runDurably([command])[0].read("unpark", \.flag).get()
    }

    package enum Restored: String, Sendable {
        case restored
        /// It was there.
        case kept
        case parked
        /// Postgres knows less of it than Redis: the writer has not caught up.
        case behind
        /// Postgres knows more of it than Redis: Redis has lost writes.
        case lost
    }

    /// Puts an order that has ended back, as Postgres remembers it. Its ids lead to it first, so that
    /// what is made of it can be reported on.
    ///
    /// - Parameters:
    ///   - number: `orders_version` of the account at this version of the order.
    ///   - retention: how long it is kept, ms; nil: nothing is changed, only answered what would be.
    package func restore(
        _ order: Order, snapshot: Fields, number: Int64, retention: Int64?
    ) throws(StoreError) -> Restored {
        if retention != nil { try lead(to: order) }
        var command = RedisCommand(
            Scripts.restoreOrder, order.account.holdings(order.id),
            order.account.orderDone(order.id), order.account.portfolio)
        command.append(order.version)
        command.append(number)
        command.append(retention.map { String($0) } ?? "")
        command.append(snapshot)
        return try client.runDurably([command])[0].read("restore_order") { reply in
            reply.text.flatMap { Restored(rawValue: $0) }
        }.get()
    }

    private func lead(to order: Order) throws(StoreError) {
        let key = order.key
        let life = String(AccountWrite.Retention.done)
        var leads: [RedisCommand] = []
        for id in [key.order.text] + order.ids.entries.map({ String($0.name) }) {
            guard let id = try? LifecycleID(id) else { continue }
            leads.append(RedisCommand("SET", Keys.lookup(id), [key.order.text, "NX", "PX", life]))
        }
        var identity = RedisCommand("HSET", Keys.orderData(key.order))
        identity.append(
            Fields([
                .init("user_type", key.account.userType.rawValue),
                .init("user_id", key.account.userID), .init("symbol", order.symbol.text),
            ]))
        // Noted as ended, so that the projector lifts the expiry of all of these when it opens again.
        let ended = RedisCommand("HSETNX", Keys.orderData(key.order), ["projected_end", "1"])
        let expiry = RedisCommand("PEXPIRE", Keys.orderData(key.order), [life, "NX"])
        for reply in client.runDurably(leads + [identity, ended, expiry]) { _ = try reply.get() }
    }
}
