import ServiceRuntime
import Shared
import TestSupport

/// Who trades: one account of each type, with commands that are repeated, reused and wrong now and
/// then.
final class Clients {
    /// A command as it was submitted first.
    struct Submitted {
        let account: AccountID
        let fields: Fields
    }

    static let leastOrders = 20

    private unowned let simulation: Simulation
    let accounts: [AccountID]
    /// By account and request id.
    private(set) var submitted: [String: Submitted] = [:]
    private(set) var orders = 0
    private var isClosing = false
    private var count = 0

    init(_ simulation: Simulation) throws {
        self.simulation = simulation
        accounts = try UserType.allCases.enumerated().map { index, type in
            try AccountID(type, String(42 + index))
        }
    }

    private var world: MemoryWorld { simulation.world }

    func start() {
        for account in accounts {
            var create = Fields(["command": "account_create", "leverage": "100"])
            create["group"] = Samples.group
            switch account.userType {
            case .live: create["sending_orders"] = "barclays"
            case .copyFollower: create["sending_orders"] = "rock"
            case .demo, .strategyProvider: break
            }
            submit(create, account)
            submit(Fields(["command": "deposit", "amount": "20000"]), account)
        }
        simulation.scheduler.plan(in: 50) { [unowned self] in act() }
    }

    /// One step of a random client, until enough has happened; then everything is closed.
    private func act() {
        let account = simulation.scheduler.random.pick(accounts)
        if simulation.hasSeenEnough { isClosing = true }
        guard !isClosing else { return }
        switch simulation.scheduler.random.below(12) {
        case 0..<6: place(account)
        case 6..<9: close(account)
        case 9: repeatOne()
        case 10:
            let amount = String(1 + simulation.scheduler.random.below(3_000))
            submit(Fields(["command": "withdraw", "amount": amount]), account)
        default:
            let amount = String(1 + simulation.scheduler.random.below(3_000))
            submit(Fields(["command": "deposit", "amount": amount]), account)
        }
        let pace = Int64(
            simulation.scheduler.random.below(orders < Clients.leastOrders ? 200 : 900))
        simulation.scheduler.plan(in: pace) { [unowned self] in act() }
    }

    private func place(_ account: AccountID) {
        orders += 1
        let instrument = simulation.scheduler.random.pick(Samples.instruments)
        submit(
            Fields([
                "command": "place", "symbol": instrument.symbol,
                "order_type": simulation.scheduler.random.once(in: 2) ? "BUY" : "SELL",
                "order_quantity": ["0.01", "0.1", "0.5", "1"][simulation.scheduler.random.below(4)],
            ]), account)
    }

    /// Closes any active order, also one that is no position yet.
    private func close(_ account: AccountID) {
        let active = world[set: account.ordersIndex].sorted()
        guard !active.isEmpty else { return }
        submit(
            Fields(["command": "close", "order_id": simulation.scheduler.random.pick(active)]),
            account)
    }

    /// The same command again, or another one under its request id.
    private func repeatOne() {
        let keys = submitted.keys.sorted()
        guard !keys.isEmpty else { return }
        guard let first = submitted[simulation.scheduler.random.pick(keys)] else { return }
        var fields = first.fields
        if simulation.scheduler.random.once(in: 4) { fields["amount"] = "1234567" }
        send(fields, first.account)
    }

    private func submit(_ own: Fields, _ account: AccountID) {
        count += 1
        var fields = Fields([
            "v": "1", "request_id": "q\(count)", "user_type": account.userType.rawValue,
            "user_id": account.userID, "ts": String(world.now),
        ])
        for field in own.list { fields[field.name] = field.value }
        submitted["\(account.tag) q\(count)"] = Submitted(account: account, fields: fields)
        send(fields, account)
    }

    private func send(_ fields: Fields, _ account: AccountID) {
        simulation.messages += 1
        simulation.trace.note(
            world.now, account.tag,
            "\(fields["command"] ?? "") \(fields["request_id"] ?? "") \(fields["order_id"] ?? "")")
        world.submit(fields, for: account)
    }
}
