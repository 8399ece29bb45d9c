/// Who reads a stream: the workers of a role, or one of the consumers of events.
package enum ConsumerGroup: String, Sendable, CaseIterable, Hashable {
    case workers
    case persistence
    case projection

    /// The groups of `events:{p}`. Trimming waits for all of them.
    package static let ofEvents: [ConsumerGroup] = [.persistence, .projection]
}

/// One partition of one stream as one group reads it: what a lane owns under a lease.
package struct LaneID: Hashable, Sendable, CustomStringConvertible {
    package enum Source: Hashable, Sendable {
        case queue(Role)
        case events
    }

    package let source: Source
    package let partition: Int
    package let group: ConsumerGroup

    /// A partition of a role's queue.
    package init(queue role: Role, _ partition: Int) {
        source = .queue(role)
        self.partition = partition
        group = .workers
    }

    /// A partition of the events, read by one of their groups.
    package init(events partition: Int, _ group: ConsumerGroup) {
        source = .events
        self.partition = partition
        self.group = group
    }

    /// The hash tag of the stream; everything about the stream carries it.
    package var tag: String {
        switch source {
        case .queue(let role): "\(role.name):\(partition)"
        case .events: String(partition)
        }
    }

    package var slot: Slot { Slot(tag: tag.utf8) }

    package var stream: StreamKey {
        switch source {
        case .queue: StreamKey(text: "queue:{\(tag)}", slot: slot)
        case .events: StreamKey(text: "events:{\(tag)}", slot: slot)
        }
    }

    package var lease: StringKey {
        StringKey(text: "lease:{\(tag)}:\(group.rawValue)", slot: slot)
    }

    /// Deferred messages, scored by when they are due (ms of the server's clock).
    package var delayed: SortedSetKey { SortedSetKey(text: own("delayed"), slot: slot) }

    /// Dead letters.
    package var dead: StreamKey { StreamKey(text: own("dead"), slot: slot) }

    /// Entry id → how often a process died while it had this message alone in hand.
    package var suspect: HashKey { HashKey(text: own("suspect"), slot: slot) }

    /// Records of accounts whose persistence has stopped, in order (events only).
    package var parked: StreamKey { StreamKey(text: own("parked"), slot: slot) }

    /// Last published `orders_version:token` of each account (events only).
    package var emitted: HashKey { HashKey(text: "emitted:{\(tag)}", slot: slot) }

    /// Ids of messages sent to a provider, scored by when (ms); kept for 24 h.
    package var sent: SortedSetKey { SortedSetKey(text: "sent:{\(tag)}", slot: slot) }

    /// Message id → what its provider connection knows of its sending (`WireMark`); the queue of a
    /// provider only. Written before the first byte of the message leaves.
    package var wired: HashKey { HashKey(text: "wired:{\(tag)}", slot: slot) }

    /// Ids of requests that a provider has not answered, scored by when they were sent (ms).
    package var inflight: SortedSetKey { SortedSetKey(text: "inflight:{\(tag)}", slot: slot) }

    /// Requests that the house has answered into this queue of reports, scored by when (ms).
    package var answered: SortedSetKey {
        SortedSetKey(text: "answered:{\(tag)}", slot: slot)
    }

    /// A queue has one group, so its tag is enough; the groups of `events:{p}` keep apart.
    private func own(_ prefix: String) -> String {
        switch source {
        case .queue: "\(prefix):{\(tag)}"
        case .events: "\(prefix):{\(tag)}:\(group.rawValue)"
        }
    }

    package var description: String { "\(stream.text)/\(group.rawValue)" }
}

extension LaneID {
    /// The queue as people call it, whatever the partition: `open`, `events/persistence`.
    package var queueName: String {
        switch source {
        case .queue(let role): role.name
        case .events: "events/\(group.rawValue)"
        }
    }

    /// Every lane of a partition: of each role that has a queue, and of each group of the events.
    package static func all(of partition: Int, _ providers: Set<Provider>) -> [LaneID] {
        Role.all(providers: providers).map { LaneID(queue: $0, partition) }
            + ConsumerGroup.ofEvents.map { LaneID(events: partition, $0) }
    }
}
