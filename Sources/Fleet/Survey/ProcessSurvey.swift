import RedisDriver
import ServiceRuntime
import Shared

/// One living process, as its heartbeat tells.
struct ProcessState: Sendable, Equatable {
    let service: String
    let member: String
    /// Partitions that it owns, by commas.
    let partitions: String
    /// The queue that it reads: `open`, `events/persistence`.
    let queue: String
    /// Whether it takes nothing, since an operator said so.
    let isPaused: Bool
    /// The versions of messages that it reads, and the one that it writes.
    let messages: ClosedRange<Int>
    let writes: Int
    /// Messages of accounts that wait for a store.
    let held: Int64
    /// Outcome class, `applied`, `ignored`, …, → count since its start.
    let outcomes: [String: Int]
    /// The same with reasons, `ignored:late`, …
    let reasons: [String: Int]
    let latency: Histogram
    /// Sum of its latencies, ms.
    let latencySum: Int64
    /// What it tells besides, by name: `link_up`, `unanswered:3`, …
    let gauges: [String: Int]
    /// How often it logged what somebody should look at, by words: `account_parked`, …
    let alarms: [String: Int]

    init(service: String, member: String, _ heartbeat: Fields) {
        self.service = service
        self.member = member
        partitions = heartbeat["partitions"] ?? ""
        queue = heartbeat["queue"] ?? ""
        isPaused = heartbeat["paused"] == "1"
        // Who does not tell is from before there was a second version.
        let bounds = (heartbeat["messages"] ?? "").split(separator: "-").compactMap { Int($0) }
        let oldest = bounds.first ?? 1
        messages = oldest...max(oldest, bounds.last ?? 1)
        writes = heartbeat["writes"].flatMap { Int($0) } ?? 1
        held = heartbeat["held"].flatMap { Int64($0) } ?? 0
        latency = heartbeat["latency"].flatMap { Histogram($0) } ?? Histogram()
        latencySum = heartbeat["latency_sum_ms"].flatMap { Int64($0) } ?? 0
        var outcomes: [String: Int] = [:]
        var reasons: [String: Int] = [:]
        for (name, value) in NamedList(text: heartbeat["outcomes"] ?? "").entries {
            let count = Int(value) ?? 0
            reasons[String(name)] = count
            outcomes[String(name.prefix { $0 != ":" }), default: 0] += count
        }
        self.outcomes = outcomes
        self.reasons = reasons
        gauges = Self.numbers(heartbeat["gauges"])
        alarms = Self.numbers(heartbeat["alarms"])
    }

    private static func numbers(_ text: String?) -> [String: Int] {
        var numbers: [String: Int] = [:]
        for (name, value) in NamedList(text: text ?? "").entries {
            numbers[String(name)] = Int(value)
        }
        return numbers
    }

    /// As its heartbeat has it.
    var messagesText: String { MessageVersion.text(of: messages) }
}

/// Finds all living processes.
enum ProcessSurvey {
    /// The processes that are meant, once they all say that they have learned something or the time is
    /// over.
    static func settled(
        _ redis: RedisClient, within limit: Duration, _ isMeant: (ProcessState) -> Bool,
        when hasLearned: (ProcessState) -> Bool
    ) throws -> [ProcessState] {
        let deadline = MonotonicTime.now().advanced(by: limit)
        while true {
            let members = try look(redis).filter(isMeant)
            if members.allSatisfy(hasLearned) || MonotonicTime.now() >= deadline {
                return members
            }
            Thread.rest(.milliseconds(100))
        }
    }

    static func look(_ redis: RedisClient) throws -> [ProcessState] {
        let providers = try redis.fields(of: Keys.topology)["providers"] ?? ""
        let services = FleetServices.names(providers: providers.split(separator: ","))
        return try heartbeats(redis, of: services).map(ProcessState.init)
    }

    /// What the living members of services tell, by service and then by member.
    static func heartbeats(
        _ redis: RedisClient, of services: [String]
    ) throws -> [(service: String, member: String, beat: Fields)] {
        let replies = redis.pipeline(
            services.map { service in
                let key = Keys.members(service)
                return RedisCommand("ZRANGE", slot: key.slot.number, [key.text, "0", "-1"])
            })
        var members: [(service: String, member: String)] = []
        for (service, reply) in zip(services, replies) {
            let names = (try reply.get().elements ?? []).compactMap(\.string)
            members += names.sorted().map { (service, $0) }
        }
        let beats = try redis.fields(of: members.map { Keys.heartbeat($0.member) })
        // Whoever's heartbeat has run out is on the list only until somebody notices.
        return zip(members, beats).filter { !$1.isEmpty }.map { ($0.service, $0.member, $1) }
    }
}
