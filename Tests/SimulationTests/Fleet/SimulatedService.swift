import Lives
import Shared

/// The services of the fleet, as the simulation runs them.
enum SimulatedService: String, CaseIterable {
    case orderEntry, dispatcher, house, connection
    case workerOpen, workerClose, workerCancel, workerReject, workerPending
    case workerStopLoss, workerTakeProfit
    case persistence, projector

    var name: String { rawValue }

    /// How many processes share its lanes.
    var members: Int {
        switch self {
        case .orderEntry, .dispatcher, .workerOpen, .workerClose: 2
        case .house, .connection, .workerCancel, .workerReject, .workerPending, .workerStopLoss,
            .workerTakeProfit, .persistence, .projector:
            1
        }
    }

    func lane(_ partition: Int) -> LaneID {
        switch self {
        case .orderEntry: LaneID(queue: .orders, partition)
        case .dispatcher: LaneID(queue: .reports, partition)
        case .workerOpen: LaneID(queue: .open, partition)
        case .workerClose: LaneID(queue: .close, partition)
        case .workerCancel: LaneID(queue: .cancel, partition)
        case .workerReject: LaneID(queue: .reject, partition)
        case .workerPending: LaneID(queue: .pending, partition)
        case .workerStopLoss: LaneID(queue: .stopLoss, partition)
        case .workerTakeProfit: LaneID(queue: .takeProfit, partition)
        case .house: LaneID(queue: .provider(.house), partition)
        case .connection: LaneID(queue: .provider(ProviderModel.provider), partition)
        case .persistence: LaneID(events: partition, .persistence)
        case .projector: LaneID(events: partition, .projection)
        }
    }
}
