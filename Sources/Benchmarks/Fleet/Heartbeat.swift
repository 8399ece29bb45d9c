import RedisDriver
import ServiceRuntime
import Shared

extension Server {
    /// What the one living member of a service tells of itself; nil before its first beat.
    func heartbeat(of service: String) throws -> Fields? {
        let members = try call("ZRANGE", Keys.members(service).text, "0", "-1").elements ?? []
        guard members.count == 1, let member = members[0].string else { return nil }
        let values = try call("HGETALL", Keys.heartbeat(member).text).elements ?? []
        guard !values.isEmpty else { return nil }
        return Fields(
            stride(from: 0, to: values.count - 1, by: 2).map {
                Fields.Field(values[$0].string ?? "", values[$0 + 1].string ?? "")
            })
    }

    /// From arrival to application, over all living members of these services since they started; in
    /// two round trips, so that looking disturbs little.
    func latency(of services: [String]) throws -> Histogram {
        let members = try client.pipeline(
            services.map {
                RedisCommand("ZRANGE", slot: nil, [Keys.members($0).text, "0", "-1"])
            }
        ).flatMap { try $0.get().elements?.compactMap(\.string) ?? [] }
        let beats = client.pipeline(
            members.map { RedisCommand("HGET", slot: nil, [Keys.heartbeat($0).text, "latency"]) })
        var all = Histogram()
        for beat in beats {
            if let histogram = try beat.get().string.flatMap({ Histogram($0) }) {
                all.merge(histogram)
            }
        }
        return all
    }

    /// Waits until the member has all lanes and nothing to do.
    func waitForLanes(of service: String) throws {
        let all = (0..<partitions).map(String.init).joined(separator: ",")
        try Wait.until(
            within: .seconds(20), every: .milliseconds(20),
            or: "\(service) did not get its lanes within 20 s"
        ) { try heartbeat(of: service)?["partitions"] == all }
    }

    /// One process of each service, with all lanes.
    func start(_ services: [String], redis url: String) throws -> [Member] {
        let members = try services.map { try Member($0, redis: url) }
        for member in members { try waitForLanes(of: member.name) }
        return members
    }
}
