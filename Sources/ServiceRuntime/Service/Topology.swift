package import Shared

/// What all processes of a fleet must agree on; written by `fleet init`.
package struct Topology: Sendable, Equatable {
    /// Partitions of every queue and of the events, 1 to 256.
    package let partitions: Int
    package let providers: Set<Provider>
    /// Queues that are not read, by their names: `open`, `provider-house`, `events/persistence`.
    package let paused: Set<String>
    /// Raised by a rebuild.
    package let incarnation: Int64

    /// Reads `fleet:topology`. The error says what the process disagrees on.
    package init(_ fields: Fields) throws(FieldError) {
        guard !fields.isEmpty else {
            throw FieldError(Keys.topology.text, "", rule: "is missing: run 'fleet init' first")
        }
        let partitions = try fields.required("partitions", Number.int64)
        guard (1...256).contains(partitions) else {
            throw FieldError("partitions", String(partitions), rule: "is not from 1 to 256")
        }
        self.partitions = Int(partitions)
        let version = try fields.required("version")
        guard version == MessageVersion.current else {
            throw FieldError(
                "version", version,
                rule: "of messages is not this process's \(MessageVersion.current)")
        }
        var providers: Set<Provider> = []
        for name in try fields.required("providers").split(separator: ",") {
            providers.insert(try Fields.read("providers", String(name)) { try Provider($0) })
        }
        self.providers = providers
        paused = Set((fields["paused"] ?? "").split(separator: ",").map(String.init))
        incarnation = try fields.optional("incarnation", Number.int64) ?? 0
    }
}
