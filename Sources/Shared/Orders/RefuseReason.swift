/// Why a command is refused: every code there is. The answer's `reason` is the code, or
/// `<code>: <detail>` where the detail says more than the command itself does; a detail about a
/// field begins with the field's name. Codes are what processes branch on and what is counted.
package enum RefuseReason: String, Sendable, CaseIterable {
    // The command as such.

    /// It waited longer than its `ttl_ms`, or than 12 hours.
    case expired
    /// `command` is none that exists.
    case unknownCommand = "unknown_command"

    // Its fields. The detail names the field.

    /// A field that the command needs is absent or empty.
    case missingField = "missing_field"
    /// A field that no command has, or that does not belong to this one.
    case unknownField = "unknown_field"
    /// A field breaks the rule that follows its name.
    case invalidField = "invalid_field"
    /// A number is not plain decimal text.
    case notANumber = "not_a_number"
    /// More than eight decimals; for an amount of money, more than two.
    case tooManyDecimals = "too_many_decimals"
    /// A number, or what is computed from it, is beyond the range of money.
    case outOfRange = "out_of_range"

    // The account.

    case accountExists = "account_exists"
    case accountUnknown = "account_unknown"
    /// Its `status` is 0: it may close and move money, but not trade.
    case accountDisabled = "account_disabled"
    /// Its orders have nowhere to go: a live account without a flow, or a provider that is not
    /// configured.
    case unsupportedFlow = "unsupported_flow"
    /// Its leverage is not above zero.
    case invalidLeverage = "invalid_leverage"
    /// A withdrawal of more than is free.
    case insufficientFreeMargin = "insufficient_free_margin"

    // A new order, in the order in which it is checked (domain §7). A change is checked by those
    // that it concerns.

    /// A Redis server uses more than 80 % of its memory. Closing goes on.
    case memoryFull = "memory_full"
    /// A queue is deeper than `MAX_QUEUE_DEPTH`. Closing goes on.
    case overloaded

    /// The account's group has no terms of the symbol; with a detail, the field of them that
    /// cannot be traded on.
    case termsUnknown = "terms_unknown"
    /// The quantity is no multiple of the group's lot step.
    case lotStep = "lot_step"
    case minLot = "min_lot"
    case maxLot = "max_lot"
    /// The account has as many active orders as it may have.
    case tooManyOpenOrders = "too_many_open_orders"
    case marketClosed = "market_closed"
    /// The symbol has no price, or none that leaves something after the half spread.
    case noPrice = "no_price"
    /// The symbol's price is older than `MAX_PRICE_AGE`.
    case stalePrice = "stale_price"
    /// A pending price that is not beyond the market, or a leg on the wrong side of the market or
    /// of its pending price; the detail names the field and the bound.
    case wrongSide = "wrong_side"
    /// Nothing turns the named currency into dollars.
    case noRate = "no_rate"
    /// The order needs more margin than is free.
    case insufficientMargin = "insufficient_margin"

    // A command about an order.

    /// The account has no such order.
    case orderUnknown = "order_unknown"
    /// The order is in the named state, which does not allow the command; or its leg is, as in
    /// `stop_loss placing`.
    case state
    /// The position has a stop loss, or one is on its way or being cancelled.
    case stopLossAlreadyExists = "stoploss_already_exists"
    /// The same of its take profit.
    case takeProfitAlreadyExists = "takeprofit_already_exists"

    // Given by the loop before or instead of a decision.

    /// The request id was used before with other fields.
    case requestIDReused = "request_id_reused"
    /// The account is parked until somebody has looked at it.
    case accountParked = "account_parked"
    /// The decision failed five times.
    case internalError = "internal_error"

    /// The code of an answer's `reason`; nil where this version does not know it.
    package init?(answered reason: String) {
        self.init(rawValue: String(reason.prefix { $0 != ":" }))
    }
}
