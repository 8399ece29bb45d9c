/// Commands for one connection, with what must precede them: the connection itself and the scripts
/// that its server does not have yet.
final class Batch {
    let connection: RedisConnection
    private let commands: [RedisCommand]
    private let silence: Duration
    private var exchange: Exchange?
    private(set) var replies: [Result<Reply, RedisError>] = []
    /// Why a script could not be loaded; its commands fail with that and are not sent.
    private var scriptErrors: [ObjectIdentifier: RedisError] = [:]

    /// - Parameter silence: how long the server may be silent; `nil` is the connection's own limit.
    init(_ connection: RedisConnection, _ commands: [RedisCommand], silence: Duration? = nil) {
        self.connection = connection
        self.commands = commands
        self.silence = silence ?? connection.options.replyTimeout
    }

    /// Runs batches of different connections side by side: one round trip, and one before it on
    /// connections that meet a script for the first time.
    ///
    /// Where everything is ready the commands leave at once. Opening a connection may take until its
    /// time-out; the servers that are well work meanwhile.
    static func run(_ batches: [Batch]) {
        var unready: [Batch] = []
        for batch in batches where !batch.startIfReady() { unready.append(batch) }
        loadScripts(unready)
        for batch in unready { batch.start() }
        Exchange.run(batches.compactMap(\.exchange))
        for batch in batches { batch.takeReplies() }
    }

    private func startIfReady() -> Bool {
        guard let wire = connection.openWire, connection.scriptsToLoad(for: commands).isEmpty else {
            return false
        }
        start(on: wire)
        return true
    }

    private func start() {
        guard replies.isEmpty else { return }
        do throws(RedisError) {
            start(on: try connection.open())
        } catch {
            failAll(error)
        }
    }

    private func start(on wire: Wire) {
        let sendable =
            scriptErrors.isEmpty ? commands : commands.filter { scriptError(of: $0) == nil }
        let exchange = Exchange(connection, wire, sendable, silence: silence)
        exchange.show()
        exchange.write()
        self.exchange = exchange
    }

    /// Puts the replies of what was sent and the errors of what was not into the commands' order.
    private func takeReplies() {
        guard let exchange else { return }
        self.exchange = nil
        guard !scriptErrors.isEmpty else {
            replies = exchange.replies
            return
        }
        var sent = exchange.replies[...]
        replies = commands.map { command in
            if let error = scriptError(of: command) { return .failure(error) }
            return sent.removeFirst()
        }
    }

    private func failAll(_ error: RedisError) {
        replies = commands.map { .failure(error.told(of: $0.operation, mayHaveRun: false)) }
    }
}

// Loading scripts.
extension Batch {
    private struct Load {
        let batch: Batch
        let scripts: [Script]
        let exchange: Exchange
    }

    private static func loadScripts(_ batches: [Batch]) {
        let loads = batches.compactMap { $0.load() }
        Exchange.run(loads.map(\.exchange))
        for load in loads { load.batch.note(load) }
    }

    private func load() -> Load? {
        do throws(RedisError) {
            let wire = try connection.open()
            let scripts = connection.scriptsToLoad(for: commands)
            if scripts.isEmpty { return nil }
            let loads = scripts.map(\.loadCommand)
            let exchange = Exchange(connection, wire, loads, silence: silence)
            exchange.show()
            return Load(batch: self, scripts: scripts, exchange: exchange)
        } catch {
            failAll(error)
            return nil
        }
    }

    private func note(_ load: Load) {
        for (script, reply) in zip(load.scripts, load.exchange.replies) {
            switch reply {
            case .success(let reply):
                script.learn(reply.utf8 ?? [])
                connection.noteLoaded(script)
            case .failure(let error):
                scriptErrors[ObjectIdentifier(script)] =
                    error.told(of: script.name, mayHaveRun: false)
            }
        }
    }

    private func scriptError(of command: RedisCommand) -> RedisError? {
        command.script.flatMap { scriptErrors[ObjectIdentifier($0)] }
    }
}
