import RedisDriver
import ServiceRuntime
import Shared

/// Whether Redis is such that money may lie in it.
struct RedisChecks {
    private let redis: RedisClient
    private let replicas: Int
    /// Whether accounts of real money exist; then losing a second of writes is no warning.
    private let hasLiveMoney: Bool

    init(_ redis: RedisClient, replicas: Int, hasLiveMoney: Bool) {
        self.redis = redis
        self.replicas = replicas
        self.hasLiveMoney = hasLiveMoney
    }

    func run() -> [CheckResult] {
        do {
            return try redis.forEachMaster(RedisCommand("INFO", slot: nil)).flatMap(checks)
        } catch {
            return [.failed("redis", "\(error)")]
        }
    }

    private func checks(_ node: NodeReply) -> [CheckResult] {
        let place = "redis \(node.endpoint)"
        switch node.result {
        case .failure(let error): return [.failed(place, "\(error)")]
        case .success(let reply):
            let info = Self.info(reply.anyText)
            return [
                version(info["redis_version"] ?? "", place),
                .demand(
                    "\(place) maxmemory-policy", info["maxmemory_policy"] == "noeviction",
                    "\(info["maxmemory_policy"] ?? "unknown"), must be noeviction"),
                .demand(
                    "\(place) loading", info["loading"] == "0", "loading \(info["loading"] ?? "?")"),
                memory(info, place),
            ] + durability(info, place)
        }
    }

    private func version(_ text: String, _ place: String) -> CheckResult {
        let major = text.split(separator: ".").first.flatMap { Int($0) } ?? 0
        return .demand("\(place) version", major >= 7, "\(text), must be 7.0 or later")
    }

    private func memory(_ info: [String: String], _ place: String) -> CheckResult {
        let used = info["used_memory"].flatMap { Int64($0) } ?? 0
        let most = info["maxmemory"].flatMap { Int64($0) } ?? 0
        let name = "\(place) memory"
        guard most > 0 else {
            return .warning(name, "\(used / 1_048_576) MB used, no maxmemory: it can be killed")
        }
        let detail = "\(used / 1_048_576) of \(most / 1_048_576) MB"
        return used * 10 < most * 8 ? .ok(name, detail) : .failed(name, detail + ", above 80 %")
    }

    /// Architecture §4: live money needs `appendfsync always`, or `WAIT`.
    private func durability(_ info: [String: String], _ place: String) -> [CheckResult] {
        let name = "\(place) durability"
        let aof = info["aof_enabled"] == "1"
        let sync = setting("appendfsync")
        let detail =
            "aof \(aof ? "on" : "off"), appendfsync \(sync ?? "unknown"), "
            + "REDIS_WAIT_REPLICAS \(replicas)"
        if replicas > 0 || (aof && sync == "always") { return [.ok(name, detail)] }
        let demand = detail + "; live money needs appendfsync always or REDIS_WAIT_REPLICAS"
        return [hasLiveMoney ? .failed(name, demand) : .warning(name, demand)]
    }

    private func setting(_ name: String) -> String? {
        guard
            case .success(let reply) = redis.call(RedisCommand("CONFIG", slot: nil, ["GET", name]))
        else { return nil }
        return ReplyMap(reply)[name]?.string
    }

    private static func info(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }
}
