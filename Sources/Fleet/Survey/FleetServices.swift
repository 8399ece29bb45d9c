import Shared

/// The processes of a fleet by the names of their binaries, and the queues in the order in which a
/// message goes through them.
enum FleetServices {
    static let names = [
        "order-entry", "house-provider", "provider-simulator", "dispatcher", "worker-open",
        "worker-close", "worker-reject", "worker-pending", "worker-cancel", "worker-stop-loss",
        "worker-take-profit", "persistence-writer", "projector",
    ]

    /// A provider's connections share its partitions among themselves, so each provider's have a name
    /// of their own.
    static func names(providers: [Substring]) -> [String] {
        names
            + providers.filter { $0 != Provider.house.name }
            .map { connection(to: $0) }
    }

    /// The name that the connections to a provider share.
    static func connection(to provider: some StringProtocol) -> String { wire + provider }

    /// The provider that a process is connected to; nil where it is no such process.
    static func provider(connectedBy service: String) -> String? {
        service.hasPrefix(wire) ? String(service.dropFirst(wire.count)) : nil
    }

    private static let wire = "provider-connection-"

    /// Roles that lie before others in a message's way come first, so that a message that moves on
    /// while queues are counted is seen at least once.
    static func roles(_ providers: Set<Provider>) -> [Role] {
        Role.all(providers: providers).enumerated().sorted { left, right in
            (rank(left.element), left.offset) < (rank(right.element), right.offset)
        }.map(\.element)
    }

    private static func rank(_ role: Role) -> Int {
        switch role {
        case .orders: 0
        case .provider: 1
        case .reports: 2
        case .open, .close, .cancel, .reject, .pending, .stopLoss, .takeProfit: 3
        }
    }
}
