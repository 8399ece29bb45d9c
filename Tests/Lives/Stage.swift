package import ServiceRuntime
package import Shared

/// What the world outside needs of the fleet that it meets, be that fleet simulated or real. Used by one
/// thread at a time.
package protocol Stage: AnyObject {
    /// Partitions of every queue.
    var partitions: Int { get }
    /// Milliseconds since 1970.
    var now: Int64 { get }

    /// What a symbol trades at; nil where nobody has said yet.
    func price(of symbol: Symbol) -> MarketPrice?

    /// A number from 0 up to but not including `bound`, for what a provider decides about an order.
    func draw(below bound: Int, about order: OrderID) -> Int

    /// Does something later, at most once.
    func plan(in milliseconds: Int64, _ action: @escaping () -> Void)

    /// Puts a report into a partition of the queue of reports, behind what was put there before.
    ///
    /// - Parameter sent: told the entry, at once or before the stage comes to rest.
    func append(
        report: Fields, to partition: Int, sent: @escaping (EntryID) -> Void)

    /// For the story of a run.
    func note(_ who: String, _ what: @autoclosure () -> String)
}
