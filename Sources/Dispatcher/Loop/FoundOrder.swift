import Shared

/// The order that a report is about, with the kind of the reported id.
struct FoundOrder: Sendable, Equatable {
    let key: OrderKey
    let kind: IDKind
    let stored: StoredOrder

    /// Nil where the order never had the id, or nothing of it is left.
    init?(_ key: OrderKey, _ stored: StoredOrder, reported id: LifecycleID) {
        let kind: IDKind?
        switch stored {
        case .kept(let order): kind = order.kind(of: id)
        case .done(let done): kind = done.kind(of: id, order: key.order)
        case .unknown: kind = nil
        }
        guard let kind else { return nil }
        self.key = key
        self.kind = kind
        self.stored = stored
    }

    /// For dead letters and the log.
    var description: String {
        switch stored {
        case .kept(let order): "\(kind.rawValue) id of \(key.text) in \(order.state.rawValue)"
        case .done(let done): "\(kind.rawValue) id of \(key.text), gone in \(done.state.rawValue)"
        case .unknown: "\(kind.rawValue) id of \(key.text)"
        }
    }
}

extension OrderDone {
    /// The kind of an id that a provider reports on; nil where the order never had it.
    fileprivate func kind(of id: LifecycleID, order: OrderID) -> IDKind? {
        if id.text == order.text { return .order }
        return ids[id.text].flatMap { IDKind(rawValue: String($0)) }
    }
}
