import Lives
import ServiceRuntime
import Shared
import TestSupport

/// Who trades: one account of each type, two at a provider and two at the house, with commands that
/// are repeated, reused and wrong now and then.
final class Clients {
    static let leastOrders = 20

    private unowned let simulation: Simulation
    let accounts: [AccountID]
    /// By name.
    private(set) var submitted: [String: Submitted] = [:]
    private(set) var orders = 0
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
            for wish in Wishes.opening(of: account, deposit: 20_000) { submit(wish, account) }
        }
        simulation.scheduler.plan(in: 50) { [unowned self] in act() }
    }

    /// One step of a random client, until enough has happened.
    private func act() {
        let account = simulation.scheduler.random.pick(accounts)
        guard !simulation.hasSeenEnough else { return simulation.calmDown() }
        switch simulation.scheduler.random.below(24) {
        case 0..<5: place(account)
        case 5..<10: placePending(account)
        case 10..<20: manage(account)
        case 20, 21: repeatOne()
        case 22: submit(Wishes.payment(&simulation.scheduler.random), account)
        default: submit(Wishes.configuration(&simulation.scheduler.random), account)
        }
        let most = orders < Clients.leastOrders ? 200 : 900
        let pace = Int64(simulation.scheduler.random.below(most))
        simulation.scheduler.plan(in: pace) { [unowned self] in act() }
    }

    private func place(_ account: AccountID) {
        guard let market = market() else { return }
        orders += 1
        submit(
            Wishes.place(market.symbol, at: market.price, &simulation.scheduler.random), account)
    }

    private func placePending(_ account: AccountID) {
        guard let market = market() else { return }
        orders += 1
        submit(
            Wishes.placePending(market.symbol, at: market.price, &simulation.scheduler.random),
            account)
    }

    private func market() -> (symbol: Symbol, price: MarketPrice)? {
        Wishes.market(&simulation.scheduler.random) { simulation.price(of: $0) }
    }

    /// Asks for something about an active order, also for what its state forbids.
    private func manage(_ account: AccountID) {
        let active = world[set: account.ordersIndex].sorted()
        guard !active.isEmpty, let id = try? OrderID(simulation.scheduler.random.pick(active)),
            case .kept(let order)? = try? world.stored(OrderKey(account, id)),
            let wish = Wishes.management(
                of: order, &simulation.scheduler.random, { simulation.price(of: $0) })
        else { return }
        submit(wish, account)
    }

    /// The same command again, or another one under its request id.
    private func repeatOne() {
        let keys = submitted.keys.sorted()
        guard !keys.isEmpty else { return }
        guard let first = submitted[simulation.scheduler.random.pick(keys)] else { return }
        send(Wishes.again(first.fields, &simulation.scheduler.random), first.account)
    }

    private func submit(_ wish: Fields, _ account: AccountID) {
        count += 1
        let command = Submitted(
            wish, of: account, request: "q\(count)", number: count, at: world.now)
        submitted[command.name] = command
        send(command.fields, account)
    }

    private func send(_ fields: Fields, _ account: AccountID) {
        simulation.messages += 1
        simulation.note(
            account.tag,
            "\(fields["command"] ?? "") \(fields["request_id"] ?? "") \(fields["order_id"] ?? "")")
        world.submit(fields, for: account)
    }
}
