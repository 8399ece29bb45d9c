/// One connection to one server. It connects when it is first needed and, after a failure, when it
/// is next needed. Owned by one thread, which it blocks.
package final class RedisConnection {
    package let endpoint: RedisEndpoint
    private let address: RedisAddress
    let options: RedisOptions
    private var wire: Wire?
    /// Scripts that this server has, as far as this connection has seen.
    private var loaded: Set<ObjectIdentifier> = []
    /// A host that did not answer in time is not asked again for a while, so that it does not cost
    /// every call a time-out, and neighbours in a cluster theirs.
    private var silence: (until: ContinuousClock.Instant, pause: Duration, error: RedisError)?
    private var buffer: [UInt8] = []

    /// Sees the bytes of every pipeline as they are sent, and the number of commands in them.
    package var tap: ((UnsafeRawBufferPointer, _ commands: Int) -> Void)?

    /// - Parameters:
    ///   - endpoint: where to connect, one of the address's nodes or found through them.
    ///   - address: whose user, password and database to use.
    package init(
        _ endpoint: RedisEndpoint, address: RedisAddress, options: RedisOptions = RedisOptions()
    ) {
        self.endpoint = endpoint
        self.address = address
        self.options = options
    }

    /// Sends all commands in one round trip and returns their replies in order. When the connection
    /// dies in the middle, the replies read so far stand and the rest are `unavailable`.
    ///
    /// - Parameter timeout: how long the server may be silent; for a command that blocks, more than
    ///   it blocks. `nil` is the options' `replyTimeout`.
    package func pipeline(
        _ commands: [RedisCommand], timeout: Duration? = nil
    ) -> [Result<Reply, RedisError>] {
        let batch = Batch(self, commands, silence: timeout)
        Batch.run([batch])
        return batch.replies
    }

    /// One command, one reply.
    package func call(
        _ command: RedisCommand, timeout: Duration? = nil
    ) -> Result<Reply, RedisError> {
        pipeline([command], timeout: timeout)[0]
    }

    /// The next message that the server sends by itself, as after `SUBSCRIBE`; `nil` when none
    /// comes in time. Throws when the connection is lost, and with it the subscription.
    ///
    /// Name all channels in one `SUBSCRIBE`: a connection on which messages wait unread is given up
    /// when it is next called.
    package func receive(within timeout: Duration) throws(RedisError) -> Reply? {
        guard let wire else {
            throw RedisError(.connectionLost, operation: "receive", detail: "not connected")
        }
        do throws(RedisError) {
            return try wire.awaitReply(until: ContinuousClock.now + timeout)
        } catch {
            close()
            throw error
        }
    }

    /// Ends the connection. The next call opens another.
    package func close() {
        wire = nil
        loaded = []
    }
}

extension RedisConnection {
    /// The open connection, if there is one that can be used.
    var openWire: Wire? { wire.flatMap { $0.isFit ? $0 : nil } }

    /// The open connection, or a new one that has introduced itself.
    func open() throws(RedisError) -> Wire {
        if let openWire { return openWire }
        close()
        if let silence, ContinuousClock.now < silence.until { throw silence.error }
        do throws(RedisError) {
            let fresh = try Wire(endpoint, timeout: options.connectTimeout)
            wire = fresh
            try introduce(on: fresh)
            silence = nil
            return fresh
        } catch {
            close()
            noteSilence(error)
            throw error
        }
    }

    /// The pause doubles from the connect time-out to four of them, and starts over when the server
    /// says anything.
    private func noteSilence(_ error: RedisError) {
        guard error.name == .connectTimedOut else {
            silence = nil
            return
        }
        let longest = options.connectTimeout * 4
        let pause = min(silence.map { $0.pause * 2 } ?? options.connectTimeout, longest)
        silence = (ContinuousClock.now + pause, pause, error)
    }

    /// Tells the server who we are. There is always at least one command, so a server that accepts
    /// and then turns us away is noticed here.
    private func introduce(on wire: Wire) throws(RedisError) {
        var commands: [RedisCommand] = []
        if let password = address.password {
            let login = address.user.map { [$0, password.value] } ?? [password.value]
            commands.append(RedisCommand("AUTH", slot: nil, login))
        }
        commands.append(RedisCommand("CLIENT", slot: nil, ["SETNAME", options.clientName]))
        if address.database != 0 {
            commands.append(RedisCommand("SELECT", slot: nil, ["\(address.database)"]))
        }
        let exchange = Exchange(self, wire, commands, silence: options.connectTimeout)
        Exchange.run([exchange])
        for case .failure(let error) in exchange.replies {
            // A server that is stopped still lets the kernel accept for it.
            let name = error.name == .timedOut ? .connectTimedOut : error.name
            // Whatever the connection was opened for has not been sent.
            throw RedisError(name, operation: error.operation, detail: error.detail)
        }
    }

    /// The scripts to load before these commands are sent: none when the connection has loaded them
    /// all, else all of them. Had the server lost its scripts unnoticed, loading only the new ones
    /// would let their commands overtake those of the others.
    func scriptsToLoad(for commands: [RedisCommand]) -> [Script] {
        var used: [Script] = []
        for case let script? in commands.lazy.map(\.script)
        where !used.contains(where: { $0 === script }) { used.append(script) }
        return used.allSatisfy { loaded.contains(ObjectIdentifier($0)) } ? [] : used
    }

    func noteLoaded(_ script: Script) { loaded.insert(ObjectIdentifier(script)) }

    /// The server has lost its scripts, all of them: it forgets none singly.
    func forgetScripts() { loaded = [] }

    /// The output buffer is kept between calls, unless one was large: a process at rest is small.
    func takeBuffer() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }

    func returnBuffer(_ used: consuming [UInt8]) {
        guard used.capacity <= 1 << 18 else { return }
        used.removeAll(keepingCapacity: true)
        buffer = used
    }
}
