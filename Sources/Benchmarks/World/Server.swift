import Glibc
import RedisDriver
import ServiceRuntime
import Shared

/// The Redis that is measured: emptied, filled, asked.
final class Server {
    let address: RedisAddress
    let endpoint: RedisEndpoint
    let client: RedisClient
    let pid: pid_t
    /// Of the fleet that it holds now.
    private(set) var partitions = Scene.partitions

    init(_ url: String) throws {
        address = try RedisAddress(url)
        guard case .single(let endpoint) = address.topology else {
            throw BenchmarkError("REDIS_URL must name one server, which is measured")
        }
        self.endpoint = endpoint
        var options = RedisOptions()
        // A server that rewrites its log or frees a large world may be silent for longer.
        options.replyTimeout = .seconds(30)
        client = RedisClient(address, options: options)
        let reply = try client.call(RedisCommand("INFO", slot: nil, ["server"])).get().string ?? ""
        guard let pid = Server.lines(reply)["process_id"].flatMap({ pid_t($0) }) else {
            throw BenchmarkError("INFO server names no process_id")
        }
        self.pid = pid
    }

    func call(_ name: StaticString, _ arguments: String...) throws -> Reply {
        try client.call(RedisCommand(name, slot: nil, arguments)).get()
    }

    /// An empty fleet: nothing but its topology, and a log that starts anew.
    func reset(logged: Bool, partitions: Int = Scene.partitions) throws {
        self.partitions = partitions
        _ = try call("FLUSHALL", "SYNC")
        let isLogged = try info("persistence")["aof_enabled"] == "1"
        if isLogged != logged {
            _ = try call("CONFIG", "SET", "appendonly", logged ? "yes" : "no")
        } else if logged {
            _ = try call("BGREWRITEAOF")
        }
        while try isRewriting() { Thread.rest(.milliseconds(20)) }
        try RedisTopology.initialise(client, partitions: partitions, providers: [.house])
    }

    private func isRewriting() throws -> Bool {
        let state = try info("persistence")
        return state["aof_rewrite_in_progress"] != "0" || state["aof_rewrite_scheduled"] != "0"
    }

    func info(_ section: String) throws -> [String: String] {
        Server.lines(try call("INFO", section).string ?? "")
    }

    /// How often commands ran, those inside scripts included, the polls of `depth` not.
    func commandsRun() throws -> Int {
        var total = 0
        for (name, value) in try info("commandstats") {
            guard name.hasPrefix("cmdstat_"), name != "cmdstat_xlen",
                let calls = value.split(separator: ",").first?.dropFirst("calls=".count)
            else { continue }
            total += Int(calls) ?? 0
        }
        return total
    }

    /// Entries of a role's queue, over all partitions.
    func depth(_ role: Role) throws -> Int {
        try lengths((0..<partitions).map { LaneID(queue: role, $0).stream })
    }

    /// Events of all partitions.
    func events() throws -> Int {
        try lengths((0..<partitions).map { LaneID(events: $0, .persistence).stream })
    }

    /// Reports that ever came, over all partitions.
    func reported() throws -> Int {
        try (0..<partitions).reduce(0) { sum, partition in
            let key = LaneID(queue: .reports, partition).stream.text
            let facts = try call("XINFO", "STREAM", key).elements ?? []
            guard let place = facts.firstIndex(where: { $0.string == "entries-added" }),
                facts.indices.contains(place + 1), let count = facts[place + 1].number
            else { throw BenchmarkError("XINFO STREAM \(key) counts no entries") }
            return sum + Int(count)
        }
    }

    private func lengths(_ streams: [StreamKey]) throws -> Int {
        let commands = streams.map { RedisCommand("XLEN", slot: nil, [$0.text]) }
        return try client.pipeline(commands).reduce(0) { $0 + Int(try $1.get().number ?? 0) }
    }

    private static func lines(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }
}
