import ServiceRuntime
import TestSupport

/// A gate with a plan: which call of which kind fails, and what happens between calls.
final class ScriptedGate: CallGate {
    /// Every call that was made, in order.
    private(set) var calls: [StoreCall] = []
    /// Calls that are away until this is emptied.
    var away: Set<StoreCall> = []
    /// Calls whose answer is lost once.
    var unanswered: Set<StoreCall> = []
    /// Done once, just before the next call of its kind.
    var before: [StoreCall: () -> Void] = [:]

    func enter(_ call: StoreCall, items: Int) -> CallFate {
        before.removeValue(forKey: call)?()
        calls.append(call)
        return away.contains(call) ? .unanswered(items: 0) : .proceeds
    }

    func leave(_ call: StoreCall) -> Bool { unanswered.remove(call) == nil }

    func forget() { calls = [] }
}

/// Numbers that count up, so that a test knows them.
final class CountingNumbers: NumberSource {
    private var last: Int64

    init(from first: Int64 = 1_000) { last = first - 1 }

    func nextNumber() -> Int64 {
        last += 1
        return last
    }

    func random() -> UInt64 { UInt64(last) }
}
