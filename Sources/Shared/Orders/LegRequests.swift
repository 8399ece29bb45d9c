/// The names of a leg's requests.
extension Leg {
    package var idKind: IDKind { self == .stopLoss ? .stopLoss : .takeProfit }
    package var cancelIDKind: IDKind { self == .stopLoss ? .stopLossCancel : .takeProfitCancel }
    package var request: LegRequest { self == .stopLoss ? .stopLoss : .takeProfit }
    package var cancelRequest: LegRequest {
        self == .stopLoss ? .stopLossCancel : .takeProfitCancel
    }
    package var other: Leg { self == .stopLoss ? .takeProfit : .stopLoss }
}

/// What steps do with the legs of an order.
extension Order {
    /// Asks the provider for a leg of this position, under a new id.
    ///
    /// - Parameters:
    ///   - price: the user's.
    ///   - number: fresh, for the id.
    ///   - request: the command that asks for it; nil for a leg that waited in its order for the
    ///     fill.
    ///   - now: ms, by Redis' clock.
    package mutating func requestLeg(
        _ leg: Leg, at price: Price, number: Int64, request: RequestID? = nil, now: Int64
    ) throws(NumberError) -> ProviderMessage {
        let id = LifecycleID(leg.idKind, number: number)
        let sent = try PriceRules.legPriceSent(
            side: side, price: price, halfSpread: terms.halfSpread)
        // A late answer to the cancel of an earlier leg must not meet this one.
        self[leg] = LegOfOrder()
        self[leg].state = .placing
        self[leg].price = price
        self[leg].id = id
        ids.set(id.text, leg.idKind.rawValue)
        lastLegRequest = leg.request
        requests.requestedAt = now
        return .placeLeg(leg, of: self, id: id, price: sent, request: request, at: now)
    }

    /// Asks the provider to cancel a leg of this position, under a new id.
    ///
    /// - Parameter request: the command that asks for it; nil for a leg whose position closed.
    package mutating func requestLegCancel(
        _ leg: Leg, number: Int64, request: RequestID? = nil, now: Int64
    ) -> ProviderMessage {
        let id = LifecycleID(leg.cancelIDKind, number: number)
        self[leg].state = .cancelling
        self[leg].cancelID = id
        ids.set(id.text, leg.cancelIDKind.rawValue)
        lastLegRequest = leg.cancelRequest
        requests.requestedAt = now
        return .cancelLeg(leg, of: self, id: id, request: request, at: now)
    }

    /// The provider has cancelled a leg. The last request reads OPEN then, as in the reference,
    /// unless it was about the other leg.
    package mutating func legCancelled(_ leg: Leg) {
        self[leg] = LegOfOrder()
        if isLastRequest(about: leg) { lastLegRequest = nil }
    }

    /// The provider has refused a leg: it was never there.
    package mutating func legRefused(_ leg: Leg) {
        self[leg] = LegOfOrder()
        guard isLastRequest(about: leg) else { return }
        switch self[leg.other].state {
        case .placing, .active: lastLegRequest = leg.other.request
        case .cancelling: lastLegRequest = leg.other.cancelRequest
        case .none: lastLegRequest = nil
        }
    }

    /// The provider has refused to cancel a leg: it rests as before.
    package mutating func legCancelRefused(_ leg: Leg) {
        self[leg].state = .active
        self[leg].cancelID = nil
        if isLastRequest(about: leg) { lastLegRequest = leg.request }
    }

    private func isLastRequest(about leg: Leg) -> Bool {
        lastLegRequest == leg.request || lastLegRequest == leg.cancelRequest
    }
}
