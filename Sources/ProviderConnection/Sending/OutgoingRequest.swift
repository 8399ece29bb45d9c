import MessagePackDriver
import ProviderWire
import ServiceRuntime
import Shared

/// An entry of a provider's queue, ready to leave.
struct OutgoingRequest: Sendable {
    let entry: Entry
    /// The id that the answer will report on.
    let id: LifecycleID
    /// The kind of request.
    let status: String
    let frame: [UInt8]

    /// Reads an entry.
    ///
    /// - Parameter now: the server's clock, ms.
    /// - Throws: why it cannot leave: it is no request, too old, or too long for a frame.
    init(_ entry: Entry, limits: WireLimits, now: Int64) throws(OutgoingFault) {
        self.entry = entry
        do throws(MessageError) {
            let request = try ProviderRequest(entry.fields)
            id = request.id
            status = request.kind.rawValue
        } catch {
            throw OutgoingFault(reason: error.deadReason, detail: error.description)
        }
        // A redrive makes a new entry: somebody has decided that it is not too late.
        guard now - entry.id.milliseconds <= Int64(ProviderMessage.mostAge) else {
            throw OutgoingFault(
                reason: .staleSend, detail: "\(id) has waited \(now - entry.id.milliseconds) ms")
        }
        do throws(WireError) {
            let map = try OutgoingMessage.map(entry.fields, leavingOut: Self.staysHere)
            frame = try Frame.encode(try MessagePack.encode(map), limits: limits)
        } catch {
            throw OutgoingFault(
                reason: .unreadable, detail: "\(error.code): \(error.description)")
        }
    }

    /// Names of ours: of the queue, of the account, and of what happened to the entry here.
    private static func staysHere(_ name: String) -> Bool {
        name == "v" || name == "key" || EntryField.all.contains(name)
            || name.hasPrefix(DeadField.prefix)
    }
}

/// Why an entry cannot leave.
struct OutgoingFault: Error, Equatable {
    let reason: DeadReason
    let detail: String
}
