/// The calls that a process makes of its stores.
package enum StoreCall: String, Sendable, CaseIterable, Hashable {
    case fetch, settle, wait, raiseSuspect, clearSuspect
    case load, prices, terms, claim, apply, markDead, park
    case publishLookups, publishSends, publishEvents, announce, unbox
    case lookUp, accounts, orders, inDoubt, name, route, attach
    case send, project, trim, time
    case register, registered, change, fire, copy
    case beat, leave, acquire, renew, release, topology
}

/// What happens to one call.
package enum CallFate: Sendable, Equatable {
    case proceeds
    /// Only so many of its items reach the store, and no answer comes back. With all of them it is
    /// a lost answer; with none the store was away.
    case unanswered(items: Int)
}

/// Stands between a process and its stores: may stop the process there, let others run meanwhile,
/// lose calls and answers.
package protocol CallGate: AnyObject {
    func enter(_ call: StoreCall, items: Int) -> CallFate

    /// After the store has done it, and once in a while between two items of it. False where the
    /// answer is lost.
    func leave(_ call: StoreCall) -> Bool
}
