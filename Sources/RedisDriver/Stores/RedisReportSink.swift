package import ServiceRuntime
import Shared

/// Where our own providers write their reports: `queue:{reports:p}`.
package final class RedisReportSink: ReportSink {
    private let client: StoreClient
    /// Requests of a partition whose answers are remembered: more than a lane ever has answered and
    /// not settled, which is what it holds at most and one batch.
    private static let remembered = 16_384

    init(_ client: StoreClient) { self.client = client }

    package func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        client.runDurably(reports.map(Self.command)).map { $0.map { _ in } }
    }

    private static func command(_ placed: PlacedReport) -> Command {
        let lane = LaneID(queue: .reports, placed.partition)
        guard let request = placed.answers else {
            return Command(appending: placed.report.fields, to: lane)
        }
        var command = Command(Scripts.report, lane.answered, lane.stream)
        command.append(request.text)
        command.append(remembered)
        command.append(placed.report.fields)
        return command
    }
}

extension Command {
    /// Appends a message to a queue.
    init(appending fields: Fields, to lane: LaneID) {
        self.init("XADD", lane.stream, ["*"])
        append(fields)
    }
}
