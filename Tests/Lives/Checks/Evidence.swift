package import Shared
package import TestSupport

/// What is left of a run when everything is quiet, and what the world outside knows of it.
package struct Evidence {
    /// All that Redis holds of the accounts, of their orders and of what was sent.
    package let world: MemoryWorld
    package let accounts: [AccountID]
    /// Every event of each account, in order.
    package let events: [AccountID: [Fields]]
    /// Every command by its name.
    package let submitted: [String: Submitted]
    package let provider: ProviderModel
    /// What the house holds of its orders.
    package let held: [OrderID: HeldOrder]
    /// Balances by whoever keeps the books behind the events.
    package let booked: [AccountID: Money]
    /// Every lane that may have dead letters.
    package let lanes: [LaneID]

    package init(
        _ world: MemoryWorld, accounts: [AccountID], events: [AccountID: [Fields]],
        submitted: [String: Submitted], provider: ProviderModel, held: [OrderID: HeldOrder],
        booked: [AccountID: Money], lanes: [LaneID]
    ) {
        self.world = world
        self.accounts = accounts
        self.events = events
        self.submitted = submitted
        self.provider = provider
        self.held = held
        self.booked = booked
        self.lanes = lanes
    }

    /// What is dead when nothing is left to be brought back.
    package var letters: [LeftLetter] {
        lanes.flatMap { lane in
            world.entries(of: lane.dead).map { LeftLetter($0, lane, world) }
        }
    }

    /// Every order that ever was, from its events: its snapshots.
    package func orders(_ account: AccountID) -> [OrderID: [Fields]] {
        var orders: [OrderID: [Fields]] = [:]
        for event in events[account] ?? [] {
            guard let id = event["order_id"].flatMap({ try? OrderID($0) }) else { continue }
            orders[id, default: []].append(event)
        }
        return orders
    }
}

/// What the house holds of an order.
package struct HeldOrder {
    package typealias Standing = MemoryTriggers.Standing

    package let standing: Standing
    /// Of a pending order, as the market is compared with it.
    package let price: Price?
    package let quantity: Quantity?
    package let legs: [Leg: (id: LifecycleID, price: Price)]

    package init(
        _ standing: Standing, price: Price?, quantity: Quantity?,
        legs: [Leg: (id: LifecycleID, price: Price)]
    ) {
        self.standing = standing
        self.price = price
        self.quantity = quantity
        self.legs = legs
    }

    /// Whether something of it can still fire.
    var rests: Bool { standing == .pending || !legs.isEmpty }
}
