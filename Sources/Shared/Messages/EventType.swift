/// What `events:{p}` says happened. The first ten are the reference's names (domain §8).
package enum EventType: String, Sendable, CaseIterable, Hashable {
    case orderOpenConfirmed = "ORDER_OPEN_CONFIRMED"
    case orderCloseConfirmed = "ORDER_CLOSE_CONFIRMED"
    case orderRejected = "ORDER_REJECTED"
    case orderRejectionRecord = "ORDER_REJECTION_RECORD"
    case orderPendingConfirmed = "ORDER_PENDING_CONFIRMED"
    case orderPendingCancel = "ORDER_PENDING_CANCEL"
    case orderStopLossConfirmed = "ORDER_STOPLOSS_CONFIRMED"
    case orderTakeProfitConfirmed = "ORDER_TAKEPROFIT_CONFIRMED"
    case orderStopLossCancel = "ORDER_STOPLOSS_CANCEL"
    case orderTakeProfitCancel = "ORDER_TAKEPROFIT_CANCEL"
    case orderPlaced = "ORDER_PLACED"
    case orderPendingPlaced = "ORDER_PENDING_PLACED"
    case orderModifyRequested = "ORDER_MODIFY_REQUESTED"
    case orderCancelRequested = "ORDER_CANCEL_REQUESTED"
    case orderCloseIDUpdate = "ORDER_CLOSE_ID_UPDATE"
    case orderStopLossRequested = "ORDER_STOPLOSS_REQUESTED"
    case orderTakeProfitRequested = "ORDER_TAKEPROFIT_REQUESTED"
    case orderStopLossCancelRequested = "ORDER_STOPLOSS_CANCEL_REQUESTED"
    case orderTakeProfitCancelRequested = "ORDER_TAKEPROFIT_CANCEL_REQUESTED"
    case orderSwapSet = "ORDER_SWAP_SET"
    case accountCreated = "ACCOUNT_CREATED"
    case accountConfigured = "ACCOUNT_CONFIGURED"
    case balanceChanged = "BALANCE_CHANGED"
}

/// What a row of the ledger is (domain §8).
package enum LedgerKind: String, Sendable, CaseIterable, Hashable {
    case profit
    case commission
    case swap
    case deposit
    case withdrawal
    case adjustment
}

/// A change of an account's balance, in dollars: negative amounts lower it.
package struct LedgerEntry: Sendable, Equatable {
    package let kind: LedgerKind
    package let amount: Money

    package init(_ kind: LedgerKind, _ amount: Money) {
        self.kind = kind
        self.amount = amount
    }
}
