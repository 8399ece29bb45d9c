import ServiceRuntime
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

extension Order {
    /// The state that a command about the order itself moves it to; refused where the table says so
    /// (domain §3).
    func state(after command: OrderCommandKind) throws(Refusal) -> OrderState {
        switch CommandTable.verdict(command, in: state) {
        case .to(let next): return next
        case .keep, .byLeg, .refused: throw Refusal(.state, state.rawValue)
        }
    }

    /// Gives a new request its id. The order knows it from now on, whatever becomes of the request.
    mutating func request(_ kind: IDKind, by it: CommandCase) throws -> LifecycleID {
        let id = LifecycleID(kind, number: try it.number())
        ids.set(id.text, kind.rawValue)
        requests.requestedAt = it.context.now
        return id
    }
}
