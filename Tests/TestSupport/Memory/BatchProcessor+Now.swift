package import ServiceRuntime
package import Shared

extension BatchProcessor {
    /// At a server's clock that was read just now, ms.
    package func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        process(entries, lane: lane, now: ServerClock(said: now, asked: .now()))
    }

    /// The same.
    package func processSuspect(_ entry: Entry, lane: LaneID, now: Int64) -> EntryResult {
        processSuspect(entry, lane: lane, now: ServerClock(said: now, asked: .now()))
    }
}
