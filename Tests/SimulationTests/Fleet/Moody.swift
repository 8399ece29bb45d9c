import ServiceRuntime
import Shared
import TestSupport

/// A handler of the fleet with a fault of its own: some messages kill its process, others make it
/// throw, until the fault is mended.
struct Moody<Inner: MessageHandler>: MessageHandler {
    let inner: Inner
    let mood: Mood

    var role: Role { inner.role }
    var numbersPerMessage: Int { inner.numbersPerMessage }

    func needs(_ message: Inner.Message, on account: Account) throws -> Needs {
        try inner.needs(message, on: account)
    }

    func furtherNeeds(
        _ message: Inner.Message, on account: Account, terms: [TermsKey: Fields]
    ) throws -> Set<Symbol> {
        try inner.furtherNeeds(message, on: account, terms: terms)
    }

    func decide(
        _ message: Inner.Message, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        try mood.meet(message.eventID)
        return try inner.decide(message, on: account, in: context)
    }
}

/// Unchecked: touched only by the strand that has the baton.
final class Mood: @unchecked Sendable {
    private unowned let simulation: Simulation
    private unowned let process: SimulatedProcess

    init(_ simulation: Simulation, _ process: SimulatedProcess) {
        self.simulation = simulation
        self.process = process
    }

    func meet(_ event: EventID) throws {
        switch simulation.poison(in: event, for: process) {
        case .none: return
        case .throwingElsewhere:
            process.aimAtApply()
            return
        case .kills:
            process.kill()
            simulation.trace.note(simulation.world.now, process.name, "  killed by \(event)")
        case .throwing: break
        }
        throw FieldError("event_id", event.text, rule: "is poison")
    }
}

/// What a message does to a handler that has a fault.
enum Poison {
    case none, kills, throwing
    /// Another version of the process throws on it.
    case throwingElsewhere
}
