import ServiceRuntime
import Shared
import TestSupport

/// One worker over the memory world, spoken to line by line: post messages, take a turn, read what
/// became of them.
final class Bench {
    let world = MemoryWorld()
    let gate = ScriptedGate()
    let tally = Tally()
    let numbers = CountingNumbers()
    let id = LaneID(queue: .open, 0)
    let account: AccountID
    private(set) var lane: Lane
    private let store: GatedStore
    private var sent = 0
    private var acquired: UInt64 = 0
    private let pause = Pause()

    private final class Pause {
        var isOn = false
    }

    /// Whether an operator has paused the role.
    var isPaused: Bool {
        get { pause.isOn }
        set { pause.isOn = newValue }
    }

    init() throws {
        account = try AccountID(.live, "42")
        store = GatedStore(world, gate)
        lane = Lane(
            id, store: store,
            processor: AccountProcessor(
                TestHandler(), store: store, numbers: numbers,
                retention: .init(order: 3_600_000), counters: tally),
            lease: Lease(nonce: LeaseNonce(0, 0), sentAt: .distantPast), now: { .distantPast })
        for account in [account, try AccountID(.demo, "7"), try AccountID(.copyFollower, "7")] {
            world.set(account.config, Samples.config.fields)
        }
        takeOver()
    }

    /// A fresh process acquires the lane; whoever had it is a sleeper now.
    func takeOver() {
        acquired += 1
        let nonce = LeaseNonce(acquired, 0)
        world.set(id.lease, nonce.text)
        let world = world
        lane = Lane(
            id, store: store,
            processor: AccountProcessor(
                TestHandler(), store: store, numbers: numbers,
                retention: .init(order: 3_600_000), counters: tally),
            lease: Lease(nonce: nonce, sentAt: MonotonicTime(world)),
            now: { MonotonicTime(world) }, isPaused: { [pause] in pause.isOn })
    }

    /// Posts a message: what to decide, on which order, under which event id (a new one where none
    /// is given).
    @discardableResult
    func post(
        _ verb: String, order: Int64? = 1, event: String? = nil, request: String? = nil,
        account: AccountID? = nil
    ) -> EntryID {
        sent += 1
        var fields = Fields([
            "v": MessageVersion.current, "user_type": (account ?? self.account).userType.rawValue,
            "user_id": (account ?? self.account).userID,
            "event": event ?? "event-\(sent)", "verb": verb,
        ])
        fields["order"] = request == nil ? order.map { String($0) } : nil
        fields["request"] = request
        return world.append(fields, to: id.stream)
    }

    /// One turn; what was counted in it, and how many messages are held after it.
    @discardableResult
    func turn() -> String {
        do {
            let turn = try lane.turn()
            let counted = tally.take()
            let held = lane.heldCount == 0 ? "" : " held \(lane.heldCount)"
            switch turn {
            case .worked, .idle: return (counted.isEmpty ? "nothing" : counted) + held
            case .leaseLost: return prefix(counted) + "lease lost"
            }
        } catch {
            return prefix(tally.take()) + error.code
        }
    }

    private func prefix(_ counted: String) -> String { counted.isEmpty ? "" : counted + "; " }

    /// Turns until nothing more happens; what was counted in all of them.
    @discardableResult
    func settle() -> String {
        var lines: [String] = []
        var quiet = 0
        while quiet < 2, lines.count < 50 {
            let line = turn()
            quiet = line == "nothing" ? quiet + 1 : 0
            if line != "nothing" { lines.append(line) }
        }
        return lines.joined(separator: "; ")
    }

    /// Dead letters of the lane: event and reason.
    var letters: [String] {
        world.entries(of: id.dead).map {
            ($0.fields["event"] ?? "?") + " " + ($0.fields[DeadField.reason] ?? "?")
        }
    }

    /// What was told of the account: the number and type of each event.
    var events: [String] {
        world.entries(of: LaneID(events: 0, .persistence).stream).map {
            ($0.fields["orders_version"] ?? "?") + " " + ($0.fields["type"] ?? "?")
        }
    }

    /// Ids that were sent to the house.
    var sends: [String] {
        world.entries(of: LaneID(queue: .provider(.house), 0).stream).map {
            $0.fields["order_id"] ?? "?"
        }
    }

    var order: Order? {
        guard
            case .kept(let order) = try? world.stored(
                OrderKey(account, OrderID(number: 1)))
        else { return nil }
        return order
    }

    var totals: Fields { world[hash: account.portfolio] }
}

extension MonotonicTime {
    /// The virtual clock as a process sees it.
    init(_ world: MemoryWorld) { self.init(nanoseconds: world.now * 1_000_000) }
}
