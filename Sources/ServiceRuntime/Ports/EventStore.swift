/// What consumers of `events:{p}` need besides their lane.
package protocol EventStore: AnyObject {
    /// Removes entries that every group has acknowledged, older than `keep` milliseconds by the
    /// server's clock. Returns how many went.
    func trim(partition: Int, keep: Int64) throws(StoreError) -> Int

    /// The clock of the server that keeps the partition's reports, and stamped their arrival, ms.
    func time(partition: Int) throws(StoreError) -> Int64
}
