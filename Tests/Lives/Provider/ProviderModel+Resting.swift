import Shared

/// Placements, and what becomes of orders that rest.
extension ProviderModel {
    func place(_ request: ProviderRequest) {
        orders[request.order] = ProviderOrder(request, .refused)
        switch below(20, request.order) {
        case 0..<2: refuse(request)
        case 2: answer(.cancelled, request)
        case 3:
            // It changed its mind: a fill is a fact, also after a refusal.
            refuse(request)
            blame(request.order, .contradicted)
            open(request.order, under: request.id)
        default: open(request.order, under: request.id)
        }
    }

    func rest(_ request: ProviderRequest) {
        orders[request.order] = ProviderOrder(request, .refused)
        switch below(12, request.order) {
        case 0: refuse(request)
        case 1: open(request.order, under: request.id)
        default:
            orders[request.order]?.standing = .resting
            answer(.pending, request)
            let order = request.order
            later(6_000, order) { [unowned self] in decide(order) }
        }
    }

    /// The market reaches the order, or it expires, or nothing happens.
    private func decide(_ id: OrderID) {
        guard let order = orders[id], order.standing == .resting else { return }
        switch below(10, id) {
        case 0..<4: open(id, under: order.request.id)
        case 4:
            if order.isModified, !order.isReplaced { blame(id, .replaced) }
            orders[id]?.standing = .cancelled
            say(.cancelled, on: order.request.id, order.request.key, atOnce: order.isReplaced)
        default: return
        }
    }

    func modify(_ request: ProviderRequest) {
        guard let order = orders[request.order], order.standing == .resting else {
            return refuse(request)
        }
        switch below(12, request.order) {
        case 0..<3: refuse(request)
        case 3: open(request.order, under: request.id)
        case 4:
            take(request)
            orders[request.order]?.isReplaced = true
            say(.cancelled, on: order.request.id, request.key, atOnce: true)
            say(.modify, on: request.id, request.key, atOnce: true)
        default:
            take(request)
            answer(chance(3, request.order) ? .pending : .modify, request)
        }
    }

    private func take(_ request: ProviderRequest) {
        orders[request.order]?.isModified = true
        orders[request.order]?.isReplaced = false
        orders[request.order]?.price = request.price
        orders[request.order]?.quantity = request.quantity
    }

    func cancel(_ request: ProviderRequest) {
        guard let order = orders[request.order] else { return refuse(request) }
        switch order.standing {
        case .resting: cancelResting(request)
        case .cancelled:
            if chance(2, request.order) { answer(.cancelled, request) } else { refuse(request) }
        case .open, .closed:
            // It says once more why it cannot.
            if let fill = order.fill, chance(2, request.order) {
                report(fill, on: request.id, request.key)
            } else {
                refuse(request)
            }
        case .refused: refuse(request)
        }
    }

    private func cancelResting(_ request: ProviderRequest) {
        switch below(12, request.order) {
        case 0..<3: refuse(request)
        case 3: open(request.order, under: request.id)
        case 4:
            drop(request)
            blame(request.order, .contradicted)
            let order = request.order
            later(4_000, order) { [unowned self] in open(order, under: LifecycleID(order)) }
        default: drop(request)
        }
    }

    private func drop(_ request: ProviderRequest) {
        orders[request.order]?.standing = .cancelled
        answer(.cancelled, request)
    }
}
