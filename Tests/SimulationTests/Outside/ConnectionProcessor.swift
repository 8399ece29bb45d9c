import Lives
import ServiceRuntime
import Shared

/// The provider's connection, as far as the loop is concerned: hands over and settles.
final class ConnectionProcessor: BatchProcessor {
    private let provider: ProviderModel

    init(_ provider: ProviderModel) { self.provider = provider }

    func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult] {
        for entry in entries { provider.receive(entry) }
        return entries.map { _ in .settle(.done) }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        process([entry], lane: lane, now: now)[0]
    }
}
