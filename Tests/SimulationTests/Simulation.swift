import Lives
import ServiceRuntime
import Shared
import TestSupport

@testable import Dispatcher
@testable import HouseProvider
@testable import OrderEntry
@testable import Projector
@testable import WorkerCancel
@testable import WorkerClose
@testable import WorkerOpen
@testable import WorkerPending
@testable import WorkerReject

/// One seed: a fleet of the real loops and handlers over the memory world, clients, a provider, and
/// faults at any call. When everything is quiet the checks look at it from outside.
final class Simulation {
    /// Messages that a run has seen at least: commands, reports, and what follows of them.
    static let leastMessages = 200
    /// Calls after which a run that does not come to rest has failed; a thousand seeds made 9,897 at
    /// most.
    private static let mostCalls = 40_000
    /// Conflicts after which it has: somebody decides the same for ever. A thousand seeds had 24 at
    /// most.
    private static let mostConflicts = 500

    /// How long after the last command there are faults yet, ms.
    private static let lastFaults: Int64 = 3_000

    let world: MemoryWorld
    let scheduler: Scheduler
    var chaos: Chaos
    var trace: Trace
    let tally = Tally()
    let bookkeeper = Bookkeeper()
    private(set) lazy var provider = ProviderModel(self)
    private(set) var clients: Clients?
    private var market: WanderingMarket
    private var processes: [SimulatedProcess] = []
    private var started = 0
    private let seed: UInt64
    /// How long ended orders are kept, ms: an hour, or so short that reports come too late.
    private let retention: Int64
    private var isMended = false
    private var isStopped = false
    /// What was found wrong before the end.
    private(set) var violations: [String] = []
    /// Commands and reports.
    var messages = 0
    var calls = 0

    init(seed: UInt64, without rules: Set<Rule> = [], traced: Bool = false) throws {
        self.seed = seed
        world = MemoryWorld(partitions: 2)
        world.without = rules
        scheduler = Scheduler(world, seed: seed)
        chaos = Chaos(&scheduler.random)
        trace = Trace(isKept: traced)
        retention = scheduler.random.once(in: 3) ? 2_500 : 3_600_000
        market = try WanderingMarket(pause: 1_000)
        clients = try Clients(self)
        for instrument in Samples.instruments {
            let key = Keys.terms(group: Samples.group, try Symbol(instrument.symbol))
            world.set(key, instrument.fields)
        }
    }

    var hasSeenEnough: Bool {
        chaos.hasSeenEnough && (clients?.orders ?? 0) >= Clients.leastOrders
            && messages + world.routed >= Simulation.leastMessages
    }

    /// The clients have ended. Faults go on for a while, over what is on its way yet; if they lasted
    /// until nothing is, each would put that off.
    func calmDown() {
        scheduler.plan(in: Simulation.lastFaults) { [unowned self] in chaos.isOn = false }
    }

    /// Runs the seed and returns what is wrong; nothing where all is well.
    func run() -> [String] {
        scheduler.onTime = { [unowned self] in
            if market.tick(at: world.now, &scheduler.random) {
                for tick in market.ticks { world.tick(tick.symbol, bid: tick.bid, ask: tick.ask) }
            }
            for process in processes { process.renewIfDue() }
        }
        scheduler.isOver = { [unowned self] in isOver() }
        scheduler.isEndless = { [unowned self] in isEndless }
        scheduler.onStop = { [unowned self] in
            isStopped = true
            for process in processes { process.kill() }
        }
        scheduler.onTime()
        for service in SimulatedService.allCases {
            for _ in 0..<service.members { start(service) }
        }
        clients?.start()
        scheduler.run()
        return verdict()
    }

    private func start(_ service: SimulatedService) {
        guard !isStopped else { return }
        started += 1
        let process = SimulatedProcess(started, service, in: self)
        processes.append(process)
        process.start()
    }

    /// A process died: its supervisor starts another one after a while.
    func hasEnded(_ process: SimulatedProcess) {
        processes.removeAll { $0 === process }
        guard !isStopped else { return }
        let service = process.service
        trace.note(world.now, process.name, "ended")
        scheduler.plan(in: Int64(scheduler.random.below(6_000))) { [unowned self] in
            start(service)
        }
    }

    func fault(at call: StoreCall, aimed: Bool) -> Chaos.Fault? {
        trace.mix(UInt64(truncatingIfNeeded: call.rawValue.utf8.count))
        if aimed, chaos.isOn { return .freeze }
        return chaos.fault(at: call, &scheduler.random)
    }

    /// Some messages meet a fault of the fleet's own, as long as it is not mended.
    func poison(in event: EventID, for process: SimulatedProcess) -> Poison {
        guard !isMended else { return .none }
        var hash = seed &* 0x9E37_79B9_7F4A_7C15
        for byte in event.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var random = SplitMix64(seed: hash)
        switch random.below(64) {
        case 0: return .kills
        case 1, 2: return process.isFaulty ? .throwing : .throwingElsewhere
        default: return .none
        }
    }

    /// Nobody can run. First the faults end, then what died of them is brought back; when all is
    /// quiet after that, it is over.
    private func isOver() -> Bool {
        guard hasSeenEnough, !scheduler.hasAgenda else { return false }
        chaos.isOn = false
        guard isQuiet else { return false }
        guard isMended else {
            isMended = true
            violations += Letters(world, lanes).violations()
            let redriven = Operator(world: world).redrive(clients?.accounts ?? [])
            trace.note(world.now, "operator", "redrives \(redriven)")
            return false
        }
        return true
    }

    /// Whether it goes on for longer than any run that comes to rest.
    var isEndless: Bool {
        calls > Simulation.mostCalls || tally.conflicts > Simulation.mostConflicts
    }

    /// Every lane of every service.
    private(set) lazy var lanes = SimulatedService.allCases.flatMap { service in
        (0..<world.partitions).map { service.lane($0) }
    }

    /// Every lane with what it reads, so that nobody looks it up at each step.
    private lazy var watched = lanes.map { lane in
        (lane: lane, stream: world.stream(lane.stream), delayed: lane.delayed.text)
    }

    /// Whether every queue is empty, read to its end, and every outbox published.
    var isQuiet: Bool {
        let isAtRest = watched.allSatisfy { lane, stream, delayed in
            !stream.hasNew(for: lane.group) && stream.pending(of: lane.group).isEmpty
                && world.delayed[delayed]?.isEmpty != false
        }
        return isAtRest && unreported.isEmpty && unpublished.isEmpty
    }

    /// Fills of the house that it has not told of yet.
    private var unreported: [String] { world.triggers.values.flatMap { $0.firing.keys } }

    /// Accounts with records that somebody will publish yet.
    private var unpublished: [AccountID] {
        (clients?.accounts ?? []).filter { account in
            guard !world[hash: account.outbox].isEmpty else { return false }
            // Parked, it waits for the operator.
            return isMended || world[hash: account.portfolio]["parked"] == nil
        }
    }

    /// What is not done yet, for the trace.
    var unsettled: [String] {
        watched.flatMap { lane, stream, delayed in
            let isRead = !stream.hasNew(for: lane.group) && stream.pending(of: lane.group).isEmpty
            let isDelayed = world.delayed[delayed]?.isEmpty == false
            return (isRead ? [] : ["\(lane)"]) + (isDelayed ? ["delayed \(lane)"] : [])
        } + unreported.map { "fill \($0)" } + unpublished.map { "outbox \($0)" }
    }
}

extension Simulation {
    /// The real processor of a service, with the stores of one process.
    func processor(
        _ service: SimulatedService, _ lane: LaneID, _ store: GatedStore,
        _ process: SimulatedProcess
    ) -> any BatchProcessor {
        switch service {
        case .orderEntry:
            let rules = OrderEntryRules(
                marketHours: .always, providers: [ProviderModel.provider],
                defaultProvider: ProviderModel.provider)
            return loop(OrderEntryHandler(rules: rules), store, process)
        case .workerOpen: return loop(OpenHandler(maxRateAge: 60_000), store, process)
        case .workerClose: return loop(CloseHandler(maxRateAge: 60_000), store, process)
        case .workerCancel: return loop(CancelHandler(), store, process)
        case .workerReject: return loop(RejectHandler(), store, process)
        case .workerPending: return loop(PendingHandler(), store, process)
        case .workerStopLoss: return loop(LegConfirmation(.stopLoss), store, process)
        case .workerTakeProfit: return loop(LegConfirmation(.takeProfit), store, process)
        case .dispatcher:
            return DispatchProcessor(
                store: store, partitions: world.partitions, version: AgreedVersion(),
                counters: tally)
        case .house:
            return HouseProcessor(
                prices: store, triggers: store, reports: store, partitions: world.partitions,
                rules: HouseRules(), counters: tally)
        case .connection: return ConnectionProcessor(provider)
        case .persistence: return BookkeepingProcessor(bookkeeper)
        case .projector: return ProjectorProcessor(store: store, counters: tally)
        }
    }

    /// What a house does beside its lanes.
    func triggers(_ store: GatedStore, _ process: SimulatedProcess) -> (TriggerOwner, TriggerRound)
    {
        (
            TriggerOwner(
                member: process.name, coordination: store, triggers: store,
                numbers: SeededNumbers(scheduler)),
            TriggerRound(
                store, reports: store, partitions: world.partitions, rules: HouseRules(),
                counters: tally)
        )
    }

    private func loop<Handler: MessageHandler>(
        _ handler: Handler, _ store: GatedStore, _ process: SimulatedProcess
    ) -> any BatchProcessor {
        AccountProcessor(
            Moody(inner: handler, mood: Mood(self, process)), store: UnrulyStore(store, world),
            numbers: SeededNumbers(scheduler), retention: .init(order: retention),
            counters: tally, clock: { [unowned(unsafe) process] in process.monotonic() })
    }
}
