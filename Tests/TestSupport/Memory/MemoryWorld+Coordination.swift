package import ServiceRuntime
package import Shared

extension MemoryWorld: CoordinationStore {
    /// How long a member counts as living without a beat.
    private static let memory: Int64 = 3_000

    package func beat(service: String, member: String, heartbeat: Fields) -> [String] {
        members[service, default: [:]][member] = now
        members[service] = members[service]?.filter { now - $0.value < MemoryWorld.memory }
        return (members[service] ?? [:]).keys.sorted()
    }

    package func members(of service: String) -> [String] {
        (members[service] ?? [:]).keys.sorted()
    }

    package func leave(service: String, member: String) {
        members[service]?[member] = nil
    }

    package func acquire(_ leases: [LeaseClaim]) -> [Bool] {
        leases.map { lease in
            // Asked again by the same nonce, whose first answer was lost, it says yes again.
            let holder = self[string: lease.key]
            guard holder == nil || holder == lease.nonce.text else { return false }
            set(lease.key, lease.nonce.text, milliseconds: Lease.lifetime.milliseconds)
            return true
        }
    }

    package func renew(_ leases: [LeaseClaim]) -> [Bool] {
        leases.map { lease in
            guard self[string: lease.key] == lease.nonce.text else { return false }
            strings.expire(lease.key, at: now + Lease.lifetime.milliseconds)
            return true
        }
    }

    package func release(_ leases: [LeaseClaim]) {
        for lease in leases where self[string: lease.key] == lease.nonce.text {
            strings[lease.key, at: now] = nil
        }
    }

    package func topology() -> Fields { self[hash: Keys.topology] }
}
