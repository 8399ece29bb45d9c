package import Shared

/// A message that waits in the deferred ones of a lane, as scripts `settle` and `fetch` pack it.
package struct DeferredMessage: Sendable, Equatable {
    /// The entry as which it was deferred last.
    package let entry: String
    package let fields: Fields

    /// Reads one member of `delayed:{…}`; nil where the reply is no text.
    ///
    /// - Throws: where it is not packed as those scripts do.
    package init?(_ member: Reply) throws {
        let read = try member.unpack { reader in
            let count = try reader.list()
            return (try reader.text(), try reader.fields(of: (count - 1) / 2))
        }
        guard let read else { return nil }
        entry = read.0
        fields = read.1
    }
}
