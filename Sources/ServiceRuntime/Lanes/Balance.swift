/// How the members of a service share its partitions: evenly, moving as few as possible.
package enum Balance {
    /// How many of `partitions` a member is to own. The first members in order own one more where
    /// the division leaves a rest.
    package static func quota(of member: String, among members: [String], partitions: Int) -> Int {
        let sorted = members.sorted()
        guard let rank = sorted.firstIndex(of: member) else { return 0 }
        return partitions / sorted.count + (rank < partitions % sorted.count ? 1 : 0)
    }

    /// The owned partitions to give up, the highest first, so that others can take them.
    package static func surplus(owned: [Int], quota: Int) -> [Int] {
        Array(owned.sorted(by: >).prefix(max(0, owned.count - quota)))
    }

    /// The partitions to try to acquire: those that are not owned, starting at a place of the
    /// member's own so that two newcomers do not fight for the same one.
    package static func wanted(
        owned: [Int], quota: Int, partitions: Int, start: Int
    ) -> [Int] {
        guard owned.count < quota else { return [] }
        let mine = Set(owned)
        return (0..<partitions).map { ($0 + start) % partitions }.filter { !mine.contains($0) }
    }
}
