package import Shared

/// What a process needs to share partitions with others: leases and the list of members, all by the
/// server's clock.
package protocol CoordinationStore: AnyObject {
    /// Notes that the member lives and what it tells of itself; returns the living members.
    func beat(
        service: String, member: String, heartbeat: Fields
    ) throws(StoreError) -> [String]

    /// The members on the list, by which a process sees at once who joined and who left.
    func members(of service: String) throws(StoreError) -> [String]

    /// Takes the member off the list, so that others need not wait for it.
    func leave(service: String, member: String) throws(StoreError)

    /// Takes each lease that nobody holds.
    func acquire(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool]

    /// Prolongs each lease that is still ours.
    func renew(_ leases: [LeaseClaim]) throws(StoreError) -> [Bool]

    func release(_ leases: [LeaseClaim]) throws(StoreError)

    /// `fleet:topology`; empty where the fleet was never initialised.
    func topology() throws(StoreError) -> Fields
}

extension CoordinationStore {
    /// Whether an operator has paused a queue, by its name. Throws where the topology cannot be read
    /// or is not understood.
    package func isPaused(_ queue: String) throws(StoreError) -> Bool {
        do {
            return try Topology(try topology()).paused.contains(queue)
        } catch let error as StoreError {
            throw error
        } catch {
            throw .refused(operation: "topology", detail: "\(error)")
        }
    }
}

package struct LeaseClaim: Sendable, Hashable {
    package let key: StringKey
    package let nonce: LeaseNonce

    package init(key: StringKey, nonce: LeaseNonce) {
        self.key = key
        self.nonce = nonce
    }
}
