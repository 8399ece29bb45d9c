package import Shared

/// An order as the provider's books have it: what it did, whatever became of its reports.
package struct ProviderOrder {
    package enum Standing {
        case refused
        case resting
        case cancelled
        case open
        case closed

        /// Where such an order must end with us.
        package var state: OrderState {
            switch self {
            case .refused: .rejected
            case .resting: .pending
            case .cancelled: .cancelled
            case .open: .open
            case .closed: .closed
            }
        }
    }

    /// What a provider should not do. Its order may end in more than one way then, and its reports may
    /// be dead letters.
    package enum Misdeed: String, CaseIterable, Sendable {
        /// It filled what it had refused or cancelled.
        case contradicted
        case filledTwice
        /// It answered a request under the order's own id, which may mean another one by then.
        case spokeOfOrder
        /// It filled what it had changed by cancel and replacement, or cancelled unasked what it had
        /// changed. What came first nobody can tell where reports overtake one another.
        case replaced
    }

    package struct Leg {
        package let id: LifecycleID
        package let price: Price?
    }

    package let request: ProviderRequest
    package internal(set) var standing: Standing
    /// As it was sent, the half spread in it.
    package internal(set) var price: Price?
    package internal(set) var quantity: Quantity?
    package internal(set) var legs: [Shared.Leg: Leg] = [:]
    var isModified = false
    /// The last change was told as a cancel and a new order.
    package internal(set) var isReplaced = false
    package internal(set) var misdeeds: Set<Misdeed> = []
    /// The report of the opening fill, where it can be told again.
    var fill: Fields?

    init(_ request: ProviderRequest, _ standing: Standing) {
        self.request = request
        self.standing = standing
        price = request.price
        quantity = request.quantity
    }

    /// Whether one end alone is right.
    package var isPlain: Bool { misdeeds.isEmpty }
}
