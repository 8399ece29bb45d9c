package import Shared

/// A place where something is done at a price: its server's clock says how old the price has become
/// by then.
package enum FillPlace: Hashable, Sendable {
    /// The reports of a partition.
    case reports(Int)
    /// The triggers of a symbol.
    case triggers(Symbol)
}

/// How long something may be done at a price, by the clock of the server that does it: whoever slept
/// since the price was read does nothing with it (domain §5).
package struct Freshness: Sendable, Equatable {
    /// TIME of that server, read no later than the price, ms.
    package let since: Int64
    /// How much older the price may become, ms.
    package let left: Int64

    package init(since: Int64, left: Int64) {
        self.since = since
        self.left = left
    }
}

/// Prices, and the clocks of the places where something is to be done at them.
package struct StampedPrices: Sendable {
    package var prices: Prices
    /// TIME of each place's server, ms, read no later than any of the prices; none where it is away
    /// or where there is no price.
    package var times: [FillPlace: Int64]

    package init(prices: Prices = Prices(), times: [FillPlace: Int64] = [:]) {
        self.prices = prices
        self.times = times
    }
}

/// Prices for those who fill at them.
package protocol FillPriceStore: AnyObject {
    /// Prices of any age, with their age by the clock of the server that holds them.
    func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices
}

/// Where the house writes its answers. Each request is answered once: whatever a repeat of it comes
/// to, the first answer stands.
package protocol AnswerSink: ReportSink {
    func answer(_ answers: [PlacedAnswer]) -> [Result<AnswerReply, StoreError>]
}

package struct PlacedAnswer: Sendable, Equatable {
    package let request: LifecycleID
    package let placed: PlacedReport
    /// How long the answer may be given; nil for one that rests on no price.
    package let freshness: Freshness?

    package init(request: LifecycleID, placed: PlacedReport, freshness: Freshness?) {
        self.request = request
        self.placed = placed
        self.freshness = freshness
    }
}

package enum AnswerReply: Sendable, Equatable {
    /// Now, or before.
    case answered
    /// Nothing was written: the request is to be decided anew.
    case priceTooOld
}
