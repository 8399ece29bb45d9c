package import Shared

/// Dead letters as they lie in their lanes, for whoever archives them and for people.
package protocol DeadLetterStore: AnyObject {
    /// Letters of each lane behind an entry, oldest first, at most `count` a lane.
    func letters(
        behind: [(lane: LaneID, last: EntryID)], count: Int
    ) throws(StoreError) -> [[DeadLetter]]
}
