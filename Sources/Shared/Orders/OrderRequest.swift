/// What steps do with the requests of an order.
extension Order {
    /// Whether an answer is still to come: to the placement, a change, a cancel, a close or a leg.
    package var hasRequestInFlight: Bool {
        switch state {
        case .queued, .pendingQueued, .modifying, .cancelling, .closing: true
        case .pending, .closed, .cancelled, .rejected: false
        case .open: Leg.allCases.contains { self[$0].state.isInFlight }
        }
    }

    /// Nothing that was asked for has a meaning any more: whatever is answered later is late.
    package mutating func endRequests() {
        let placedBy = requests.placedBy
        requests = OrderRequests()
        requests.placedBy = placedBy
    }

    /// The change of price and quantity is answered: there is none in flight.
    package mutating func endModification() {
        requests.modifyID = nil
        requests.modifyPrice = nil
        requests.modifyQuantity = nil
    }

    /// The change that was asked for is the order's.
    package mutating func takeModification() throws(NumberError) {
        if let price = requests.modifyPrice { self.price = price }
        if let quantity = requests.modifyQuantity {
            self.quantity = quantity
            money.contractValue = try MarginRules.contractValue(terms: terms, quantity: quantity)
        }
        endModification()
    }

    /// Back to the state before the request that was refused.
    package mutating func restore() throws(FieldError) {
        guard let before = stateBefore else {
            throw FieldError("state_before", "", rule: "is required in \(state.rawValue)")
        }
        state = before
        // A cancel may have come upon a change, and that upon a resting order only.
        stateBefore = before == .modifying ? .pending : nil
    }

    /// How much a fill has filled. A change of the quantity that is in flight may have reached the
    /// provider before the fill, and the fill its worker before the change's confirmation: then the
    /// fill itself says so.
    ///
    /// - Parameter reported: the fill's `cumqty`.
    package func filledQuantity(reported: Quantity?) -> Quantity {
        guard let wished = requests.modifyQuantity, wished == reported else { return quantity }
        return wished
    }
}

extension LegState {
    /// Whether the provider owes an answer about the leg.
    package var isInFlight: Bool { self == .placing || self == .cancelling }
}
