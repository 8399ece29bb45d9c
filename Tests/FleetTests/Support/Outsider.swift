import RedisDriver
import ServiceRuntime
import Shared
import Synchronization

/// A provider that is not the house, on a thread of its own: it says everything twice. It refuses the
/// orders whose number is even and fills the others; it refuses the first close of each and fills the
/// second. It takes nothing out of its queues, so that a test finds there what was sent.
final class Outsider: Sendable {
    private let state = State()

    private final class State: Sendable {
        let isWanted = Atomic(true)
    }

    init(_ address: RedisAddress, partitions: Int) {
        Thread.start { [state] in
            let desk = Desk(RedisClient(address), partitions)
            while state.isWanted.load(ordering: .acquiring) {
                desk.turn()
                Thread.rest(.milliseconds(10))
            }
        }
    }

    func stop() { state.isWanted.store(false, ordering: .releasing) }

    /// What the thread alone uses.
    private final class Desk {
        private let client: RedisClient
        private let lanes: [LaneID]
        private var last: [String]
        private var closes: Set<String> = []

        init(_ client: RedisClient, _ partitions: Int) {
            self.client = client
            lanes = (0..<partitions).map { LaneID(queue: .provider(FleetUnderTest.outside), $0) }
            last = lanes.map { _ in "-" }
        }

        func turn() {
            for (partition, lane) in lanes.enumerated() {
                let read = RedisCommand(
                    "XRANGE", slot: lane.slot.number, [lane.stream.text, last[partition], "+"])
                // Of a server that is away nothing is read, and the next turn asks again.
                guard case .success(let reply) = client.call(read) else { continue }
                for entry in reply.elements ?? [] {
                    guard let parts = entry.elements, parts.count == 2, let id = parts[0].string
                    else { continue }
                    answer(parts[1].pairs, in: partition)
                    last[partition] = "(" + id
                }
            }
        }

        private func answer(_ message: [String: String], in partition: Int) {
            guard let order = message["order_id"], let key = message["key"] else { return }
            let id = message["close_id"] ?? order
            let refuses =
                message["close_id"] == nil
                ? Int64(order)?.isMultiple(of: 2) ?? false : closes.insert(order).inserted
            var fields = [
                ("v", MessageVersion.current), ("type", "execution_report"), ("order_id", id),
                ("key", key), ("exec_id", "OUT:\(id)"),
            ]
            fields +=
                refuses
                ? [("ord_status", "REJECTED"), ("reason", "not_today")]
                : [
                    ("ord_status", "EXECUTED"), ("avgpx", Terms.bid),
                    ("cumqty", message["order_quantity"] ?? ""),
                ]
            let lane = LaneID(queue: .reports, partition)
            var command = RedisCommand("XADD", slot: lane.slot.number, [lane.stream.text, "*"])
            for (name, value) in fields {
                command.append(name)
                command.append(value)
            }
            for reply in client.pipeline([command, command]) {
                guard case .success = reply else { return }
            }
        }
    }
}
