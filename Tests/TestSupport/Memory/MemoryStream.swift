package import ServiceRuntime
package import Shared

/// One stream with its consumer groups and what was handed out and not acknowledged. Whoever looks
/// at it at every step keeps it in hand.
package final class MemoryStream {
    package private(set) var entries: [Entry] = []
    private var last = EntryID.zero
    private var groups: [Group] = []

    /// One group of readers.
    package final class Group {
        let name: ConsumerGroup
        fileprivate(set) var delivered = EntryID.zero
        fileprivate(set) var pending: [EntryID] = []
        /// Whether something came that no member was handed.
        package fileprivate(set) var hasNew: Bool

        fileprivate init(_ name: ConsumerGroup, hasNew: Bool) {
            self.name = name
            self.hasNew = hasNew
        }
    }

    package init() {}

    @discardableResult
    package func append(_ fields: Fields, at now: Int64) -> EntryID {
        last =
            now > last.milliseconds
            ? EntryID(milliseconds: now, sequence: 0)
            : EntryID(milliseconds: last.milliseconds, sequence: last.sequence + 1)
        entries.append(Entry(id: last, fields: fields))
        for group in groups { group.hasNew = true }
        return last
    }

    private func known(_ name: ConsumerGroup) -> Group? { groups.first { $0.name == name } }

    /// A group of readers, for whoever looks at it at every step.
    package func group(_ name: ConsumerGroup) -> Group {
        if let group = known(name) { return group }
        let group = Group(name, hasNew: last > .zero)
        groups.append(group)
        return group
    }

    package func delivered(to group: ConsumerGroup) -> EntryID {
        known(group)?.delivered ?? .zero
    }

    package func pending(of group: ConsumerGroup) -> [EntryID] { known(group)?.pending ?? [] }

    /// Entries that no member of the group was handed.
    package func undelivered(to group: ConsumerGroup) -> ArraySlice<Entry> {
        entries[place(behind: delivered(to: group))...]
    }

    /// Whether something came that no member of the group was handed.
    package func hasNew(for group: ConsumerGroup) -> Bool { last > delivered(to: group) }

    package func deliver(to group: ConsumerGroup, count: Int) -> [Entry] {
        let handed = Array(undelivered(to: group).prefix(count))
        guard let newest = handed.last else { return [] }
        let group = self.group(group)
        group.delivered = newest.id
        group.hasNew = last > newest.id
        group.pending += handed.map(\.id)
        return handed
    }

    /// What the group was handed before and did not acknowledge, behind an entry.
    package func redeliver(to group: ConsumerGroup, after: EntryID, count: Int) -> [Entry] {
        pending(of: group).filter { $0 > after }.prefix(count).compactMap { self[$0] }
    }

    /// Whether the group had it pending.
    package func acknowledge(_ id: EntryID, by group: ConsumerGroup) -> Bool {
        guard let group = known(group), let index = group.pending.firstIndex(of: id) else {
            return false
        }
        group.pending.remove(at: index)
        return true
    }

    package func delete(_ id: EntryID) {
        let index = place(behind: id) - 1
        guard entries.indices.contains(index), entries[index].id == id else { return }
        entries.remove(at: index)
    }

    package subscript(id: EntryID) -> Entry? {
        let index = place(behind: id) - 1
        guard entries.indices.contains(index), entries[index].id == id else { return nil }
        return entries[index]
    }

    /// Removes what every one of the groups has acknowledged and is older than a moment.
    package func trim(groups needed: [ConsumerGroup], before moment: Int64) -> Int {
        let unread = needed.map { group in
            pending(of: group).first
                ?? EntryID(
                    milliseconds: delivered(to: group).milliseconds,
                    sequence: delivered(to: group).sequence + 1)
        }
        guard let oldest = unread.min() else { return 0 }
        let kept = entries.firstIndex { $0.id >= oldest || $0.id.milliseconds >= moment }
        let count = kept ?? entries.count
        entries.removeFirst(count)
        return count
    }

    /// The index of the first entry behind an id.
    private func place(behind id: EntryID) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
