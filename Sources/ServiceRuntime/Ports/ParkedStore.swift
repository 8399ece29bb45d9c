/// The records of accounts whose persistence has stopped: `parked:{p}`, where settling moves them.
package protocol ParkedStore: AnyObject {
    /// Records behind an entry, in the order in which they were parked, with the fields of the
    /// events that they were.
    func parked(partition: Int, after: EntryID, count: Int) throws(StoreError) -> [Entry]

    /// Removes records that have come to where they belong. It needs no lease: they are there for
    /// good, whoever says so.
    func removeParked(_ entries: [EntryID], partition: Int) throws(StoreError)
}
