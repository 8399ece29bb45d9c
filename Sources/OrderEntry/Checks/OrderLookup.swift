import Shared

/// The order that a command is about.
enum OrderLookup {
    /// An order that is done is refused with its state, one of another account is unknown: only
    /// this account's were read.
    static func order(_ id: OrderID, of account: Account) throws(Refusal) -> Order {
        switch account.orders[id] {
        case .kept(let order)?: return order
        case .done(let done)?: throw Refusal(.state, done.state.rawValue)
        case .unknown?, nil: throw Refusal(.orderUnknown)
        }
    }
}
