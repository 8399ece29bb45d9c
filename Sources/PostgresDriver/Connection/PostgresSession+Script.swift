internal import CLibpq

extension PostgresSession {
    /// Runs a text of several statements without parameters, as a migration is.
    ///
    /// All of it is one transaction, unless one is open or the text holds its own BEGIN or COMMIT.
    func run(script: String) throws(PostgresError) -> PostgresError? {
        guard !script.utf8.contains(0) else {
            return PostgresError(.refused, .script, "the script holds a zero byte")
        }
        do {
            return try runSimply(script)
        } catch {
            isBroken = true
            throw error
        }
    }

    /// Scripts are spoken in the simple protocol, which a pipeline does not carry.
    private func runSimply(_ script: String) throws(PostgresError) -> PostgresError? {
        guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, script) == 1 else {
            throw PostgresError(.unavailable, .script, lastMessage)
        }
        var first: PostgresError?
        while let result = try nextResult(.script) {
            let failure = try result.failure(.script, lost: isLost)
            first = first ?? failure
        }
        guard !isLost, PQenterPipelineMode(handle) == 1 else {
            throw PostgresError(.unknownOutcome, .script, lastMessage)
        }
        return first
    }
}
