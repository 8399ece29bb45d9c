package import Shared

/// Rounds of load, decide, apply, until every account of a batch is through; then publication.
extension AccountProcessor {
    /// The end of one account's part in the batch.
    struct AccountResult {
        let work: AccountWork<Handler.Message>
        let rulings: [Ruling]
        /// When its chain was applied, by the server's clock; nil where nothing was.
        var appliedAt: Int64?
    }

    /// Rounds of load, decide, apply until no account conflicts; then publishes what all of them
    /// have in their outboxes.
    ///
    /// - Parameter server: that of the queue.
    func decideAndPublish(
        _ work: [AccountWork<Handler.Message>], partition: Int, _ server: ServerClock
    ) -> [AccountResult] {
        var results: [AccountResult] = []
        var boxes: [[Record]] = []
        var open = work
        var round = 0
        while !open.isEmpty {
            round += 1
            let outcome = attempt(open, server)
            for done in outcome.done {
                results.append(done.result)
                if !done.box.isEmpty { boxes.append(done.box) }
            }
            open = outcome.conflicts
            if round == mostRounds {
                results += open.map { held($0) }
                break
            }
        }
        var publication = Publication(store: store, partition: partition)
        published = publication.publish(boxes)
        let ends = results.map { result in
            guard let fault = publication.faults[result.work.account] else { return result }
            return after(fault, result)
        }
        announceOthers(ends)
        return ends
    }

    /// Records announce the commands that made them; refusals and repeats have none. Who misses
    /// this finds the answer under its key.
    private func announceOthers(_ results: [AccountResult]) {
        var commands: [AnsweredCommand] = []
        for result in results {
            for (item, ruling) in zip(result.work.items, result.rulings) {
                guard ruling.isAnswerWithoutRecord, let request = item.message.request else {
                    continue
                }
                commands.append(
                    AnsweredCommand(account: result.work.account, request: request.id))
            }
        }
        guard !commands.isEmpty else { return }
        do {
            try store.announce(commands)
        } catch {
            counters.alarm("answers not announced", ["error": "\(error)"])
        }
    }

    private func held(_ work: AccountWork<Handler.Message>) -> AccountResult {
        AccountResult(work: work, rulings: work.items.map { _ in .waiting })
    }

    /// Unpublished records hold everything of their account up; a parked account is excepted.
    private func after(_ fault: Publication.Fault, _ result: AccountResult) -> AccountResult {
        switch fault {
        case .held: return held(result.work)
        case .fork: return park(result.work.account, "fork") ? result : held(result.work)
        case .gap: return park(result.work.account, "gap") ? result : held(result.work)
        }
    }

    /// False where the store was away.
    private func park(_ account: AccountID, _ reason: String) -> Bool {
        let token = OrdersToken(
            event: EventID(text: "parked/" + reason), random: numbers.random())
        do {
            try store.park(account, reason: reason, token: token)
            counters.alarm("account parked", ["account": account.tag, "reason": reason])
            return true
        } catch {
            counters.alarm(
                "account not parked",
                ["account": account.tag, "reason": reason, "error": "\(error)"])
            return false
        }
    }

    package func takePublished() -> [[Record]] {
        defer { published = [] }
        return published
    }

    /// What is not out of its outbox is found there, and published again, by whoever loads the account
    /// next; so a fork shows itself again too.
    package func unboxed(
        _ published: [[Record]], _ replies: [Result<UnboxReply, StoreError>]
    ) {
        for (records, reply) in zip(published, replies) {
            guard let account = records.first?.account else { continue }
            switch reply {
            case .success(.removed): continue
            case .success(.fork): _ = park(account, "fork")
            case .failure(let error):
                counters.alarm(
                    "records stay in their outbox",
                    ["account": account.tag, "error": "\(error)"])
            }
        }
    }

    /// One line a transition; what somebody should look at, such as a late fill, is an alarm too.
    private func tell(of record: Record) {
        counters.transition(record)
        guard let alarm = record.event[EventField.alarm] else { return }
        counters.alarm(
            "transition to look at",
            [
                "account": record.account.tag, "order_id": record.identity?.order.text ?? "-",
                "alarm": alarm,
            ])
    }

    private struct Attempt {
        var done: [(result: AccountResult, box: [Record])] = []
        var conflicts: [AccountWork<Handler.Message>] = []
    }

    private func attempt(
        _ work: [AccountWork<Handler.Message>], _ server: ServerClock
    ) -> Attempt {
        var attempt = Attempt()
        let loads = store.load(work.map { $0.request })
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
            chains = try deliberate(ready, server, &attempt)
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
        _ server: ServerClock, _ attempt: inout Attempt
    ) throws(StoreError) -> [Chain] {
        let read = try Readings(for: ready, by: handler, from: store)
        let queueNow = server.latest(at: clock())
        var chains: [Chain] = []
        for (work, loaded) in ready {
            let deliberation = Deliberation(
                handler, on: loaded, queueNow: queueNow, prices: read.prices, terms: read.terms,
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
                let result = AccountResult(work: chain.work, rulings: deliberation.rulings)
                attempt.done.append((result, deliberation.loaded.outbox))
            case (.success(false), _): attempt.conflicts.append(chain.work)
            case (.failure(let error), _):
                attempt.done.append((failed(chain.work, error), deliberation.loaded.outbox))
            }
        }
        guard !writing.isEmpty else { return }
        for ((chain, _), reply) in zip(writing, store.apply(writing.map { $0.write })) {
            let deliberation = chain.deliberation
            switch reply {
            case .success(.applied(let at)):
                for record in deliberation.records { tell(of: record) }
                let result = AccountResult(
                    work: chain.work, rulings: deliberation.rulings, appliedAt: at)
                attempt.done.append((result, deliberation.loaded.outbox + deliberation.records))
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
        let claims = chains.flatMap { $0.deliberation.claims }
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
    private func failed(_ work: AccountWork<Handler.Message>, _ error: StoreError) -> AccountResult
    {
        guard !error.isUnavailable, !work.items.isEmpty else { return held(work) }
        return AccountResult(
            work: work,
            rulings: [.failed("\(error)")] + work.items.dropFirst().map { _ in .waiting })
    }
}
