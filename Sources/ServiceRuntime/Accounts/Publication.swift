import Shared

/// Tells everybody of records, in the order that keeps ids resolvable and events gap-free: lookups,
/// messages to providers, events (architecture §3, publish). Then they may leave their outboxes.
struct Publication {
    let store: any AccountStore
    let partition: Int
    /// What goes wrong with an account; nil while all is well.
    private(set) var faults: [AccountID: Fault] = [:]

    enum Fault: Equatable {
        /// The store was away: the records stay in the outbox and the messages stay in hand.
        case held(StoreError)
        /// Published numbers contradict the account's own.
        case fork
        /// A record before these is gone.
        case gap
    }

    init(store: any AccountStore, partition: Int) {
        self.store = store
        self.partition = partition
    }

    /// - Parameter boxes: the unpublished records of each account, oldest first.
    /// - Returns: those of them that are published.
    mutating func publish(_ boxes: [[Record]]) -> [[Record]] {
        let all = boxes.flatMap { $0 }
        guard !all.isEmpty else { return [] }
        let withLookups = all.filter { !$0.lookups.isEmpty || $0.identity != nil && $0.placesOrder }
        if !withLookups.isEmpty { hold(withLookups, store.publishLookups(withLookups)) }
        let withSends = healthy(all).filter { !$0.sends.isEmpty }
        if !withSends.isEmpty { hold(withSends, store.publishSends(withSends)) }
        emit(healthy(all))
        announce(healthy(all))
        return boxes.map(healthy).filter { !$0.isEmpty }
    }

    private func healthy(_ records: [Record]) -> [Record] {
        records.filter { faults[$0.account] == nil }
    }

    private mutating func hold(_ records: [Record], _ results: [Result<Void, StoreError>]) {
        for (record, result) in zip(records, results) {
            if case .failure(let error) = result { faults[record.account] = .held(error) }
        }
    }

    private mutating func emit(_ records: [Record]) {
        guard !records.isEmpty else { return }
        do {
            let replies = try store.publishEvents(records, partition: partition)
            for (record, reply) in zip(records, replies) {
                switch reply {
                case .appended, .present: break
                case .fork: faults[record.account] = .fork
                case .gap: faults[record.account] = .gap
                }
            }
        } catch {
            for record in records { faults[record.account] = .held(error) }
        }
    }

    private mutating func announce(_ records: [Record]) {
        let answered = records.filter { $0.answered != nil }
        guard !answered.isEmpty else { return }
        do {
            try store.announce(
                answered.compactMap { record in
                    record.answered.map { AnsweredCommand(account: record.account, request: $0) }
                })
        } catch {
            for record in answered { faults[record.account] = .held(error) }
        }
    }
}
