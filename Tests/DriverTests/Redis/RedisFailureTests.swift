import Glibc
import RedisDriver
import TestSupport
import Testing

/// What a server that is away, slow or unwilling does to its commands.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct RedisFailureTests {
    private static let ping = RedisCommand("PING", slot: nil)

    private static func incr(_ count: Int) -> [RedisCommand] {
        (0..<count).map { _ in RedisCommand("INCR", slot: nil, ["n"]) }
    }

    @Test func theNextCallAfterARestartSucceeds() throws {
        let server = try PrivateRedis(appendOnly: true)
        let client = server.client()
        _ = try client.call(RedisCommand("SET", slot: nil, ["k", "1"])).get()
        try server.restart()
        #expect(try client.call(RedisCommand("GET", slot: nil, ["k"])).get() == .text("1"))
    }

    @Test func aServerThatIsAwayHasNotRunAnything() throws {
        let server = try PrivateRedis()
        let client = server.client()
        _ = try client.call(Self.ping).get()
        server.kill()
        for reply in client.pipeline(Self.incr(2)) {
            #expect(reply.error?.name == .connectFailed)
            #expect(reply.error?.code == .unavailable)
            #expect(reply.error?.operation == "INCR")
            #expect(reply.error?.mayHaveRun == false)
        }
        try server.start()
        #expect(try client.call(Self.ping).get() == .status("PONG"))
    }

    /// The replies that came before the end stand; of the rest nobody knows. How many came depends
    /// on how much the server read at once, so only the order is certain.
    @Test func aServerThatDiesInTheMiddle() throws {
        let server = try PrivateRedis()
        let client = server.client()
        let padding = String(repeating: "x", count: 200)
        var commands = (0..<10_000).map { _ in RedisCommand("ECHO", slot: nil, [padding]) }
        commands[9_000] = RedisCommand("SHUTDOWN", slot: nil, ["NOSAVE"])
        let replies = client.pipeline(commands)
        let answered = replies.prefix { $0.error == nil }.count
        #expect(replies.count == 10_000)
        #expect((1...9_000).contains(answered))
        for reply in replies[answered...] {
            #expect(reply.error?.name == .connectionLost)
            #expect(reply.error?.mayHaveRun == true)
        }
        server.shutDown()
        try server.start()
        #expect(try client.call(Self.ping).get() == .status("PONG"))
    }

    @Test func aSilentServerTimesOutAndIsNotMisheardLater() throws {
        let server = try PrivateRedis()
        let client = server.client(options: RedisOptions(replyTimeout: .milliseconds(100)))
        _ = try client.call(Self.ping).get()
        server.signal(SIGSTOP)
        let replies = client.pipeline(Self.incr(2))
        server.signal(SIGCONT)
        for reply in replies {
            #expect(reply.error?.name == .timedOut)
            #expect(reply.error?.mayHaveRun == true)
        }
        #expect(eventually { client.call(Self.ping).error == nil })
        #expect(try client.call(RedisCommand("ECHO", slot: nil, ["a"])).get() == .text("a"))
        #expect(try client.call(RedisCommand("GET", slot: nil, ["n"])).get() == .text("2"))
    }

    /// A host that does not answer costs its time-out once, not at every call.
    @Test func aHostThatDoesNotAnswerIsNotWaitedForTwice() throws {
        let port = Ports.free()
        let deaf = try DeafListener(port: port)
        let address = try RedisAddress("redis://127.0.0.1:\(port)")
        let client = RedisClient(
            address, options: RedisOptions(connectTimeout: .milliseconds(300)))
        let clock = ContinuousClock()
        let first = clock.measure {
            #expect(client.call(Self.ping).error?.name == .connectTimedOut)
        }
        let second = clock.measure {
            #expect(client.call(Self.ping).error?.name == .connectTimedOut)
        }
        #expect(first >= .milliseconds(300))
        #expect(second < .milliseconds(100))
        withExtendedLifetime(deaf) {}
    }

    /// The kernel accepts connections for a stopped server.
    @Test func aStoppedServerIsNotWaitedForTwice() throws {
        let server = try PrivateRedis()
        let options = RedisOptions(
            connectTimeout: .milliseconds(200), replyTimeout: .seconds(10))
        let client = server.client(options: options)
        server.signal(SIGSTOP)
        let clock = ContinuousClock()
        let first = clock.measure {
            let error = client.call(Self.ping).error
            #expect(error?.name == .connectTimedOut)
            #expect(error?.mayHaveRun == false)
        }
        let second = clock.measure {
            #expect(client.call(Self.ping).error?.name == .connectTimedOut)
        }
        server.signal(SIGCONT)
        #expect((.milliseconds(200)..<(.seconds(5))).contains(first))
        #expect(second < .milliseconds(100))
        #expect(eventually { client.call(Self.ping).error == nil })
    }

    @Test func aFullServerTurnsClientsAway() throws {
        let server = try PrivateRedis(config: ["maxclients 1"])
        let first = server.client()
        _ = try first.call(Self.ping).get()
        let error = try #require(server.client().call(Self.ping).error)
        #expect(error.name == .tooManyClients)
        #expect(!error.mayHaveRun)
    }

    @Test func aPeerThatSpeaksNoRedisIsRefused() throws {
        let port = Ports.free()
        let talker = try DeafListener(port: port, greeting: "HTTP/1.1 400 Bad Request\r\n")
        let client = RedisClient(try RedisAddress("redis://127.0.0.1:\(port)"))
        #expect(client.call(Self.ping).error?.name == .protocolBroken)
        withExtendedLifetime(talker) {}
    }

    private static let states: [(config: [String], command: RedisCommand, name: RedisError.Name)] =
        [
            (
                ["maxmemory 1", "maxmemory-policy noeviction"],
                RedisCommand("SET", slot: nil, ["k", "v"]), .outOfMemory
            ),
            (["replicaof 127.0.0.1 1"], RedisCommand("SET", slot: nil, ["k", "v"]), .readOnly),
            (
                ["replicaof 127.0.0.1 1", "replica-serve-stale-data no"],
                RedisCommand("GET", slot: nil, ["k"]), .masterDown
            ),
            (["min-replicas-to-write 1"], RedisCommand("SET", slot: nil, ["k", "v"]), .noReplicas),
            ([], RedisCommand("XREADGROUP", slot: nil, Self.readGroup), .noGroup),
            ([], RedisCommand("EVAL", slot: nil, ["error('oops')", "0"]), .scriptFailed),
            ([], RedisCommand("EVAL", slot: nil, ["oops oops", "0"]), .scriptFailed),
            ([], RedisCommand("GET", slot: nil, ["a", "b"]), .rejected),
        ]
    private static let readGroup = ["GROUP", "g", "c", "STREAMS", "q", ">"]

    @Test(arguments: states.indices)
    func serversSayWhatTheyLack(row: Int) throws {
        let (config, command, name) = Self.states[row]
        let server = try PrivateRedis(config: config)
        #expect(server.client().call(command).error?.name == name)
    }
}

/// Listens and never accepts. Without a greeting its queue is full, so that connecting hangs; with
/// one it accepts the first client and greets it.
private final class DeafListener {
    private var descriptors: [Int32] = []
    private var greeter: pthread_t?

    init(port: UInt16, greeting: String? = nil) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptors.append(listener)
        try #require(Self.withAddress(port) { bind(listener, $0, $1) } == 0)
        try #require(listen(listener, 0) == 0)
        if let greeting {
            // The kernel completes the connection; what we write waits for the client to read it.
            let thread = Thread(listener: listener, greeting: Array(greeting.utf8))
            greeter = thread.start()
            return
        }
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            descriptors.append(filler)
            _ = Self.withAddress(port) { connect(filler, $0, $1) }
        }
    }

    deinit {
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        if let greeter { pthread_join(greeter, nil) }
        for descriptor in descriptors { close(descriptor) }
    }

    private static func withAddress(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Accepts one client, greets it and keeps it until the listener closes.
    private final class Thread {
        private let listener: Int32
        private let greeting: [UInt8]

        init(listener: Int32, greeting: [UInt8]) {
            self.listener = listener
            self.greeting = greeting
        }

        func start() -> pthread_t {
            var thread = pthread_t()
            let box = Unmanaged.passRetained(self).toOpaque()
            pthread_create(
                &thread, nil,
                { argument in
                    argument.map { Unmanaged<Thread>.fromOpaque($0).takeRetainedValue().greet() }
                    return nil
                }, box)
            return thread
        }

        private func greet() {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            _ = greeting.withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            _ = accept(listener, nil, nil)
            close(client)
        }
    }
}
