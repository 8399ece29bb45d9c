import ProviderWire
import ServiceRuntime

/// The life of a link on its own thread: connects, reads until the connection ends, and again.
struct LinkReader {
    private let link: ProviderLink
    private let intake: any FrameIntake
    private let counters: any OutcomeCounting
    private var backoff: Backoff
    private var random = SystemRandomNumberGenerator()
    private var buffer = [UInt8](repeating: 0, count: 64 * 1_024)
    /// Failures to connect since the last connection.
    private var failures = 0
    /// Connections that ended, since the process started.
    private var losses = 0

    /// How long the reader waits at most before it looks whether it is to stop.
    private static let look: Duration = .milliseconds(100)

    init(_ link: ProviderLink, intake: any FrameIntake, counters: any OutcomeCounting) {
        self.link = link
        self.intake = intake
        self.counters = counters
        backoff = Backoff(link.rules.backoff)
    }

    mutating func run() {
        while !link.isStopping {
            do throws(LinkError) {
                let socket = try Socket.connect(
                    to: link.rules.address, within: link.rules.timeout)
                try serve(socket)
            } catch {
                tell(error)
            }
            rest()
        }
    }

    private mutating func serve(_ socket: Socket) throws(LinkError) {
        link.log.write(
            .info, "provider connected", ["address": "\(link.rules.address)"])
        link.log.flush()
        failures = 0
        counters.gauge("link_up", 1)
        link.adopt(socket)
        defer {
            link.detach()
            // A lane that is writing fails now rather than when its patience is over.
            socket.end()
            counters.gauge("link_up", 0)
        }
        try read(socket)
    }

    /// Returns when the process is to stop and nothing more comes.
    private mutating func read(_ socket: Socket) throws(LinkError) {
        var splitter = FrameSplitter(limits: link.rules.limits)
        var frameBegan: MonotonicTime?
        var farewell: MonotonicTime?
        var heard = MonotonicTime.now()
        while true {
            if link.isStopping, farewell == nil {
                link.detach()
                farewell = MonotonicTime.now().advanced(by: link.rules.farewell)
                heard = MonotonicTime.now()
            }
            let now = MonotonicTime.now()
            if let farewell, now >= farewell || now.since(heard) >= link.rules.silence { return }
            if let frameBegan, now.since(frameBegan) > link.rules.timeout {
                throw LinkError(.stalled, "a frame stopped after \(splitter.rest) bytes")
            }
            guard let bytes = try socket.receive(into: &buffer, within: Self.look) else { continue }
            if bytes.isEmpty {
                if farewell != nil, splitter.rest == 0 { return }
                throw LinkError(.closed, "closed by the provider, \(splitter.rest) bytes cut off")
            }
            heard = now
            splitter.feed(bytes)
            let taken = try take(&splitter)
            if taken > 0 { backoff.reset() }
            frameBegan = splitter.rest == 0 ? nil : taken > 0 ? now : frameBegan ?? now
        }
    }

    /// Keeps all frames that have arrived whole, also those before one that ends the connection.
    private func take(_ splitter: inout FrameSplitter) throws(LinkError) -> Int {
        var frames: [[UInt8]] = []
        var failure: WireError?
        do throws(WireError) {
            while let frame = try splitter.next() { frames.append(frame) }
        } catch {
            failure = error
        }
        if !frames.isEmpty { intake.take(frames) }
        if let failure { throw LinkError(.malformed, failure.description) }
        return frames.count
    }

    /// Once for each connection that ended and each first failure to connect, then every tenth.
    private mutating func tell(_ error: LinkError) {
        if error.code == .connect {
            failures += 1
            guard failures % 10 == 1 else { return }
        }
        if error.code != .connect {
            losses += 1
            counters.gauge("link_losses", losses)
        }
        link.log.write(
            .warning, error.code == .connect ? "provider away" : "provider connection lost",
            [
                "address": "\(link.rules.address)", "error": error.description,
                "tries": String(failures),
            ])
    }

    private mutating func rest() {
        let end = MonotonicTime.now().advanced(by: backoff.next(chance: random.next()))
        while !link.isStopping {
            let left = end.since(MonotonicTime.now())
            if left <= .zero { return }
            Thread.rest(min(left, Self.look))
        }
    }
}
