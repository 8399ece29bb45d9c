package import Shared

/// Load, decide, apply, publish for a batch of one partition's messages (architecture §3).
package final class AccountProcessor<Handler: MessageHandler>: BatchProcessor {
    private let handler: Handler
    private let store: any AccountStore
    private let numbers: any NumberSource
    private let pressure: Pressure?
    private let retention: AccountWrite.Retention
    private let counters: any OutcomeCounting
    private var attempts: [EntryID: Int] = [:]

    /// Failures before a message is dead (architecture §3).
    private let mostAttempts = 5
    /// Messages of one account in a batch: a chain on a large book must be decided well within the
    /// two seconds after which its prices are too old to apply.
    private let longestChain = 64
    /// Conflicts in one batch after which an account is held rather than tried again at once.
    private let mostRounds = 100

    package init(
        _ handler: Handler, store: any AccountStore, numbers: any NumberSource,
        pressure: Pressure? = nil, retention: AccountWrite.Retention, counters: any OutcomeCounting
    ) {
        self.handler = handler
        self.store = store
        self.numbers = numbers
        self.pressure = pressure
        self.retention = retention
        self.counters = counters
    }

    package func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        var results: [EntryID: EntryResult] = [:]
        let work = decode(entries, into: &results)
        let settled = settle(work, partition: lane.partition)
        for verdict in settled {
            for (item, ruling) in zip(verdict.work.items, verdict.rulings) {
                results[item.entry.id] = result(
                    of: item, ruling, verdict, lane: lane, now: now)
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
                counters.count(.dead, error.deadReason.rawValue)
                results[entry.id] = .settle(
                    .dead(error.deadReason, Fields(["dead_detail": "\(error)"])))
            }
        }
        return order.map { AccountWork(account: $0, items: items[$0] ?? []) }
    }

    /// The end of one account's part in the batch.
    private struct Verdict {
        let work: AccountWork<Handler.Message>
        let rulings: [Ruling]
        /// When its chain was applied, by the server's clock; nil where nothing was.
        var appliedAt: Int64?
    }

    /// Rounds of load, decide, apply until no account conflicts; then publishes what all of them
    /// have in their outboxes.
    private func settle(
        _ work: [AccountWork<Handler.Message>], partition: Int
    ) -> [Verdict] {
        var verdicts: [Verdict] = []
        var boxes: [[Record]] = []
        var open = work
        var round = 0
        while !open.isEmpty {
            round += 1
            let outcome = attempt(open)
            for done in outcome.done {
                verdicts.append(done.verdict)
                if !done.box.isEmpty { boxes.append(done.box) }
            }
            open = outcome.conflicts
            if round == mostRounds {
                verdicts += open.map { held($0) }
                break
            }
        }
        var publication = Publication(store: store, partition: partition)
        publication.publish(boxes)
        let ends = verdicts.map { verdict in
            guard let fault = publication.faults[verdict.work.account] else { return verdict }
            return after(fault, verdict)
        }
        announceOthers(ends)
        return ends
    }

    /// Records announce the commands that made them; refusals and repeats have none. Who misses
    /// this finds the answer under its key.
    private func announceOthers(_ verdicts: [Verdict]) {
        var commands: [AnsweredCommand] = []
        for verdict in verdicts {
            for (item, ruling) in zip(verdict.work.items, verdict.rulings) {
                guard ruling.isAnswerWithoutRecord, let request = item.message.request else {
                    continue
                }
                commands.append(
                    AnsweredCommand(account: verdict.work.account, request: request.id))
            }
        }
        guard !commands.isEmpty else { return }
        do {
            try store.announce(commands)
        } catch {
            counters.alarm("answers not announced", ["error": "\(error)"])
        }
    }

    private func held(_ work: AccountWork<Handler.Message>) -> Verdict {
        Verdict(work: work, rulings: work.items.map { _ in .waiting })
    }

    /// Unpublished records hold everything of their account up; a parked account is excepted.
    private func after(_ fault: Publication.Fault, _ verdict: Verdict) -> Verdict {
        switch fault {
        case .held: return held(verdict.work)
        case .fork, .gap:
            let reason = fault == .fork ? "fork" : "gap"
            let token = OrdersToken(
                event: EventID(text: "parked/" + reason), random: numbers.random())
            do {
                try store.park(verdict.work.account, reason: reason, token: token)
                counters.alarm(
                    "account parked",
                    [
                        "account": verdict.work.account.tag, "reason": reason,
                    ])
                return verdict
            } catch {
                return held(verdict.work)
            }
        }
    }

    private struct Attempt {
        var done: [(verdict: Verdict, box: [Record])] = []
        var conflicts: [AccountWork<Handler.Message>] = []
    }

    private func attempt(_ work: [AccountWork<Handler.Message>]) -> Attempt {
        var attempt = Attempt()
        let loads = store.load(work.map(\.request))
        var ready: [(work: AccountWork<Handler.Message>, loaded: LoadedAccount)] = []
        for (work, load) in zip(work, loads) {
            switch load {
            case .success(let loaded): ready.append((work, loaded))
            case .failure(let error): attempt.done.append((failed(work, error), []))
            }
        }
        guard !ready.isEmpty else { return attempt }
        let chains: [Chain]
        do {
            chains = try deliberate(ready, &attempt)
        } catch {
            attempt.done += ready.map { (failed($0.work, error), []) }
            return attempt
        }
        write(chains, &attempt)
        return attempt
    }

    private struct Chain {
        let work: AccountWork<Handler.Message>
        let deliberation: Deliberation<Handler>
        let write: AccountWrite?
    }

    private func deliberate(
        _ ready: [(work: AccountWork<Handler.Message>, loaded: LoadedAccount)],
        _ attempt: inout Attempt
    ) throws(StoreError) -> [Chain] {
        let read = try Readings(for: ready, by: handler, from: store)
        var chains: [Chain] = []
        for (work, loaded) in ready {
            var deliberation = Deliberation(
                handler, on: loaded, prices: read.prices, terms: read.terms,
                pressure: pressure?.state ?? .none)
            deliberation.run(work.items, numbers: numbers)
            do {
                let write =
                    deliberation.writesSomething
                    ? try AccountWrite(
                        from: loaded, to: deliberation.account, records: deliberation.records,
                        events: deliberation.events, answers: deliberation.answers,
                        retention: retention) : nil
                chains.append(Chain(work: work, deliberation: deliberation, write: write))
            } catch {
                let refused = StoreError.refused(operation: "write", detail: "\(error)")
                attempt.done.append((failed(work, refused), loaded.outbox))
            }
        }
        return chains
    }

    private func write(_ chains: [Chain], _ attempt: inout Attempt) {
        var writing: [(chain: Chain, write: AccountWrite)] = []
        let claimed = claim(chains)
        for (chain, claim) in zip(chains, claimed) {
            let deliberation = chain.deliberation
            switch (claim, chain.write) {
            case (.success(true), let write?): writing.append((chain, write))
            case (.success(true), nil):
                let verdict = Verdict(work: chain.work, rulings: deliberation.rulings)
                attempt.done.append((verdict, deliberation.loaded.outbox))
            case (.success(false), _): attempt.conflicts.append(chain.work)
            case (.failure(let error), _):
                attempt.done.append((failed(chain.work, error), deliberation.loaded.outbox))
            }
        }
        guard !writing.isEmpty else { return }
        for ((chain, _), reply) in zip(writing, store.apply(writing.map(\.write))) {
            let deliberation = chain.deliberation
            switch reply {
            case .success(.applied(let at)):
                for record in deliberation.records { counters.transition(record) }
                let verdict = Verdict(
                    work: chain.work, rulings: deliberation.rulings, appliedAt: at)
                attempt.done.append((verdict, deliberation.loaded.outbox + deliberation.records))
            case .success(.conflict(let why)):
                counters.count(.conflict, why)
                attempt.conflicts.append(chain.work)
            case .failure(let error):
                attempt.done.append((failed(chain.work, error), deliberation.loaded.outbox))
            }
        }
    }

    /// Whether all new ids of each chain are its own now; a taken one means: decide again, with
    /// other numbers.
    private func claim(_ chains: [Chain]) -> [Result<Bool, StoreError>] {
        let claims = chains.flatMap(\.deliberation.claims)
        guard !claims.isEmpty else { return chains.map { _ in .success(true) } }
        var results = store.claim(claims)[...]
        return chains.map { chain in
            let own = results.prefix(chain.deliberation.claims.count)
            results = results.dropFirst(own.count)
            for result in own {
                switch result {
                case .success(true): continue
                case .success(false), .failure: return result
                }
            }
            return .success(true)
        }
    }

    /// A store that was away holds the account; any other failure is an attempt of the first
    /// message, so that no neighbour is blamed.
    private func failed(_ work: AccountWork<Handler.Message>, _ error: StoreError) -> Verdict {
        guard !error.isUnavailable, let first = work.items.first else { return held(work) }
        _ = first
        return Verdict(
            work: work,
            rulings: [.failed("\(error)")] + work.items.dropFirst().map { _ in .waiting })
    }

    private func result(
        of item: WorkItem<Handler.Message>, _ ruling: Ruling, _ verdict: Verdict, lane: LaneID,
        now: Int64
    ) -> EntryResult {
        switch ruling {
        case .applied:
            counters.applied(arrival: arrival(item), at: verdict.appliedAt ?? now)
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
        case .failed(let detail): return failedAttempt(item, detail, partition: lane.partition)
        case .waiting: return .hold
        }
    }

    private func arrival(_ item: WorkItem<Handler.Message>) -> EntryID {
        item.entry.fields[EntryField.arrival].flatMap { EntryID($0) } ?? item.entry.id
    }

    private func failedAttempt(
        _ item: WorkItem<Handler.Message>, _ detail: String, partition: Int
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
        guard item.message.request == nil else {
            return refuseFailed(item, partition: partition)
        }
        return bury(item, .attempts, detail: detail)
    }

    /// A decoded command is never dead: it is refused `internal_error`.
    private func refuseFailed(
        _ item: WorkItem<Handler.Message>, partition: Int
    ) -> EntryResult {
        guard let request = item.message.request else { return .hold }
        let work = AccountWork(account: item.message.account, items: [item])
        guard case .success(let loaded)? = store.load([work.request]).first else { return .hold }
        let result = CommandResult(
            digest: request.digest, isAccepted: false, reason: "internal_error", order: nil,
            lifecycleID: nil, timestamp: loaded.now)
        let answer = CommandAnswer(request: request.id, result: result)
        guard
            let write = try? AccountWrite(
                from: loaded, to: loaded.account, records: [], events: [:], answers: [answer],
                retention: retention),
            case .success(.applied)? = store.apply([write]).first
        else { return .hold }
        counters.count(.refused, "internal_error")
        return .settle(.done)
    }

    /// A dead letter goes through its account first: what was applied is no dead letter, and what
    /// is one must do nothing later.
    private func bury(
        _ item: WorkItem<Handler.Message>, _ reason: DeadReason, detail: String?
    ) -> EntryResult {
        var fields = Fields()
        fields["dead_detail"] = detail
        counters.alarm(
            "dead letter",
            [
                "account": item.message.account.tag, "event_id": item.message.eventID.text,
                "reason": reason.rawValue,
            ])
        guard reason.isMarked, let order = item.message.order else {
            counters.count(.dead, reason.rawValue)
            return .settle(.dead(reason, fields))
        }
        let key = OrderKey(item.message.account, order)
        do {
            switch try store.markDead(key, item.message.eventID, reason) {
            case .marked, .unknownOrder:
                counters.count(.dead, reason.rawValue)
                return .settle(.dead(reason, fields))
            case .applied: return .hold
            }
        } catch {
            return .hold
        }
    }

    package func processSuspect(_ entry: Entry, lane: LaneID, now: Int64) -> EntryResult {
        let message: Handler.Message
        do {
            message = try Handler.Message(entry.fields, entry: "\(entry.id)")
        } catch {
            return process([entry], lane: lane, now: now)[0]
        }
        let item = WorkItem(entry: entry, message: message)
        guard message.request == nil else { return refuseFailed(item, partition: lane.partition) }
        let buried = bury(item, .crashLoop, detail: nil)
        guard buried == .hold else { return buried }
        return parkUnpublished(item)
    }

    /// The event was applied, so it is its publication that kills: the account is parked with its
    /// outbox kept, and a redrive publishes it.
    private func parkUnpublished(_ item: WorkItem<Handler.Message>) -> EntryResult {
        let account = item.message.account
        let token = OrdersToken(
            event: EventID(text: "parked/unpublished"), random: numbers.random())
        do {
            try store.park(account, reason: DeadReason.unpublished.rawValue, token: token)
            counters.count(.dead, DeadReason.unpublished.rawValue)
            return .settle(.dead(.unpublished, Fields()))
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
        case .accountParked, .parked, .unreadable, .unknownVersion, .unknownID: false
        case .ambiguous, .ambiguousFill, .attempts, .crashLoop, .impossible, .inDoubt, .lateFill,
            .neverReady, .notServed, .partialFill, .secondFill, .staleSend, .unknownStatus,
            .unmappedCancelState, .unpublished:
            true
        }
    }
}
