package import ServiceRuntime
import Shared

/// Where our own providers write their reports: `queue:{reports:p}`.
package final class RedisReportSink: ReportSink {
    private let client: StoreClient

    init(_ client: StoreClient) { self.client = client }

    package func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        let commands = reports.map { placed in
            Command(
                appending: placed.report.fields, to: LaneID(queue: .reports, placed.partition))
        }
        return client.runDurably(commands).map { $0.map { _ in } }
    }
}

extension Command {
    /// Appends a message to a queue.
    init(appending fields: Fields, to lane: LaneID) {
        self.init("XADD", lane.stream, ["*"])
        append(fields)
    }
}
