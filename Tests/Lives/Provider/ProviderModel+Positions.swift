import Shared

/// Closes and legs.
extension ProviderModel {
    func close(_ request: ProviderRequest) {
        guard let order = orders[request.order], order.standing == .open else {
            return refuse(request)
        }
        switch below(14, request.order) {
        case 0: refuse(request)
        case 1: answer(.cancelled, request)
        case 2:
            end(request.order, under: request.id)
            blame(request.order, .filledTwice)
            fill(request.order, under: request.id)
        case 3:
            // Under the order's id: the opening fill once more, for all that one can see.
            blame(request.order, .spokeOfOrder)
            end(request.order, under: LifecycleID(request.order))
        default: end(request.order, under: request.id)
        }
    }

    private func end(_ order: OrderID, under id: LifecycleID) {
        orders[order]?.standing = .closed
        orders[order]?.legs = [:]
        fill(order, under: id)
    }

    func set(_ leg: Leg, _ request: ProviderRequest) {
        guard let order = orders[request.order], order.standing == .open, order.legs[leg] == nil
        else { return refuse(request) }
        guard below(6, request.order) > 0 else { return refuse(request) }
        orders[request.order]?.legs[leg] = ProviderOrder.Leg(
            id: request.id, price: request.price)
        var price = Fields()
        price["avgpx"] = request.price?.text
        answer(chance(4, request.order) ? .modify : .pending, request, price)
        later(6_000, request.order) { [unowned self] in decide(leg, request) }
    }

    /// The market reaches the leg, or the provider drops it, or nothing happens.
    private func decide(_ leg: Leg, _ request: ProviderRequest) {
        guard orders[request.order]?.legs[leg]?.id == request.id else { return }
        switch below(10, request.order) {
        case 0..<3: end(request.order, under: request.id)
        case 3:
            orders[request.order]?.legs[leg] = nil
            say(.cancelled, on: request.id, request.key)
        default: return
        }
    }

    func cancel(_ leg: Leg, _ request: ProviderRequest) {
        guard let own = orders[request.order]?.legs[leg], own.id == request.legID else {
            return refuse(request)
        }
        switch below(10, request.order) {
        case 0..<2: refuse(request)
        case 2: end(request.order, under: request.id)
        case 3:
            orders[request.order]?.legs[leg] = nil
            say(.cancelled, on: own.id, request.key)
        default:
            orders[request.order]?.legs[leg] = nil
            answer(.cancelled, request)
        }
    }
}
