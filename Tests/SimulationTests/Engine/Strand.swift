import CFlows
import TestSupport

/// A flow of control that runs only while it has the baton, so that a simulated process can be stopped
/// in the middle of any call and gone on with later. All strands of a simulation take turns on the
/// thread that runs it; all its state belongs to whoever has the baton.
final class Strand {
    let name: String
    /// Virtual time before which it is not run, ms.
    var sleepsUntil: Int64 = 0
    /// What wakes it earlier when something new comes; asked only while it sleeps.
    var readers: [MemoryStream.Group] = []
    /// Virtual time before which its readers do not wake it, ms.
    var isDeafUntil: Int64 = 0
    /// Whether it is woken at once.
    var isCalled = false
    private(set) var hasEnded = false
    private let body: () -> Void
    /// Who gets the baton when the body is done.
    private var next: () -> Strand = { preconditionFailure("nobody takes the baton") }
    private var flow: OpaquePointer?
    /// Bytes of a stack, as a thread of the fleet has them.
    private static let stack = 1 << 20

    init(_ name: String, _ body: @escaping () -> Void) {
        self.name = name
        self.body = body
    }

    /// The flow of control that is there already: that of the caller.
    init(caller name: String) {
        self.name = name
        body = {}
        flow = flow_of_caller()
    }

    deinit { flow.map(flow_free) }

    /// Makes it ready to run; it does nothing before it has the baton.
    ///
    /// - Parameter next: who gets the baton when the body is done. Whoever has it must keep this
    ///   strand till then, since it is on its own stack yet.
    func start(then next: @escaping () -> Strand) {
        self.next = next
        flow = flow_make(
            Strand.stack,
            { own in
                own.flatMap { Unmanaged<Strand>.fromOpaque($0).takeUnretainedValue().run() }
            }, Unmanaged.passUnretained(self).toOpaque())
        precondition(flow != nil, "no memory for the stack of \(name)")
    }

    private func run() -> OpaquePointer? {
        body()
        hasEnded = true
        return next().flow
    }

    /// Hands the baton over, and returns when this one has it again.
    func handOver(to other: Strand) { flow_go(flow, other.flow) }

    /// Whether something wakes it before its time.
    func hasWork(at now: Int64) -> Bool {
        if isCalled { return true }
        guard isDeafUntil <= now else { return false }
        for reader in readers where reader.hasNew { return true }
        return false
    }
}
