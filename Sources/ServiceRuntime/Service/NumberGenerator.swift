import Synchronization

/// Time-ordered numbers for ids (domain §4): 41 bits of milliseconds since 2024-01-01, 10 bits of
/// the generator's leased number, 12 bits of sequence. A clock that stepped back is not followed: ids
/// go on from the last one.
package final class NumberGenerator: NumberSource, Sendable {
    /// 2024-01-01T00:00:00Z, ms since 1970.
    package static let epoch: Int64 = 1_704_067_200_000
    package static let generators = 1_024

    private struct State: ~Copyable {
        var lease: Lease?
        var number: Int64 = 0
        var millisecond: Int64 = 0
        var sequence: Int64 = 0
        var random = SystemRandomNumberGenerator()
    }

    private let state = Mutex(State())

    package init() {}

    /// From now on ids carry this number, while the lease is trusted.
    package func take(_ number: Int, under lease: Lease) {
        state.withLock {
            $0.lease = lease
            $0.number = Int64(number)
        }
    }

    package func nextNumber() throws(StoreError) -> Int64 {
        let next: Int64? = state.withLock { state in
            guard state.lease?.isTrusted(at: .now()) == true else { return nil }
            var now = WallClock.milliseconds() - NumberGenerator.epoch
            // Behind the last id the clock is not used: the last millisecond goes on.
            now = max(now, state.millisecond)
            if now == state.millisecond {
                state.sequence += 1
                if state.sequence > 4_095 {
                    now += 1
                    state.sequence = 0
                }
            } else {
                state.sequence = 0
            }
            state.millisecond = now
            return now << 22 | state.number << 12 | state.sequence
        }
        guard let next else {
            throw .unavailable(operation: "next id", detail: "no generator number is leased")
        }
        return next
    }

    package func random() -> UInt64 { state.withLock { $0.random.next() } }
}
