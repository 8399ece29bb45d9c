import Glibc
import Shared

/// Runs one process: takes its share of the lanes, renews their leases, tells of itself, and stops
/// in stages on SIGTERM or SIGINT.
package struct ServiceRunner {
    private static let tick: Duration = .milliseconds(250)

    private let definition: ServiceDefinition
    private let tools: ServiceTools
    private let member: String
    private let stopTimeout: Duration
    private let coordination: any CoordinationStore
    private let pressure: any PressureStore
    private let companion: (any Companion)?
    private var threads: [Int: LaneThread] = [:]
    private var members: [String] = []
    private var generator: (key: StringKey, lease: Lease)?
    private var lastBeat = MonotonicTime.distantPast
    private var paused = false

    /// Starts the service and returns when it has stopped. Ends the process with one line where
    /// it cannot start.
    package static func run(_ definition: ServiceDefinition, settings: Settings, log: Log) {
        var signals = SignalWaiter([SIGTERM, SIGINT])
        do {
            let stopTimeout = try settings.stopTimeout()
            let coordination = try definition.coordination()
            let topology = try ServiceRunner.topology(coordination.store, log, &signals)
            guard let topology else { return }
            try topology.checkVersions(scripts: coordination.scriptVersion)
            let tools = ServiceTools(
                topology: topology, version: AgreedVersion(topology.version),
                numbers: NumberGenerator(),
                pressure: Pressure(mostDepth: try settings.maxQueueDepth()),
                counters: Counters(log: log), log: log)
            var runner = ServiceRunner(
                definition, tools, coordination: coordination, stopTimeout: stopTimeout,
                companion: try definition.companion?(tools))
            runner.run(&signals)
        } catch {
            CommandLineHelp.end(definition.name, "\(error)")
        }
    }

    /// Waits for a store that is away; nil where a signal ended the wait.
    private static func topology(
        _ coordination: any CoordinationStore, _ log: Log, _ signals: inout SignalWaiter
    ) throws -> Topology? {
        while true {
            do {
                return try Topology(try coordination.topology())
            } catch let error as StoreError where error.isUnavailable {
                log.write(.warning, "waiting for Redis", ["error": "\(error)"])
                if signals.wait(for: .seconds(1)) != nil { return nil }
            }
        }
    }

    private init(
        _ definition: ServiceDefinition, _ tools: ServiceTools,
        coordination: Coordination, stopTimeout: Duration, companion: (any Companion)?
    ) {
        self.definition = definition
        self.tools = tools
        self.coordination = coordination.store
        pressure = coordination.pressure
        self.stopTimeout = stopTimeout
        self.companion = companion
        member = Self.member(definition.name)
    }

    /// This process among those that share something: `<service>@<host>:<pid>`.
    package static func member(_ service: String) -> String {
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, host.count - 1)
        let name = String(
            decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(service)@\(name):\(getpid())"
    }

    private mutating func run(_ signals: inout SignalWaiter) {
        tools.log.write(
            .info, "started",
            [
                "member": member, "version": CommandLineHelp.version,
                "partitions": String(tools.topology.partitions),
            ])
        tools.log.flush()
        companion?.start()
        repeat {
            do {
                try turn()
            } catch {
                tools.log.write(.warning, "coordination waits", ["error": "\(error)"])
            }
        } while signals.wait(for: ServiceRunner.tick) == nil
        stop()
    }

    private mutating func turn() throws(StoreError) {
        let now = MonotonicTime.now()
        let owned = Set(threads.keys)
        let ended = threads.filter { $0.value.hasEnded }
        for partition in ended.keys { threads[partition] = nil }
        if !ended.isEmpty { try release(Array(ended.values)) }
        if now.since(lastBeat) >= Lease.renewal {
            try renew(sentAt: now)
            try beat()
            if !definition.watched.isEmpty { try watch() }
            lastBeat = now
        } else {
            // What a leaver leaves is taken over at the next tick, not at the next beat.
            members = try coordination.members(of: definition.name)
        }
        if definition.usesNumbers { try leaseGenerator(sentAt: now) }
        try balance(sentAt: now)
        if owned != Set(threads.keys) { try beat() }
    }

    private mutating func renew(sentAt now: MonotonicTime) throws(StoreError) {
        let held = threads.values.map {
            (LeaseClaim(key: $0.id.lease, nonce: $0.lease.nonce), $0.lease)
        }
        let generator = generator.map {
            [(LeaseClaim(key: $0.key, nonce: $0.lease.nonce), $0.lease)]
        }
        let all = held + (generator ?? [])
        guard !all.isEmpty else { return }
        for ((_, lease), renewed) in zip(all, try coordination.renew(all.map(\.0))) {
            if renewed { lease.renewed(sentAt: now) } else { lease.lost() }
        }
    }

    private mutating func beat() throws(StoreError) {
        learn()
        var heartbeat = tools.counters.fields
        heartbeat.append("pid", String(getpid()))
        heartbeat.append("version", CommandLineHelp.version)
        heartbeat.append(
            "partitions", threads.keys.sorted().map(String.init).joined(separator: ","))
        heartbeat.append("held", String(threads.values.reduce(0) { $0 + $1.heldCount }))
        heartbeat.append("queue", definition.lane(0).queueName)
        heartbeat.append("paused", paused ? "1" : "0")
        heartbeat.append("messages", MessageVersion.knownText)
        heartbeat.append("writes", String(tools.version.written))
        members = try coordination.beat(
            service: definition.name, member: member, heartbeat: heartbeat)
    }

    /// What operators change while a process runs: the version of messages, and whether what it reads is
    /// paused. A topology that is away or not understood any more changes nothing.
    private mutating func learn() {
        let topology: Topology
        do {
            topology = try Topology(try coordination.topology())
        } catch {
            return tools.log.write(.warning, "topology not known", ["error": "\(error)"])
        }
        if tools.version.learn(topology.version) {
            tools.log.write(
                MessageVersion.known.contains(topology.version) ? .info : .warning,
                "version of messages changed",
                [
                    "agreed": String(topology.version), "known": MessageVersion.knownText,
                    "writes": String(tools.version.written),
                ])
        }
        let isPaused = topology.paused.contains(definition.lane(0).queueName)
        guard isPaused != paused else { return }
        paused = isPaused
        for thread in threads.values { thread.pause(paused) }
        tools.log.write(.warning, paused ? "paused" : "resumed", ["member": member])
    }

    private func watch() throws(StoreError) {
        let lanes = definition.watched.flatMap { role in
            (0..<tools.topology.partitions).map { LaneID(queue: role, $0) }
        }
        guard tools.pressure.take(try pressure.pressure(on: lanes)) else { return }
        tools.log.write(.warning, "pressure", ["state": tools.pressure.state.rawValue])
    }

    /// A number for ids, while there is none or its lease was lost.
    private mutating func leaseGenerator(sentAt now: MonotonicTime) throws(StoreError) {
        if let generator, generator.lease.isTrusted(at: now) { return }
        let nonce = newNonce()
        let start = Int(tools.numbers.random() % UInt64(NumberGenerator.generators))
        for step in 0..<NumberGenerator.generators {
            let number = (start + step) % NumberGenerator.generators
            let key = Keys.generatorLease(number)
            guard try coordination.acquire([LeaseClaim(key: key, nonce: nonce)]) == [true] else {
                continue
            }
            let lease = Lease(nonce: nonce, sentAt: now)
            generator = (key, lease)
            tools.numbers.take(number, under: lease)
            return
        }
        throw .unavailable(operation: "lease a generator", detail: "all numbers are taken")
    }

    private mutating func balance(sentAt now: MonotonicTime) throws(StoreError) {
        let partitions = tools.topology.partitions
        let quota = Balance.quota(of: member, among: members, partitions: partitions)
        let owned = threads.keys.sorted()
        for partition in Balance.surplus(owned: owned, quota: quota) {
            guard let thread = threads[partition], thread.stop() else { continue }
            threads[partition] = nil
            try release([thread])
        }
        try acquire(
            Balance.wanted(
                owned: owned, quota: quota, partitions: partitions,
                start: Int(getpid()) % partitions),
            most: quota - owned.count, sentAt: now)
    }

    private mutating func acquire(
        _ wanted: [Int], most: Int, sentAt now: MonotonicTime
    ) throws(StoreError) {
        var missing = most
        for partition in wanted where missing > 0 {
            let id = definition.lane(partition)
            let nonce = newNonce()
            let taken = try coordination.acquire([LeaseClaim(key: id.lease, nonce: nonce)])
            guard taken == [true] else { continue }
            let thread = LaneThread(
                id, lease: Lease(nonce: nonce, sentAt: now), isPaused: paused)
            threads[partition] = thread
            missing -= 1
            thread.start(definition, tools)
        }
    }

    private func release(_ threads: [LaneThread]) throws(StoreError) {
        for thread in threads { thread.lease.lost() }
        try coordination.release(
            threads.map { LeaseClaim(key: $0.id.lease, nonce: $0.lease.nonce) })
    }

    private func newNonce() -> LeaseNonce {
        LeaseNonce(tools.numbers.random(), tools.numbers.random())
    }

    /// Stop taking, finish, give up: lanes that wait are released at once, the others when their
    /// batch is done, and after the time-out the process ends as a killed one would.
    private mutating func stop() {
        tools.log.write(.info, "stopping", ["member": member])
        let deadline = MonotonicTime.now().advanced(by: stopTimeout)
        var open = Array(threads.values)
        var hasEnded = companion?.stop() ?? true
        do {
            while !open.isEmpty || !hasEnded, MonotonicTime.now() < deadline {
                let idle = open.filter { $0.stop() }
                if !idle.isEmpty { try release(idle) }
                open = open.filter { thread in !idle.contains { $0 === thread } }
                hasEnded = companion?.stop() ?? true
                if !open.isEmpty || !hasEnded { Thread.rest(.milliseconds(2)) }
            }
            if let generator {
                try coordination.release([
                    LeaseClaim(key: generator.key, nonce: generator.lease.nonce)
                ])
            }
            try coordination.leave(service: definition.name, member: member)
        } catch {
            tools.log.write(.warning, "leases left to run out", ["error": "\(error)"])
        }
        tools.log.write(
            open.isEmpty ? .info : .warning, "stopped", ["unfinished_lanes": String(open.count)])
        tools.log.flush()
    }
}
