package import Shared

/// Load, decide, apply, publish for a batch of one partition's messages (architecture §3).
package final class AccountProcessor<Handler: MessageHandler>: BatchProcessor {
    let handler: Handler
    let store: any AccountStore
    let numbers: any NumberSource
    let pressure: Pressure?
    let retention: AccountWrite.Retention
    let counters: any OutcomeCounting
    let clock: () -> MonotonicTime
    private var attempts: [EntryID: Int] = [:]
    /// What the last batch published, an account each.
    var published: [[Record]] = []

    /// Failures before a message is dead (architecture §3).
    private let mostAttempts = 5
    /// Messages of one account in a batch: a chain on a large book must be decided well within the
    /// two seconds after which its prices are too old to apply.
    private let longestChain = 64
    /// Conflicts in one batch after which an account is held rather than tried again at once.
    let mostRounds = 100

    package init(
        _ handler: Handler, store: any AccountStore, numbers: any NumberSource,
        pressure: Pressure? = nil, retention: AccountWrite.Retention, counters: any OutcomeCounting,
        clock: @escaping () -> MonotonicTime = MonotonicTime.now
    ) {
        self.handler = handler
        self.store = store
        self.numbers = numbers
        self.pressure = pressure
        self.retention = retention
        self.counters = counters
        self.clock = clock
    }

    package func process(_ entries: [Entry], lane: LaneID, now: ServerClock) -> [EntryResult] {
        var results: [EntryID: EntryResult] = [:]
        let work = decode(entries, into: &results)
        for account in decideAndPublish(work, partition: lane.partition, now) {
            for (item, ruling) in zip(account.work.items, account.rulings) {
                results[item.entry.id] = result(of: item, ruling, account, now: now.said)
            }
        }
        for entry in entries where results[entry.id] != .hold { attempts[entry.id] = nil }
        return entries.map { results[$0.id] ?? .hold }
    }

    private func decode(
        _ entries: [Entry], into results: inout [EntryID: EntryResult]
    ) -> [AccountWork<Handler.Message>] {
        var order: [AccountID] = []
        var items: [AccountID: [WorkItem<Handler.Message>]] = [:]
        for entry in entries {
            do {
                let message = try Handler.Message(entry.fields, entry: "\(entry.id)")
                if items[message.account] == nil { order.append(message.account) }
                // The rest of a long chain is held, in order, for the next batch.
                guard items[message.account, default: []].count < longestChain else { continue }
                items[message.account, default: []].append(
                    WorkItem(entry: entry, message: message))
            } catch {
                results[entry.id] = counters.bury(entry, error)
            }
        }
        return order.map { AccountWork(account: $0, items: items[$0] ?? []) }
    }

    private func result(
        of item: WorkItem<Handler.Message>, _ ruling: Ruling, _ result: AccountResult, now: Int64
    ) -> EntryResult {
        switch ruling {
        case .applied:
            counters.applied(arrival: item.entry.arrival, at: result.appliedAt ?? now)
            return .settle(.done)
        case .answered:
            counters.count(.ignored, IgnoreReason.duplicate.rawValue)
            return .settle(.done)
        case .ignored(let reason):
            counters.count(.ignored, reason.rawValue)
            return .settle(.done)
        case .refused(let reason):
            counters.count(.refused, String(reason.prefix { $0 != ":" }))
            return .settle(.done)
        case .deferred(let reason):
            let disposition = Deferral.disposition(of: item.entry, reason, now: now)
            if case .dead(let death, _) = disposition {
                return bury(item, death, detail: reason.rawValue)
            }
            counters.count(.deferred, reason.rawValue)
            if Deferral.alarms(item.entry, reason) {
                counters.alarm(
                    "message waits",
                    [
                        "account": item.message.account.tag, "reason": reason.rawValue,
                        "event_id": item.message.eventID.text,
                    ])
            }
            return .settle(disposition)
        case .dead(let reason): return bury(item, reason, detail: nil)
        case .failed(let detail): return failedAttempt(item, detail)
        case .waiting: return .hold
        }
    }

    private func failedAttempt(
        _ item: WorkItem<Handler.Message>, _ detail: String
    ) -> EntryResult {
        let count = (attempts[item.entry.id] ?? 0) + 1
        attempts[item.entry.id] = count
        counters.alarm(
            "attempt failed",
            [
                "account": item.message.account.tag, "entry": "\(item.entry.id)",
                "attempt": String(count), "detail": detail,
            ])
        guard count >= mostAttempts else { return .hold }
        guard item.message.request == nil else { return refuseFailed(item) }
        return bury(item, .attempts, detail: detail)
    }

    /// A decoded command is never dead: it is refused `internal_error`.
    private func refuseFailed(_ item: WorkItem<Handler.Message>) -> EntryResult {
        guard let request = item.message.request, let loaded = load(item) else { return .hold }
        let reason = RefuseReason.internalError.rawValue
        let result = CommandResult(refused: reason, digest: request.digest, at: loaded.now)
        let answer = CommandAnswer(request: request.id, result: result)
        guard
            let write = try? AccountWrite(
                from: loaded, to: loaded.account, records: [], events: [:], answers: [answer],
                retention: retention),
            case .success(.applied)? = store.apply([write]).first
        else { return .hold }
        counters.count(.refused, reason)
        return .settle(.done)
    }

    /// A dead letter goes through its account first: what was applied is no dead letter, and what
    /// is one must do nothing later.
    private func bury(
        _ item: WorkItem<Handler.Message>, _ reason: DeadReason, detail: String?
    ) -> EntryResult {
        buried(item, reason, detail: detail) ?? .hold
    }

    /// The same; nil where the event was applied already.
    private func buried(
        _ item: WorkItem<Handler.Message>, _ reason: DeadReason, detail: String?
    ) -> EntryResult? {
        if reason.isMarked, let order = item.message.order {
            let key = OrderKey(item.message.account, order)
            do {
                switch try store.markDead(
                    key, item.message.eventID, reason, entry: item.entry.id)
                {
                // Who slept until it came back has lost the lane, and settles nothing either.
                case .marked, .unknownOrder, .redriven: break
                case .applied: return nil
                }
            } catch {
                return .hold
            }
        }
        return counters.bury(item.entry, reason, detail)
    }

    package func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        let message: Handler.Message
        do {
            message = try Handler.Message(entry.fields, entry: "\(entry.id)")
        } catch {
            return process([entry], lane: lane, now: now)[0]
        }
        let item = WorkItem(entry: entry, message: message)
        guard message.request == nil else { return suspectCommand(item, lane: lane, now: now) }
        // The mark comes first and reads nothing of the account: loading it may be what kills.
        if let buried = buried(item, .crashLoop, detail: nil) { return buried }
        guard let loaded = load(item) else { return .hold }
        return suspectPublication(item, loaded, lane: lane, now: now)
    }

    private func load(_ item: WorkItem<Handler.Message>) -> LoadedAccount? {
        let work = AccountWork(account: item.message.account, items: [item])
        guard case .success(let loaded)? = store.load([work.request]).first else { return nil }
        return loaded
    }

    private func suspectCommand(
        _ item: WorkItem<Handler.Message>, lane: LaneID, now: ServerClock
    ) -> EntryResult {
        guard let loaded = load(item), let request = item.message.request else { return .hold }
        guard loaded.account.answers[request.id] == nil else {
            return suspectPublication(item, loaded, lane: lane, now: now)
        }
        return refuseFailed(item)
    }

    /// What was applied can only kill by the publication of its own record. Once that is done, whoever
    /// died was not killed by this message, and nothing of it is left to do.
    private func suspectPublication(
        _ item: WorkItem<Handler.Message>, _ loaded: LoadedAccount, lane: LaneID, now: ServerClock
    ) -> EntryResult {
        let event = item.message.eventID.text
        guard loaded.outbox.contains(where: { $0.event["event_id"] == event }) else {
            return process([item.entry], lane: lane, now: now)[0]
        }
        return parkUnpublished(item)
    }

    /// The account is parked with its outbox kept, and a redrive publishes it.
    private func parkUnpublished(_ item: WorkItem<Handler.Message>) -> EntryResult {
        let account = item.message.account
        let token = OrdersToken(
            event: EventID(text: "parked/unpublished"), random: numbers.random())
        do {
            try store.park(account, reason: DeadReason.unpublished.rawValue, token: token)
            return counters.bury(item.entry, .unpublished, nil)
        } catch {
            return .hold
        }
    }
}

extension DeadReason {
    /// Whether the event is marked in its order, so that a later apply of it does nothing. What
    /// returns by a plain redrive is not.
    var isMarked: Bool {
        switch self {
        case .accountParked, .parked, .tooManyDecimals, .unreadable, .unknownVersion, .unknownID:
            false
        case .ambiguous, .ambiguousFill, .attempts, .crashLoop, .dropped, .impossible, .inDoubt,
            .lateFill, .neverReady, .notServed, .partialFill, .secondFill, .staleSend,
            .unknownStatus, .unmappedCancelState, .unpublished:
            true
        }
    }
}
