/// What is to be done later, by time and then in the order in which it was planned.
package struct Agenda {
    /// The latest first, so that the soonest is taken off the end.
    private var plans: [(due: Int64, action: () -> Void)] = []

    package init() {}

    package var isEmpty: Bool { plans.isEmpty }
    /// When the next one is due; nil for none.
    package var due: Int64? { plans.last?.due }

    package mutating func plan(at due: Int64, _ action: @escaping () -> Void) {
        var low = 0
        var high = plans.count
        while low < high {
            let middle = (low + high) / 2
            if plans[middle].due > due { low = middle + 1 } else { high = middle }
        }
        plans.insert((due, action), at: low)
    }

    /// Takes the next one whose time has come.
    package mutating func next(at now: Int64) -> (() -> Void)? {
        guard let last = plans.last, last.due <= now else { return nil }
        plans.removeLast()
        return last.action
    }
}
