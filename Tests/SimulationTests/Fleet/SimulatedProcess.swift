import ServiceRuntime
import Shared
import TestSupport

@testable import HouseProvider

/// One process of the fleet: a member of its service that shares lanes, renews leases, works, and
/// may die or sleep at any call.
final class SimulatedProcess {
    let name: String
    let service: SimulatedService
    /// Every other process that is started is of the version that some messages make throw.
    let isFaulty: Bool
    /// Unsafe: looked at at every step, by whoever the simulation itself holds.
    private unowned(unsafe) let simulation: Simulation
    private let world: MemoryWorld
    private(set) var isDead = false {
        didSet { strand?.isCalled = isDead }
    }
    /// Stands still with its renewals until then, ms.
    private var frozenUntil: Int64 = 0
    /// The next apply is a good moment to fall asleep: another version judges the message otherwise.
    private var isAimedAt = false
    private var lanes: [Int: Owned] = [:] {
        didSet { strand?.readers = lanes.values.map { $0.reader } }
    }
    private var strand: Strand?
    private lazy var store = GatedStore(simulation.world, Gate(self))
    /// What a house does beside its lanes; the other services do nothing.
    private lazy var triggers = service == .house ? simulation.triggers(store, self) : nil
    private var lastShare: Int64 = 0
    private var lastBeat: Int64 = 0
    private var lastRenewal: Int64 = 0

    /// One of its lanes, a thread of its own in a real process.
    private final class Owned {
        let lane: Lane
        let lease: Lease
        let id: LaneID
        let reader: MemoryStream.Group
        /// Before this time it takes another turn only when something new came.
        var restsUntil: Int64 = 0

        init(_ id: LaneID, _ lane: Lane, _ lease: Lease, _ reader: MemoryStream.Group) {
            self.id = id
            self.lane = lane
            self.lease = lease
            self.reader = reader
        }
    }

    init(_ number: Int, _ service: SimulatedService, in simulation: Simulation) {
        name = "\(service.name)-\(number)"
        isFaulty = number.isMultiple(of: 2)
        self.service = service
        self.simulation = simulation
        world = simulation.world
    }

    func start() {
        let strand = Strand(name) { [unowned self] in
            while !isDead { live() }
            lanes = [:]
            simulation.hasEnded(self)
        }
        self.strand = strand
        simulation.scheduler.add(strand)
    }

    /// Ends like kill -9: whatever it still calls has no effect.
    func kill() { isDead = true }

    func aimAtApply() { isAimedAt = true }

    /// One round: membership once a second, then a turn of each lane.
    private func live() {
        do {
            if world.now - lastBeat >= 1_000 { try share() }
        } catch {
            simulation.trace.note(world.now, name, "beat: \(error.code)")
        }
        var next = world.now + 250
        for partition in 0..<world.partitions {
            guard let owned = lanes[partition], !isDead else { continue }
            if owned.restsUntil <= world.now || owned.reader.hasNew { turn(owned) }
            next = min(next, owned.restsUntil)
        }
        if !isDead { fire() }
        let rest = next - world.now
        if rest > 0, !isDead, let strand { simulation.scheduler.sleep(strand, milliseconds: rest) }
    }

    /// Its share of the symbols with triggers once a second, and a look at each.
    private func fire() {
        guard let (before, round) = triggers else { return }
        var owner = before
        do throws(StoreError) {
            if world.now - lastShare >= 1_000 {
                lastShare = world.now
                _ = try owner.share(sentAt: monotonic(), isPaused: false)
            }
        } catch {
            simulation.trace.note(world.now, name, "share: \(error.code)")
        }
        let claims = owner.claims(at: monotonic())
        if !claims.isEmpty, !isDead { owner.lose(round.look(at: claims).lost) }
        triggers = (owner, round)
    }

    private func turn(_ owned: Owned) {
        do {
            switch try owned.lane.turn() {
            case .worked: owned.restsUntil = world.now
            case .idle(let milliseconds): owned.restsUntil = world.now + milliseconds
            case .leaseLost:
                simulation.trace.note(world.now, name, "lost \(owned.id)")
                lanes[owned.id.partition] = nil
            }
        } catch {
            // The store was away; a refusal does not heal, so another try acquires the lane anew.
            if !error.isUnavailable { lanes[owned.id.partition] = nil }
            owned.restsUntil = world.now + 10
        }
    }
}

/// Sharing lanes and keeping leases.
extension SimulatedProcess {
    private func share() throws(StoreError) {
        let members = try store.beat(service: service.name, member: name, heartbeat: Fields())
        lastBeat = world.now
        let quota = Balance.quota(
            of: name, among: members, partitions: world.partitions)
        for partition in Balance.surplus(owned: lanes.keys.sorted(), quota: quota) {
            guard let owned = lanes.removeValue(forKey: partition) else { continue }
            owned.lease.lost()
            try store.release([LeaseClaim(key: owned.id.lease, nonce: owned.lease.nonce)])
        }
        let wanted = Balance.wanted(
            owned: lanes.keys.sorted(), quota: quota, partitions: world.partitions,
            start: simulation.scheduler.random.below(world.partitions))
        for partition in wanted where lanes.count < quota { try acquire(partition) }
    }

    private func acquire(_ partition: Int) throws(StoreError) {
        let id = service.lane(partition)
        let nonce = LeaseNonce(simulation.scheduler.random.next(), UInt64(partition))
        let lease = Lease(nonce: nonce, sentAt: monotonic())
        guard try store.acquire([LeaseClaim(key: id.lease, nonce: nonce)]) == [true] else { return }
        simulation.trace.note(world.now, name, "acquired \(id)")
        let lane = Lane(
            id, store: store, processor: simulation.processor(service, id, store, self),
            lease: lease, now: { [unowned(unsafe) self] in monotonic() })
        lanes[partition] = Owned(id, lane, lease, world.stream(id.stream).group(id.group))
    }

    func monotonic() -> MonotonicTime {
        MonotonicTime(nanoseconds: world.now * 1_000_000)
    }

    /// What the renewing thread does while the working one may stand still.
    func renewIfDue() {
        guard !isDead, frozenUntil <= world.now, world.now - lastRenewal >= 1_000 else { return }
        lastRenewal = world.now
        for owned in lanes.values {
            let claim = LeaseClaim(key: owned.id.lease, nonce: owned.lease.nonce)
            if world.renew([claim]) == [true] {
                owned.lease.renewed(sentAt: monotonic())
            } else {
                owned.lease.lost()
            }
        }
    }

    /// Whether one of its lanes is somebody else's, or nobody's, by now.
    private var isZombie: Bool {
        lanes.values.contains { world[string: $0.id.lease] != $0.lease.nonce.text }
    }
}

/// Every call of the process to its stores passes here.
extension SimulatedProcess {
    /// What its store holds of it, so that the two do not keep one another.
    private final class Gate: CallGate {
        private unowned let process: SimulatedProcess

        init(_ process: SimulatedProcess) { self.process = process }

        func enter(_ call: StoreCall, items: Int) -> CallFate { process.enter(call, items: items) }
        func leave(_ call: StoreCall) -> Bool { process.leave(call) }
    }

    private func enter(_ call: StoreCall, items: Int) -> CallFate {
        simulation.calls += 1
        guard !isDead else { return .unanswered(items: 0) }
        simulation.scheduler.pause()
        simulation.trace.note(world.now, name, "\(call) \(items)")
        let isAimed = call == .apply && isAimedAt && simulation.scheduler.random.once(in: 3)
        if call == .apply { isAimedAt = false }
        guard let fault = simulation.fault(at: call, aimed: isAimed) else { return .proceeds }
        simulation.trace.note(world.now, name, "  \(fault) at \(call)")
        // None, some, or all of the items: then only the answer is lost.
        let reached = simulation.scheduler.random.below(items + 1)
        switch fault {
        case .crash:
            isDead = true
            return .unanswered(items: reached)
        case .loss: return .unanswered(items: reached)
        case .freeze:
            standStill(Int64(500 + simulation.scheduler.random.below(9_000)), isFrozen: true)
        case .stall:
            standStill(Int64(1 + simulation.scheduler.random.below(3_000)), isFrozen: false)
        }
        return isDead ? .unanswered(items: 0) : .proceeds
    }

    private func leave(_ call: StoreCall) -> Bool {
        guard !isDead else { return false }
        simulation.scheduler.pause()
        return !isDead
    }

    private func standStill(_ milliseconds: Int64, isFrozen: Bool) {
        guard let strand else { return }
        if isFrozen { frozenUntil = world.now + milliseconds }
        strand.isDeafUntil = world.now + milliseconds
        simulation.scheduler.sleep(strand, milliseconds: milliseconds)
        if isZombie, !isDead {
            simulation.chaos.zombies += 1
            simulation.trace.note(world.now, name, "  wakes as a zombie")
        }
    }
}
