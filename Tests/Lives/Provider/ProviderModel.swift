package import ServiceRuntime
package import Shared

/// A liquidity provider with a truth of its own. What it reports comes late, repeated, in any order,
/// with and without exec ids; what it booked is a fact.
package final class ProviderModel {
    package static let provider = {
        do { return try Provider("barclays") } catch { preconditionFailure("\(error)") }
    }()

    unowned let stage: any Stage
    /// Request id → entry under which it came; a second entry is a second request.
    private var received: [LifecycleID: EntryID] = [:]
    package internal(set) var orders: [OrderID: ProviderOrder] = [:]
    /// Fills of whole orders and positions.
    package internal(set) var fills: Set<Told> = []
    /// Reports of parts.
    package internal(set) var parts: Set<Told> = []
    /// Requests that came twice.
    package private(set) var doubled: [LifecycleID] = []
    /// Requests that it cannot read.
    package private(set) var unread: [String] = []
    /// Numbers of exec ids and tokens.
    var count = 0

    /// - Parameter stage: outlives it.
    package init(_ stage: any Stage) { self.stage = stage }

    func below(_ bound: Int, _ order: OrderID) -> Int { stage.draw(below: bound, about: order) }

    /// True once in so many times.
    func chance(_ one: Int, _ order: OrderID) -> Bool { below(one, order) == 0 }

    func pick<Element>(_ list: [Element], _ order: OrderID) -> Element {
        list[below(list.count, order)]
    }

    /// A request has reached the provider. The connection's own mark (`wired`) makes a repeat of
    /// the same entry harmless.
    package func receive(_ entry: Entry) {
        do throws(MessageError) {
            let request = try ProviderRequest(entry.fields)
            if let before = received[request.id] {
                if before != entry.id { doubled.append(request.id) }
                return
            }
            received[request.id] = entry.id
            if chance(6, request.order) {
                report(Fields(["ord_status": "ACK"]), on: request.id, request.key)
            }
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

    /// Something that the provider does by itself about an order, after a while.
    func later(_ most: Int, _ order: OrderID, _ action: @escaping () -> Void) {
        stage.plan(in: Int64(below(most, order)), action)
    }

    func blame(_ order: OrderID, _ misdeed: ProviderOrder.Misdeed) {
        orders[order]?.misdeeds.insert(misdeed)
    }
}

/// What a provider told of an order once, however often it repeated the report.
package struct Told: Hashable, CustomStringConvertible {
    package let order: OrderID
    /// What tells the report from others of its order, as event ids have it: exec id, token or entry.
    package let identity: String

    package var description: String { "\(identity) of order \(order)" }
}
