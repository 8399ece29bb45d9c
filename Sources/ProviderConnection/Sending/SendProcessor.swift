import ServiceRuntime
import Shared

/// Sends the messages of one partition of a provider's queue (architecture §4).
///
/// Each is marked before its first byte leaves and noted when it was handed over. One that is found
/// marked by somebody else may have left or not: the wire knows no question after a request, so it is
/// a dead letter `in_doubt` and not sent again, unless somebody decides so and redrives it.
final class SendProcessor: BatchProcessor {
    private let link: any FrameLink
    private let store: any WireStore
    private let rules: SendRules
    private let counters: any OutcomeCounting
    /// What this lane's attempts begin with: another process's are not ours.
    private let nonce: UInt64
    private var drawn = 0
    /// Messages under an attempt of ours that have not left, because writing or marking failed.
    private var attempts: [EntryID: WireMessage] = [:]
    /// Messages that have left and could not be noted yet.
    private var left: [EntryID: WireMessage] = [:]
    private var watch: RequestWatch

    /// - Parameter nonce: random; no two lanes that ever were have the same.
    init(
        link: any FrameLink, store: any WireStore, rules: SendRules,
        counters: any OutcomeCounting, nonce: UInt64
    ) {
        self.link = link
        self.store = store
        self.rules = rules
        self.counters = counters
        self.nonce = nonce
        watch = RequestWatch(rules)
    }

    func process(_ entries: [Entry], lane: LaneID, now server: ServerClock) -> [EntryResult] {
        let now = server.said
        watch.look(lane, store, counters)
        var results: [EntryID: EntryResult] = [:]
        note(lane, entries, now: now, into: &results)
        let open = entries.filter { results[$0.id] == nil && left[$0.id] == nil }
        send(open.prefix(rules.most), lane, now: now, into: &results)
        // What has no result has not left, or is not noted: it is held, and comes again.
        return entries.map { results[$0.id] ?? .hold }
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        bury(entry, .crashLoop, "it was alone in hand when three processes died")
    }

    func tend(_ lane: LaneID) { watch.look(lane, store, counters) }

    /// In pieces, in order: behind a piece that did not go whole nothing goes. While there is no
    /// connection nothing is even read, since all of it comes again many times.
    private func send(
        _ open: ArraySlice<Entry>, _ lane: LaneID, now: Int64,
        into results: inout [EntryID: EntryResult]
    ) {
        var rest = open
        while !rest.isEmpty, link.isUp {
            let piece = rest.prefix(rules.batch)
            rest = rest.dropFirst(piece.count)
            let requests = read(piece, now: now, into: &results)
            guard let marked = mark(requests, lane, into: &results) else { return }
            let count = link.send(marked.map(\.request.frame))
            for (request, message) in marked.prefix(count) {
                attempts[request.entry.id] = nil
                left[request.entry.id] = message
            }
            note(lane, marked.prefix(count).map(\.request.entry), now: now, into: &results)
            guard count == marked.count else { return unmark(marked.dropFirst(count), lane) }
        }
    }

    private func read(
        _ piece: ArraySlice<Entry>, now: Int64, into results: inout [EntryID: EntryResult]
    ) -> [OutgoingRequest] {
        var requests: [OutgoingRequest] = []
        for entry in piece {
            do throws(OutgoingFault) {
                requests.append(try OutgoingRequest(entry, limits: rules.limits, now: now))
            } catch {
                results[entry.id] = bury(entry, error.reason, error.detail)
            }
        }
        return requests
    }

    /// Marks a piece; what is not to be sent ends here. Nil where the store could not.
    private func mark(
        _ piece: [OutgoingRequest], _ lane: LaneID, into results: inout [EntryID: EntryResult]
    ) -> [(request: OutgoingRequest, message: WireMessage)]? {
        let messages = piece.map(message)
        let replies: [MarkReply]
        do throws(StoreError) {
            replies = try store.mark(lane, messages)
        } catch {
            alarm(error, "message not marked", lane)
            return nil
        }
        var marked: [(request: OutgoingRequest, message: WireMessage)] = []
        for ((request, message), reply) in zip(zip(piece, messages), replies) {
            switch reply {
            case .send: marked.append((request, message))
            case .sentBefore:
                counters.count(.ignored, IgnoreReason.duplicate.rawValue)
                results[request.entry.id] = .settle(.done)
            case .inDoubt:
                results[request.entry.id] = bury(
                    request.entry, .inDoubt,
                    "\(request.id) was marked before; whether it left is not known")
            }
            if reply != .send { attempts[request.entry.id] = nil }
        }
        return marked
    }

    /// The attempt of before, as long as it has not left: only so does the store know a repetition.
    private func message(_ request: OutgoingRequest) -> WireMessage {
        if let known = attempts[request.entry.id] { return known }
        drawn += 1
        let message = WireMessage(
            id: request.id, entry: request.entry.id, status: request.status,
            attempt: String(nonce, radix: 36) + "." + String(drawn))
        attempts[request.entry.id] = message
        return message
    }

    /// Notes what has left. A kill before that leaves it in doubt; a store that is away does not.
    private func note(
        _ lane: LaneID, _ entries: [Entry], now: Int64,
        into results: inout [EntryID: EntryResult]
    ) {
        let gone = entries.filter { left[$0.id] != nil }
        guard !gone.isEmpty else { return }
        do throws(StoreError) {
            try store.noteSent(lane, gone.compactMap { left[$0.id] })
        } catch {
            return alarm(error, "sent message not noted", lane)
        }
        for entry in gone {
            left[entry.id] = nil
            counters.applied(arrival: entry.arrival, at: now)
            results[entry.id] = .settle(.done)
        }
    }

    /// What did not leave is no longer marked, so that a stop of this process leaves no doubt. Where
    /// the store is away the mark stays, and the next try goes on under it.
    private func unmark(
        _ marked: ArraySlice<(request: OutgoingRequest, message: WireMessage)>, _ lane: LaneID
    ) {
        counters.alarm(
            "messages did not leave", ["lane": "\(lane)", "count": String(marked.count)])
        do throws(StoreError) {
            try store.unmark(lane, marked.map(\.message))
        } catch {
            alarm(error, "marks not taken back", lane)
        }
    }

    private func alarm(_ error: StoreError, _ message: StaticString, _ lane: LaneID) {
        counters.alarm(message, ["lane": "\(lane)", "error": error.description])
    }

    private func bury(_ entry: Entry, _ reason: DeadReason, _ detail: String) -> EntryResult {
        attempts[entry.id] = nil
        return counters.bury(entry, reason, detail)
    }
}

/// What frames are written to.
protocol FrameLink: AnyObject {
    var isUp: Bool { get }
    /// Returns how many were handed over whole; fewer end the connection.
    func send(_ frames: [[UInt8]]) -> Int
}

extension ProviderLink: FrameLink {}
