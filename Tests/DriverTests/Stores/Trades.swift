import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

/// Chains of decisions on a test's account, as the loop would make them.
extension StoreHome {
    /// A chain that was decided, and what applies it.
    struct Chain {
        let write: AccountWrite
        let records: [Record]
    }

    func load(orders: Bool = true, requests: [RequestID] = []) throws -> LoadedAccount {
        let request = LoadRequest(
            account: account, orders: orders ? [order] : [], requests: requests)
        return try stores.accounts.load([request])[0].get()
    }

    func decide(
        on loaded: LoadedAccount, _ transitions: [Transition],
        refusing refused: [CommandAnswer] = [], random: UInt64 = 1
    ) throws -> Chain {
        var account = loaded.account
        var records: [Record] = []
        var events: [OrderID: [EventID]] = [:]
        var answers = refused
        for transition in transitions {
            let (next, record) = try account.applying(
                transition, at: Prices(), random: random, now: loaded.now)
            account = next
            records.append(record)
            if let order = transition.order {
                events[order.id, default: []].append(transition.eventID)
            }
            if let answer = transition.answer { answers.append(answer) }
        }
        let write = try AccountWrite(
            from: loaded, to: account, records: records, events: events, answers: answers,
            retention: AccountWrite.Retention(order: 60_000))
        return Chain(write: write, records: records)
    }

    func apply(_ chain: Chain) throws -> ApplyReply {
        try stores.accounts.apply([chain.write])[0].get()
    }

    /// Loads, decides and applies; the records are those of the chain.
    @discardableResult
    func perform(_ transitions: [Transition]) throws -> [Record] {
        let chain = try decide(on: try load(), transitions)
        guard case .applied = try apply(chain) else { throw Unexpected("conflict") }
        return chain.records
    }

    func created() throws -> Transition {
        Transition(
            .accountCreated, EventID(text: "request/create"),
            ledger: [LedgerEntry(.deposit, 10_000)],
            config: AccountConfig(
                group: Samples.group, leverage: 100, sendingOrders: "rock", isEnabled: true,
                accountNumber: nil))
    }

    func placed(_ request: String = "r1") throws -> Transition {
        var order = try Samples.order(self.order.number, of: account, flow: provider)
        let id = try RequestID(request)
        order.requests.placedBy = request
        return Transition(
            .orderPlaced, EventID(request: id), order: order, newIDs: [LifecycleID(self.order)],
            sends: [ProviderMessage.place(order, request: id, at: 1)],
            answer: CommandAnswer(request: id, result: accepted(request)))
    }

    func accepted(_ digest: String) -> CommandResult {
        CommandResult(
            digest: digest, isAccepted: true, reason: nil, order: order, lifecycleID: nil,
            timestamp: 1)
    }

    /// The event of a fill of the order as it was loaded.
    var filling: EventID { EventID(text: "\(order)/EXECUTED/e:x1") }

    func filled(_ loaded: LoadedAccount) throws -> Transition {
        guard case .kept(var order)? = loaded.account.orders[order] else {
            throw Unexpected("no order")
        }
        order.state = .open
        order.execs.set("x1", "2")
        return Transition(.orderOpenConfirmed, filling, order: order)
    }

    func closed(_ loaded: LoadedAccount) throws -> Transition {
        guard case .kept(var order)? = loaded.account.orders[order] else {
            throw Unexpected("no order")
        }
        order.state = .closed
        return Transition(
            .orderCloseConfirmed, EventID(text: "\(self.order)/CLOSED/e:x2"), order: order,
            ledger: [LedgerEntry(.profit, 25)])
    }

    /// An account with an order that waits for its fill, all records published.
    func openAccount() throws {
        let records = try perform([created(), placed()])
        try publish(records)
    }

    func publish(_ records: [Record]) throws {
        for result in stores.accounts.publishLookups(records) { try result.get() }
        for result in stores.accounts.publishSends(records) { try result.get() }
        _ = try stores.accounts.publishEvents(records, partition: partition)
        guard try stores.accounts.unbox([records])[0].get() == .removed else {
            throw Unexpected("fork")
        }
    }

    /// Every key of the account that a fill or a close writes.
    var accountKeys: [any RedisKey] {
        [
            account.portfolio, account.config, account.book, account.outbox, account.ordersIndex,
            account.holdings(order), account.orderDone(order),
        ]
    }
}
