import Shared

/// The services of the spine, as the simulation runs them.
enum SimulatedService: String, CaseIterable {
    case orderEntry, dispatcher, workerOpen, workerClose, workerReject, house, connection
    case persistence, projector

    var name: String { rawValue }

    /// How many processes share its lanes.
    var members: Int {
        switch self {
        case .orderEntry, .dispatcher, .workerOpen, .workerClose: 2
        case .workerReject, .house, .connection, .persistence, .projector: 1
        }
    }

    func lane(_ partition: Int) -> LaneID {
        switch self {
        case .orderEntry: LaneID(queue: .orders, partition)
        case .dispatcher: LaneID(queue: .reports, partition)
        case .workerOpen: LaneID(queue: .open, partition)
        case .workerClose: LaneID(queue: .close, partition)
        case .workerReject: LaneID(queue: .reject, partition)
        case .house: LaneID(queue: .provider(.house), partition)
        case .connection: LaneID(queue: .provider(ProviderModel.provider), partition)
        case .persistence: LaneID(events: partition, .persistence)
        case .projector: LaneID(events: partition, .projection)
        }
    }
}
