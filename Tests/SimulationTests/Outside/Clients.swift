import ServiceRuntime
import Shared
import TestSupport

/// Who trades: one account of each type, two at a provider and two at the house, with commands that
/// are repeated, reused and wrong now and then.
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
    var orders = 0
    private var count = 0

    init(_ simulation: Simulation) throws {
        self.simulation = simulation
        accounts = try UserType.allCases.enumerated().map { index, type in
            try AccountID(type, String(42 + index))
        }
    }

    var world: MemoryWorld { simulation.world }

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

    /// One step of a random client, until enough has happened.
    private func act() {
        let account = pick(accounts)
        guard !simulation.hasSeenEnough else { return }
        switch below(24) {
        case 0..<5: place(account)
        case 5..<10: placePending(account)
        case 10..<20: manage(account)
        case 20, 21: repeatOne()
        case 22: moveMoney(account)
        default: configure(account)
        }
        let pace = Int64(below(orders < Clients.leastOrders ? 200 : 900))
        simulation.scheduler.plan(in: pace) { [unowned self] in act() }
    }

    func below(_ bound: Int) -> Int { simulation.scheduler.random.below(bound) }
    func pick<Element>(_ list: [Element]) -> Element { simulation.scheduler.random.pick(list) }

    private func moveMoney(_ account: AccountID) {
        let amount = String(1 + below(3_000))
        let command = below(2) == 0 ? "withdraw" : "deposit"
        submit(Fields(["command": command, "amount": amount]), account)
    }

    private func configure(_ account: AccountID) {
        let leverage = pick(["50", "100", "200"])
        submit(Fields(["command": "account_configure", "leverage": leverage]), account)
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

    func submit(_ own: Fields, _ account: AccountID) {
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
