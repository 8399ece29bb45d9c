import ServiceRuntime
import Shared
import TestSupport

/// A liquidity provider with a truth of its own. What it reports comes late, repeated, in any
/// order, with and without exec ids; what it booked is a fact.
final class ProviderModel {
    static let provider = {
        do { return try Provider("barclays") } catch { preconditionFailure("\(error)") }
    }()

    /// A fill as the provider booked it.
    struct Fill: Equatable {
        let order: String
        let isClose: Bool
        let price: Price
    }

    private unowned let simulation: Simulation
    /// Request id → entry under which it came; a second entry is a second request.
    private(set) var received: [String: EntryID] = [:]
    /// By exec id.
    private(set) var fills: [String: Fill] = [:]
    /// Orders whose position is closed: a second close finds nothing to close.
    private var closed: Set<String> = []
    private(set) var doubled: [String] = []

    init(_ simulation: Simulation) { self.simulation = simulation }

    private var world: MemoryWorld { simulation.world }

    /// A request has reached the provider. The connection's own mark (`wired`) makes a repeat of
    /// the same entry harmless.
    func receive(_ entry: Entry) {
        guard let order = entry.fields["order_id"] else { return }
        let closeID = entry.fields["close_id"]
        let id = closeID ?? order
        if let before = received[id] {
            if before != entry.id { doubled.append(id) }
            return
        }
        received[id] = entry.id
        answer(id, order: order, isClose: closeID != nil, entry.fields)
    }

    private func answer(_ id: String, order: String, isClose: Bool, _ request: Fields) {
        if simulation.scheduler.random.once(in: 3) {
            report(Fields(["order_id": id, "ord_status": "ACK"]), request)
        }
        var refusal = Fields(["order_id": id, "ord_status": "8", "reason": "no liquidity"])
        switch simulation.scheduler.random.below(3) {
        case 0: refusal["idempotency"] = "T-" + id
        case 1: refusal["exec_id"] = "R-" + id
        default: break
        }
        switch simulation.scheduler.random.below(20) {
        case 0..<3: report(refusal, request)
        case _ where isClose && !closed.insert(order).inserted: report(refusal, request)
        case 3 where !isClose:
            // It changed its mind: a fill is a fact, also after a refusal.
            report(refusal, request)
            fill(id, order: order, isClose: isClose, request)
        default: fill(id, order: order, isClose: isClose, request)
        }
    }

    private func fill(_ id: String, order: String, isClose: Bool, _ request: Fields) {
        guard let symbol = try? Symbol(request["symbol"] ?? ""),
            let market = try? world.prices([symbol])[symbol]
        else { return }
        let exec = "X-" + id
        let price = simulation.scheduler.random.once(in: 2) ? market.bid : market.ask
        fills[exec] = Fill(order: order, isClose: isClose, price: price)
        var fields = Fields([
            "order_id": id, "ord_status": "EXECUTED", "exec_id": exec, "avgpx": price.text,
        ])
        fields["cumqty"] = request["order_quantity"]
        report(fields, request)
        // A part of it, reported beside the whole: this house books whole fills only.
        guard simulation.scheduler.random.once(in: 5) else { return }
        fields["exec_id"] = "P-" + id
        fields["cumqty"] = "0.001"
        report(fields, request)
    }

    /// Sends a report up to three times, each after a while of its own.
    private func report(_ fields: Fields, _ request: Fields) {
        let copies = [1, 1, 1, 2, 3][simulation.scheduler.random.below(5)]
        for _ in 0..<copies {
            let most = simulation.scheduler.random.once(in: 5) ? 5_000 : 300
            let delay = Int64(simulation.scheduler.random.below(most))
            simulation.scheduler.plan(in: delay) { [unowned self] in deliver(fields, request) }
        }
    }

    private func deliver(_ fields: Fields, _ request: Fields) {
        var report = Fields(["v": "1", "type": "execution_report", "ts": String(world.now)])
        for field in fields.list { report[field.name] = field.value }
        // In the account's partition, or in that of the id where the connection did not know it.
        var partition = 0
        if let key = request["key"], let account = try? OrderKey(text: key).account,
            !simulation.scheduler.random.once(in: 5)
        {
            partition = account.partition(of: world.partitions)
        } else if let id = try? LifecycleID(fields["order_id"] ?? "") {
            partition = id.partition(of: world.partitions)
        }
        simulation.messages += 1
        simulation.trace.note(
            world.now, "provider",
            "reports \(fields["order_id"] ?? "") \(fields["ord_status"] ?? "")")
        world.append(report, to: LaneID(queue: .reports, partition).stream)
    }
}

/// The provider's connection, as far as the loop is concerned: hands over and settles.
final class ConnectionProcessor: BatchProcessor {
    private let provider: ProviderModel

    init(_ provider: ProviderModel) { self.provider = provider }

    func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        for entry in entries { provider.receive(entry) }
        return entries.map { _ in .settle(.done) }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: Int64) -> EntryResult {
        process([entry], lane: lane, now: now)[0]
    }
}
