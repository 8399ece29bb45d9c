import Lives
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

/// A number of order lives through a real fleet. Clients, provider and market live in this thread; what
/// each decides comes from the seed, when it reaches the fleet does not, so a run cannot be repeated step
/// by step.
final class LivesRun {
    private let fleet: FleetUnderTest
    private let wanted: Int
    private let stage: FleetStage
    private let clients: FleetClients
    private let provider: ProviderModel
    private var queues: ProviderQueues
    private let began = ContinuousClock.now
    private var lastLine = ContinuousClock.now

    /// How long the fleet may take to come to rest when nobody asks for anything any more.
    private static let patience: Duration = .seconds(120)
    /// How long nothing may have happened before the fleet counts as at rest: longer than the house
    /// takes to look at the last price.
    private static let silence: Duration = .seconds(1)

    init(_ fleet: FleetUnderTest, lives: Int, seed: UInt64) throws {
        self.fleet = fleet
        wanted = lives
        stage = try FleetStage(fleet.redis.address, seed: seed)
        clients = try FleetClients(fleet.redis.address, stage, wanted: lives)
        provider = ProviderModel(stage)
        queues = ProviderQueues(fleet.redis.address, of: ProviderModel.provider)
    }

    /// Lives them all, until nothing moves any more.
    func play() throws {
        clients.open()
        repeat { _ = try turn() } while !clients.areOpen
        while !clients.areDone {
            clients.begin()
            if try !turn() { Thread.rest(.milliseconds(2)) }
            say("placed \(clients.placed) of \(wanted)")
        }
        stage.wanders = false
        try comeToRest()
    }

    /// Goes on answering for the provider until there is nothing to answer.
    private func comeToRest() throws {
        let deadline = ContinuousClock.now + Self.patience
        var lastWork = ContinuousClock.now
        while ContinuousClock.now < deadline {
            if try turn() || !stage.isIdle { lastWork = .now }
            Thread.rest(.milliseconds(2))
            guard ContinuousClock.now - lastWork > Self.silence else { continue }
            if try isQuiet() { return }
            lastWork = .now
            say("not at rest")
        }
        let left = try fleet.unsettled()
        Issue.record("not at rest: \(left) entries of one process\n\(fleet.complaints)")
    }

    private func isQuiet() throws -> Bool {
        for _ in 0..<2 {
            guard try fleet.unsettled() == 0 else { return false }
            for symbol in Samples.instruments {
                let keys = TriggerKeys(try Symbol(symbol.symbol))
                guard try fleet.count("HLEN", keys.firing) == 0 else { return false }
            }
        }
        return true
    }

    private func turn() throws -> Bool {
        let isAnswered = try clients.turn()
        let requests = try queues.take()
        for entry in requests {
            if let key = entry.fields["key"].flatMap({ try? OrderKey(text: $0) }),
                let request = entry.fields["idempotency_key"]
            {
                stage.know(key.order, placedBy: request)
            }
            if let request = try? ProviderRequest(entry.fields) { queues.note(request.id) }
            provider.receive(entry)
        }
        let isMoved = try stage.turn()
        return isAnswered || isMoved || !requests.isEmpty
    }

    private func say(_ text: String) {
        guard ContinuousClock.now - lastLine > .seconds(5) else { return }
        lastLine = .now
        print("lives: \(text), \((ContinuousClock.now - began).components.seconds) s")
    }

    /// Everything that is left, for the checks.
    func evidence() throws -> Evidence {
        try FleetEvidence(fleet).read(clients, provider, arrivals: queues.arrivals)
    }

    /// What a run was, in a few lines.
    func summary(_ evidence: Evidence) -> LivesSummary {
        LivesSummary(
            evidence, seed: stage.seed, reports: stage.reports, refusals: clients.refusals,
            elapsed: ContinuousClock.now - began)
    }
}
