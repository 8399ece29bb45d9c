package import ServiceRuntime
import Shared

/// What the projector writes for other readers.
package final class RedisProjectionStore: ProjectionStore {
    private let client: StoreClient

    init(_ client: StoreClient) { self.client = client }

    /// One round trip, and two more for orders that ended or were opened again: their ids lie in
    /// other slots, where no script can tell a sleeper from the projector, so the answer for the
    /// order, which can, comes first. A sleeper that wakes just then looks once more, and takes an
    /// expiry back that came behind a re-opening.
    package func project(_ changes: [ProjectedOrder]) -> [Result<Void, StoreError>] {
        let replies = client.run(changes.flatMap { [copying($0), holding($0)] })
        var results: [Result<Void, StoreError>] = []
        var expiries: [(change: Int, commands: [RedisCommand])] = []
        for (index, change) in changes.enumerated() {
            let copied = replies[2 * index].read("project_order", Self.standing)
            results.append(copied.flatMap { _ in replies[2 * index + 1].map { _ in } })
            guard case .success(let standing) = copied else { continue }
            switch standing {
            case .newer, .same: continue
            case .ended: expiries.append((index, leading(change, expiring: true)))
            case .reopened: expiries.append((index, leading(change, expiring: false)))
            }
        }
        lead(expiries, &results)
        lead(reopened(changes, of: expiries, &results), &results)
        return results
    }

    private func lead(
        _ expiries: [(change: Int, commands: [RedisCommand])],
        _ results: inout [Result<Void, StoreError>]
    ) {
        var answers = client.run(expiries.flatMap(\.commands))[...]
        for (index, commands) in expiries {
            for answer in answers.prefix(commands.count) {
                if case .failure(let error) = answer { results[index] = .failure(error) }
            }
            answers = answers.dropFirst(commands.count)
        }
    }

    /// Of the orders whose ids were given an expiry, those that are open again by now.
    private func reopened(
        _ changes: [ProjectedOrder], of expiries: [(change: Int, commands: [RedisCommand])],
        _ results: inout [Result<Void, StoreError>]
    ) -> [(change: Int, commands: [RedisCommand])] {
        let ended = expiries.map(\.change).filter { changes[$0].isTerminal }
        let replies = client.run(
            ended.map {
                RedisCommand("HGET", Keys.orderData(changes[$0].key.order), ["projected_end"])
            })
        var found: [(change: Int, commands: [RedisCommand])] = []
        for (index, reply) in zip(ended, replies) {
            switch reply {
            case .failure(let error): results[index] = .failure(error)
            case .success(let end) where end.text == "0":
                found.append((index, leading(changes[index], expiring: false)))
            case .success: break
            }
        }
        return found
    }

    /// How an order stands after its copy was written.
    private enum Standing: Int64 {
        case newer = 0
        case same = 1
        case ended = 2
        case reopened = 3
    }

    private static func standing(_ reply: Reply) -> Standing? {
        reply.number.flatMap { Standing(rawValue: $0) }
    }

    private func copying(_ change: ProjectedOrder) -> RedisCommand {
        var command = RedisCommand(Scripts.projectOrder, Keys.orderData(change.key.order))
        command.append(change.version)
        command.append(change.isTerminal ? String(AccountWrite.Retention.done) : "")
        // The identity leads to the account, whatever the snapshot holds.
        let account = change.key.account
        command.append(change.fields)
        command.append(
            Fields([
                .init("user_type", account.userType.rawValue), .init("user_id", account.userID),
                .init("symbol", change.symbol.text),
            ]))
        return command
    }

    private func holding(_ change: ProjectedOrder) -> RedisCommand {
        let userType = change.key.account.userType
        var command = RedisCommand(
            Scripts.projectHolder, Keys.symbolHolders(change.symbol, userType),
            Keys.projectedHolders(change.symbol, userType))
        command.append(change.key.account.tag)
        command.append(change.number)
        command.append(change.activeOfSymbol)
        return command
    }

    private func leading(_ change: ProjectedOrder, expiring: Bool) -> [RedisCommand] {
        ([LifecycleID(change.key.order)] + change.ids).map { id in
            expiring
                ? RedisCommand("PEXPIRE", Keys.lookup(id), [String(AccountWrite.Retention.done)])
                : RedisCommand("PERSIST", Keys.lookup(id))
        }
    }
}
