package import ServiceRuntime
package import Shared

/// How full the servers and the queues are.
package final class RedisPressureStore: PressureStore {
    private let client: StoreClient

    init(_ client: StoreClient) { self.client = client }

    package func pressure(on lanes: [LaneID]) throws(StoreError) -> Pressure.Reading {
        var depth = 0
        for reply in client.run(lanes.map { RedisCommand("XLEN", $0.stream) }) {
            depth = max(depth, Int(try reply.get().number ?? 0))
        }
        return Pressure.Reading(memory: try memory(), depth: depth)
    }

    private func memory() throws(StoreError) -> Int {
        let nodes: [NodeReply]
        do throws(RedisError) {
            nodes = try client.redis.forEachMaster(RedisCommand("INFO", slot: nil, ["memory"]))
        } catch {
            throw StoreError(error)
        }
        var fullest = 0
        for node in nodes {
            // A server that is away takes no new risk by itself; the others are judged.
            guard case .success(let reply) = node.result, let text = reply.text else { continue }
            let used = Self.value("used_memory", in: text)
            let most = Self.value("maxmemory", in: text)
            if let used, let most, most > 0 { fullest = max(fullest, used * 1_000 / most) }
        }
        return fullest
    }

    private static func value(_ name: String, in info: String) -> Int? {
        info.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
            .flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
    }
}
