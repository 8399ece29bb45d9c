import ServiceRuntime
import Shared

/// Answers the requests of one partition from the recording, with the faults that its seed asks for.
final class SimulatorProcessor: BatchProcessor {
    /// How requests are answered: as recorded, but for what the seed says.
    struct Script: Sendable {
        let recording: Recording
        var faults = Faults()
        var refusals = Refusals.none
    }

    private let script: Script
    private let file: ReportFile
    private let sink: any ReportSink
    private let partitions: Int
    private let counters: any OutcomeCounting

    /// Set on a request that waited as its fault asks for, so that it waits once.
    private static let delayed = "simulated_delay"

    init(
        script: Script, file: ReportFile, sink: any ReportSink, partitions: Int,
        counters: any OutcomeCounting
    ) {
        self.script = script
        self.file = file
        self.sink = sink
        self.partitions = partitions
        self.counters = counters
    }

    func process(_ entries: [Entry], lane: LaneID, now server: ServerClock) -> [EntryResult] {
        let now = server.said
        var results: [EntryResult] = []
        var placed: [(index: Int, report: PlacedReport)] = []
        for (index, entry) in entries.enumerated() {
            switch read(entry) {
            case .failure(let error): results.append(counters.bury(entry, error))
            case .success(let request):
                let plan = script.faults.plan(for: request.id)
                if plan.delay > 0, entry.fields[Self.delayed] == nil {
                    var fields = entry.fields
                    fields[Self.delayed] = "1"
                    counters.count(.deferred, "simulated_delay")
                    results.append(.settle(.delay(milliseconds: plan.delay, fields)))
                    continue
                }
                let partition = request.key.account.partition(of: partitions)
                let reports = answers(to: request, plan, now).map {
                    (index, PlacedReport(partition: partition, report: $0))
                }
                placed += plan.isDuplicated ? reports + reports : reports
                results.append(.settle(.done))
            }
        }
        send(placed, &results)
        return results
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        counters.bury(entry, .crashLoop, nil)
    }

    private func read(_ entry: Entry) -> Result<ProviderRequest, MessageError> {
        do throws(MessageError) {
            return .success(try ProviderRequest(entry.fields))
        } catch {
            return .failure(error)
        }
    }

    private func answers(
        to request: ProviderRequest, _ plan: Faults.Plan, _ now: Int64
    ) -> [ExecutionReport] {
        guard plan.isRejected || script.refusals.refuses(request) else {
            let reports = script.recording.answers(to: request, at: now)
            return plan.isReordered ? reports.reversed() : reports
        }
        return [
            ExecutionReport(
                on: request.id, key: request.key, status: .rejected, execID: nil,
                averagePrice: nil, quantity: nil, reason: "simulated_reject", timestamp: now)
        ]
    }

    /// Into the file first, then into the queue. What could not be sent is held.
    private func send(
        _ placed: [(index: Int, report: PlacedReport)], _ results: inout [EntryResult]
    ) {
        guard !placed.isEmpty else { return }
        do {
            try file.append(placed.map { ($0.report.partition, $0.report.report) })
        } catch {
            counters.alarm("report file", ["error": "\(error)"])
            for (index, _) in placed { results[index] = .hold }
            return
        }
        for ((index, _), sent) in zip(placed, sink.send(placed.map(\.report))) {
            switch sent {
            case .success: counters.count(.applied, "reported")
            case .failure: results[index] = .hold
            }
        }
    }
}
