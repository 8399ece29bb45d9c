import ServiceRuntime
import Shared

/// Brings a batch's changes of triggers to the store, each order's in the order in which they came.
final class TriggerDesk {
    struct Change {
        let entry: Entry
        let change: TriggerChange
    }

    private let store: any TriggerStore
    private var alarms: StoreAlarms

    init(_ store: any TriggerStore, counters: any OutcomeCounting) {
        self.store = store
        alarms = StoreAlarms(counters)
    }

    /// The answers to what is done and told to other readers; an entry without one comes again, and so
    /// do the later ones of its order. A change waits for the one before it of the same order: they are
    /// one round trip as long as no order has two.
    func change(_ changes: [Change]) -> [EntryID: TriggerAnswer] {
        guard register(changes) else { return [:] }
        var answers: [EntryID: TriggerAnswer] = [:]
        var waiting = changes
        var failed: Set<OrderKey> = []
        while !waiting.isEmpty {
            var taken: Set<OrderKey> = []
            var round: [Change] = []
            var rest: [Change] = []
            for change in waiting where !failed.contains(change.change.key) {
                if taken.insert(change.change.key).inserted {
                    round.append(change)
                } else {
                    rest.append(change)
                }
            }
            failed.formUnion(make(round, into: &answers))
            waiting = rest
        }
        return answers
    }

    /// The orders of which something failed, or came too late.
    private func make(
        _ round: [Change], into answers: inout [EntryID: TriggerAnswer]
    ) -> Set<OrderKey> {
        var failed: Set<OrderKey> = []
        var told: [(change: Change, answer: TriggerAnswer, copy: TriggerCopy)] = []
        for (change, reply) in zip(round, store.change(round.map(\.change))) {
            switch reply {
            case .success(.priceTooOld): failed.insert(change.change.key)
            case .success(.answered(let answer)):
                if let copy = answer.copy {
                    told.append((change, answer, copy))
                } else {
                    answers[change.entry.id] = answer
                }
            case .failure(let error):
                failed.insert(change.change.key)
                alarms.note(error, "trigger not changed", change.change.key.text)
            }
        }
        for (item, reply) in zip(told, store.copy(told.map(\.copy))) {
            let key = item.change.change.key
            alarms.note(reply.failure, "trigger not changed", key.text)
            // Other readers' copy that the store refuses is somebody's to mend; the change is made.
            if let error = reply.failure, error.isUnavailable {
                failed.insert(key)
            } else {
                answers[item.change.entry.id] = item.answer
            }
        }
        return failed
    }

    /// Before a symbol has its first trigger, somebody must know that it is to be looked after.
    private func register(_ changes: [Change]) -> Bool {
        let symbols = Set(changes.lazy.filter(\.change.action.addsTrigger).map(\.change.symbol))
        do throws(StoreError) {
            try store.register(symbols)
            alarms.note(nil, "symbols not registered", "symbols")
            return true
        } catch {
            alarms.note(error, "symbols not registered", "symbols")
            return false
        }
    }
}

extension TriggerChange.Action {
    fileprivate var addsTrigger: Bool {
        switch self {
        case .rest, .setLeg: true
        case .move, .cancel, .cancelLeg, .close: false
        }
    }
}
