package import Shared

/// What a provider connection needs of the store besides its lanes: who was written to, who
/// answered (architecture §4). Keys lie in the slot of the provider's queue.
package protocol WireStore: AnyObject {
    /// Marks messages of a lane before their first byte leaves, and their requests as in flight; one
    /// answer a message. Durable. Repeating the same attempt says the same again.
    func mark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError) -> [MarkReply]

    /// Notes that these attempts were handed over whole. Durable.
    func noteSent(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError)

    /// Takes marks back of which nothing whole has left.
    func unmark(_ lane: LaneID, _ messages: [WireMessage]) throws(StoreError)

    /// Takes answered requests out of those in flight.
    func answered(_ answers: [RequestAnswer]) -> [Result<Void, StoreError>]

    /// A person has verified what became of a request: it is in doubt and in flight no more. Before
    /// the report that says so.
    func resolved(_ lane: LaneID, _ id: LifecycleID) throws(StoreError)

    /// Requests of a lane that wait for their answers longer than `age` ms, by the server's clock.
    func overdue(
        _ lane: LaneID, age: Int64, most: Int
    ) throws(StoreError) -> OverdueRequests

    /// Keeps what came over the wire and is no report, as dead letters of the reports' queue.
    func keep(_ frames: [UnreadableFrame]) -> [Result<Void, StoreError>]
}

/// One message about to be written.
package struct WireMessage: Sendable, Equatable {
    package let id: LifecycleID
    /// The entry under which it lies in its queue.
    package let entry: EntryID
    /// The kind of request.
    package let status: String
    /// Drawn anew for each time that it may be written.
    package let attempt: String

    package init(id: LifecycleID, entry: EntryID, status: String, attempt: String) {
        self.id = id
        self.entry = entry
        self.status = status
        self.attempt = attempt
    }
}

package enum MarkReply: Sendable, Equatable {
    /// Write it.
    case send
    /// It was handed over before.
    case sentBefore
    /// It was marked before, and nobody knows whether it left.
    case inDoubt
}

/// That a provider has spoken of a request.
package struct RequestAnswer: Sendable, Equatable {
    /// The lane of the provider's queue in which the request lay.
    package let lane: LaneID
    package let id: LifecycleID
    package let status: OrdStatus

    package init(lane: LaneID, id: LifecycleID, status: OrdStatus) {
        self.lane = lane
        self.id = id
        self.status = status
    }
}

package struct OverdueRequests: Sendable, Equatable {
    package struct Request: Sendable, Equatable {
        package let id: LifecycleID
        /// Milliseconds since it was sent.
        package let age: Int64

        package init(id: LifecycleID, age: Int64) {
            self.id = id
            self.age = age
        }
    }

    package let count: Int
    /// The oldest of them.
    package let oldest: [Request]

    package init(count: Int, oldest: [Request]) {
        self.count = count
        self.oldest = oldest
    }
}

package struct UnreadableFrame: Sendable, Equatable {
    package let provider: Provider
    package let partition: Int
    /// Why it cannot be read.
    package let detail: String
    /// The frame, as JSON where it could be taken apart, else as hexadecimal digits.
    package let frame: String

    package init(provider: Provider, partition: Int, detail: String, frame: String) {
        self.provider = provider
        self.partition = partition
        self.detail = detail
        self.frame = frame
    }
}
