import TestSupport

/// Which faults happen, and how many did. All chance comes from the scheduler's generator.
struct Chaos {
    enum Fault: CaseIterable {
        /// The process ends before the call, in the middle of its pipeline, or before the answer.
        case crash
        /// The process stands still with its renewals, mostly for longer than its lease.
        case freeze
        /// One thread stands still; the process renews its leases meanwhile.
        case stall
        /// The call or its answer is lost.
        case loss
    }

    /// What a run must have seen before its faults may end.
    static let leastCrashes = 5
    static let leastZombies = 2

    var isOn = true
    private(set) var crashes = 0
    /// Processes that woke up when their lanes were somebody else's.
    var zombies = 0
    private(set) var losses = 0
    private var countdown = 40
    private let spacing: Int

    init(_ random: inout SplitMix64) { spacing = [30, 60, 120][random.below(3)] }

    var hasSeenEnough: Bool {
        crashes >= Chaos.leastCrashes && zombies >= Chaos.leastZombies
    }

    /// The fault of this call, if it has one. Calls that change nothing are spared mostly.
    mutating func fault(at call: StoreCall, _ random: inout SplitMix64) -> Fault? {
        guard isOn else { return nil }
        countdown -= 1
        guard countdown <= 0, call.isEventful || random.once(in: 4) else { return nil }
        countdown = 1 + random.below(2 * spacing)
        switch random.below(10) {
        case 0..<3:
            crashes += 1
            return .crash
        case 3..<5: return .freeze
        case 5..<7: return .stall
        default:
            losses += 1
            return .loss
        }
    }
}

extension StoreCall {
    /// Whether work is in hand while it is made.
    fileprivate var isEventful: Bool {
        switch self {
        case .fetch, .wait, .beat, .leave, .acquire, .renew, .release, .topology, .time, .trim,
            .registered:
            false
        case .settle, .raiseSuspect, .clearSuspect, .load, .prices, .terms, .claim, .apply,
            .markDead, .park, .publishLookups, .publishSends, .publishEvents, .announce, .unbox,
            .lookUp, .accounts, .orders, .inDoubt, .name, .route, .attach, .send, .project,
            .register, .change, .fire, .copy:
            true
        }
    }
}
