package import Shared

/// What all processes of a fleet must agree on; written by `fleet init` and `fleet upgrade`.
package struct Topology: Sendable, Equatable {
    /// Partitions of every queue and of the events, 1 to 256.
    package let partitions: Int
    /// Of messages: what processes write, raised by `fleet upgrade`. It may be none that this binary
    /// knows: see `checkVersions`.
    package let version: Int
    /// Of what the stores' scripts leave in keys, as `fleet init` wrote it.
    package let scriptVersion: String
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
        let version = try fields.required("version", Number.int64)
        guard version > 0 else {
            throw FieldError("version", String(version), rule: "of messages is not above zero")
        }
        self.version = Int(version)
        scriptVersion = fields["script_version"] ?? ""
        var providers: Set<Provider> = []
        for name in try fields.required("providers").split(separator: ",") {
            providers.insert(try Fields.read("providers", String(name)) { try Provider($0) })
        }
        self.providers = providers
        paused = Set((fields["paused"] ?? "").split(separator: ",").map(String.init))
        incarnation = try fields.optional("incarnation", Number.int64) ?? 0
    }

    /// Throws where messages are written that this binary does not read, or keys that its scripts do
    /// not know: two versions of scripts must not work side by side.
    ///
    /// - Parameter scripts: the version of this binary's.
    package func checkVersions(scripts: String) throws(FieldError) {
        guard MessageVersion.known.contains(version) else {
            throw FieldError(
                "version", String(version),
                rule: "is no version of messages that this process knows: "
                    + MessageVersion.knownText)
        }
        guard scriptVersion == scripts else {
            throw FieldError(
                "script_version", scriptVersion, rule: "is not this process's, \(scripts)")
        }
    }
}
