package import ServiceRuntime
import Shared

/// Where our own providers write their reports: `queue:{reports:p}`.
package final class RedisReportSink: AnswerSink {
    private let client: StoreClient
    /// Requests of a partition whose answers are remembered: more than a lane ever has answered and
    /// not settled, which is what it holds at most and one batch.
    private static let remembered = 16_384

    init(_ client: StoreClient) { self.client = client }

    package func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        let commands = reports.map { placed in
            RedisCommand(
                appending: placed.report.fields, to: LaneID(queue: .reports, placed.partition))
        }
        return client.runDurably(commands).map { $0.map { _ in } }
    }

    package func answer(_ answers: [PlacedAnswer]) -> [Result<AnswerReply, StoreError>] {
        client.runDurably(answers.map(Self.command)).map { reply in
            reply.read("report") { reply -> AnswerReply? in
                switch reply.number {
                case 0, 1: .answered
                case 2: .priceTooOld
                default: nil
                }
            }
        }
    }

    private static func command(_ answer: PlacedAnswer) -> RedisCommand {
        let lane = LaneID(queue: .reports, answer.placed.partition)
        var command = RedisCommand(Scripts.report, lane.answered, lane.stream)
        command.append(answer.request.text)
        command.append(remembered)
        command.append(answer.freshness)
        command.append(answer.placed.report.fields)
        return command
    }
}

extension RedisCommand {
    /// Appends until when something may be done at a price: two arguments, '' for always.
    mutating func append(_ freshness: Freshness?) {
        append(freshness.map { String($0.since) } ?? "")
        append(freshness.map { String($0.left) } ?? "")
    }

    /// Appends a message to a queue.
    init(appending fields: Fields, to lane: LaneID) {
        self.init("XADD", lane.stream, ["*"])
        append(fields)
    }
}
