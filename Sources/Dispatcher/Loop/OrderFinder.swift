import ServiceRuntime
import Shared

/// Leads from reported ids to orders, a batch in at most four round trips: orders by the keys that
/// reports give, then lookups, accounts and orders for all others.
struct OrderFinder {
    /// Nil for an id that nobody knows, yet.
    typealias Answer = Result<FoundOrder?, StoreError>

    let store: any DispatchStore

    /// One answer a report.
    func find(_ reports: [Report]) -> [Answer] {
        var answers = byKey(reports)
        let open = answers.indices.filter { answers[$0] == nil }
        for (index, answer) in zip(open, byLookup(open.map { reports[$0].id })) {
            answers[index] = answer
        }
        return answers.map { $0 ?? .success(nil) }
    }

    /// A key is trusted only if its order has the reported id. No answer where it is missing or
    /// wrong: the id is looked up then.
    private func byKey(_ reports: [Report]) -> [Answer?] {
        let keyed = reports.indices.compactMap { index in
            reports[index].key.map { (index: index, key: $0) }
        }
        var answers = [Answer?](repeating: nil, count: reports.count)
        guard !keyed.isEmpty else { return answers }
        for (item, reply) in zip(keyed, store.orders(keyed.map(\.key))) {
            switch reply {
            case .success(let stored):
                let found = FoundOrder(item.key, stored, reported: reports[item.index].id)
                answers[item.index] = found.map { .success($0) }
            case .failure(let error): answers[item.index] = .failure(error)
            }
        }
        return answers
    }

    private func byLookup(_ ids: [LifecycleID]) -> [Answer] {
        let orders = OrderFinder.step(ids.map { .success($0) }, store.lookUp)
        let accounts = OrderFinder.step(orders, store.accounts)
        let keys: [Result<OrderKey?, StoreError>] = zip(orders, accounts).map { order, account in
            account.map { account in
                guard let account, case .success(let order?) = order else { return nil }
                return OrderKey(account, order)
            }
        }
        let stored = OrderFinder.step(keys) { keys in
            store.orders(keys).map { $0.map { $0 } }
        }
        return zip(ids, zip(keys, stored)).map { id, found in
            found.1.map { stored in
                guard let stored, case .success(let key?) = found.0 else { return nil }
                return FoundOrder(key, stored, reported: id)
            }
        }
    }

    /// One round trip for those that have come so far; what is missing or failed passes through.
    private static func step<Input, Output>(
        _ inputs: [Result<Input?, StoreError>],
        _ ask: ([Input]) -> [Result<Output?, StoreError>]
    ) -> [Result<Output?, StoreError>] {
        let asked = inputs.compactMap { input in
            if case .success(let value?) = input { value } else { nil as Input? }
        }
        var replies = (asked.isEmpty ? [] : ask(asked)).makeIterator()
        return inputs.map { input in
            switch input {
            case .success(.some): replies.next() ?? .success(nil)
            case .success(nil): .success(nil)
            case .failure(let error): .failure(error)
            }
        }
    }
}
