import Shared

/// How one process' connection to its provider stands, as its heartbeat tells.
struct LinkState: Sendable, Equatable {
    let provider: String
    let member: String
    let isUp: Bool
    /// Connections that ended since the process began, other than by its own stop.
    let losses: Int

    /// Nil for a process that keeps no connection.
    init?(_ process: ProcessState) {
        guard let provider = FleetServices.provider(connectedBy: process.service) else {
            return nil
        }
        self.provider = provider
        member = process.member
        isUp = process.gauges["link_up"] == 1
        losses = process.gauges["link_losses"] ?? 0
    }

    static func table(_ links: [LinkState]) -> Table {
        var table = Table([
            .init("provider"), .init("member"), .init("up"), .init("losses", numeric: true),
        ])
        for link in links {
            table.add([
                .string(link.provider), .string(link.member), .bool(link.isUp),
                JSONValue(link.losses),
            ])
        }
        return table
    }
}
