import ServiceRuntime
import Shared
import TestSupport

/// A liquidity provider with a truth of its own. What it reports comes late, repeated, in any order,
/// with and without exec ids; what it booked is a fact.
final class ProviderModel {
    static let provider = {
        do { return try Provider("barclays") } catch { preconditionFailure("\(error)") }
    }()

    unowned let simulation: Simulation
    /// Request id → entry under which it came; a second entry is a second request.
    private var received: [LifecycleID: EntryID] = [:]
    var orders: [OrderID: ProviderOrder] = [:]
    /// Fills of whole orders and positions, by what tells the report from others.
    var fills: [String: OrderID] = [:]
    /// Reports of parts.
    var parts: Set<String> = []
    private(set) var doubled: [LifecycleID] = []
    /// Requests that it cannot read.
    private(set) var unread: [String] = []
    /// Numbers of exec ids and tokens.
    var count = 0

    init(_ simulation: Simulation) { self.simulation = simulation }

    var world: MemoryWorld { simulation.world }

    func chance(_ one: Int) -> Bool { simulation.scheduler.random.once(in: one) }
    func below(_ bound: Int) -> Int { simulation.scheduler.random.below(bound) }

    /// A request has reached the provider. The connection's own mark (`wired`) makes a repeat of
    /// the same entry harmless.
    func receive(_ entry: Entry) {
        do throws(MessageError) {
            let request = try ProviderRequest(entry.fields)
            if let before = received[request.id] {
                if before != entry.id { doubled.append(request.id) }
                return
            }
            received[request.id] = entry.id
            if chance(6) { report(Fields(["ord_status": "ACK"]), on: request.id, request.key) }
            serve(request)
        } catch {
            unread.append("\(entry.id): \(error)")
        }
    }

    private func serve(_ request: ProviderRequest) {
        switch request.kind {
        case .place: place(request)
        case .placePending: rest(request)
        case .modify: modify(request)
        case .cancel: cancel(request)
        case .close: close(request)
        case .setStopLoss: set(.stopLoss, request)
        case .setTakeProfit: set(.takeProfit, request)
        case .cancelStopLoss: cancel(.stopLoss, request)
        case .cancelTakeProfit: cancel(.takeProfit, request)
        }
    }

    /// Something that the provider does by itself, after a while.
    func later(_ most: Int, _ action: @escaping () -> Void) {
        simulation.scheduler.plan(in: Int64(below(most)), action)
    }

    func blame(_ order: OrderID, _ misdeed: ProviderOrder.Misdeed) {
        orders[order]?.misdeeds.insert(misdeed)
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
