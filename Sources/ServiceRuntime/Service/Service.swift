package import Shared

/// What makes a process what it is: its name, its lanes, and how a lane is equipped.
package struct ServiceDefinition: Sendable {
    /// The name of the binary; members and heartbeats go by it.
    package let name: String
    /// The stream it reads, one lane a partition.
    package let lane: @Sendable (_ partition: Int) -> LaneID
    /// Entries that one batch of a lane takes.
    package let batch: Int
    /// Whether its decisions need numbers for ids.
    package let usesNumbers: Bool
    /// The roles whose queues are watched; while one is too deep, or memory short, decisions see it
    /// in `Pressure`. Empty where no decision asks.
    package let watched: [Role]
    /// Makes the connections of the process's own thread.
    package let coordination: @Sendable () throws -> Coordination
    /// Makes what one lane works with; called on the lane's thread, which alone uses it.
    package let equip: @Sendable (LaneID, ServiceTools) throws -> LaneEquipment

    /// Makes what works beside the lanes; nil where nothing does.
    package let companion: (@Sendable (ServiceTools) throws -> any Companion)?

    package init(
        name: String, batch: Int = Lane.batch, usesNumbers: Bool = false, watched: [Role] = [],
        lane: @escaping @Sendable (Int) -> LaneID,
        coordination: @escaping @Sendable () throws -> Coordination,
        equip: @escaping @Sendable (LaneID, ServiceTools) throws -> LaneEquipment,
        companion: (@Sendable (ServiceTools) throws -> any Companion)? = nil
    ) {
        self.name = name
        self.batch = batch
        self.usesNumbers = usesNumbers
        self.watched = watched
        self.lane = lane
        self.coordination = coordination
        self.equip = equip
        self.companion = companion
    }
}

/// Work of a process beside its lanes, on a thread of its own.
package protocol Companion: Sendable {
    func start()

    /// Asks it to end; true once it has, and holds nothing any more.
    func stop() -> Bool
}

/// What the process's own thread works with.
package struct Coordination {
    package let store: any CoordinationStore
    package let pressure: any PressureStore
    /// Of what the store's scripts leave in keys.
    package let scriptVersion: String

    package init(
        store: any CoordinationStore, pressure: any PressureStore, scriptVersion: String
    ) {
        self.store = store
        self.pressure = pressure
        self.scriptVersion = scriptVersion
    }
}

/// What all lanes of a process share.
package struct ServiceTools: Sendable {
    package let topology: Topology
    package let version: AgreedVersion
    package let numbers: NumberGenerator
    package let pressure: Pressure
    package let counters: Counters
    package let log: Log
}

package struct LaneEquipment {
    package let store: any LaneStore
    package let processor: any BatchProcessor

    package init(store: any LaneStore, processor: any BatchProcessor) {
        self.store = store
        self.processor = processor
    }
}
