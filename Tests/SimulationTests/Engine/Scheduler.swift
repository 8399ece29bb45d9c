import Lives
import TestSupport

/// Decides who runs next, and moves the virtual clock when nobody can.
final class Scheduler {
    private let world: MemoryWorld
    var random: SplitMix64
    /// The last number drawn for an id, by any process.
    var lastNumber: Int64 = 0
    /// How rarely a process is interrupted between two calls: once in so many.
    private let patience: Int
    private var strands: [Strand] = []
    /// Places of those that can run at this step; kept for its memory.
    private var ready: [Int] = []
    private var running: Strand
    /// Who had the baton before: one that has ended is on its own stack until another one runs.
    private var before: Strand
    private let main: Strand
    /// Work of the world outside, by time and then in the order in which it was planned.
    private var agenda = Agenda()
    /// Called whenever the clock moved.
    var onTime: () -> Void = {}
    /// Asked when nobody can run: whether the simulation is over.
    var isOver: () -> Bool = { true }
    /// Asked before every step: whether it goes on for too long.
    var isEndless: () -> Bool = { false }
    /// Called when it is over, before all strands run to their ends.
    var onStop: () -> Void = {}
    private var stops = false

    init(_ world: MemoryWorld, seed: UInt64) {
        self.world = world
        random = SplitMix64(seed: seed)
        patience = [2, 4, 10, 30][random.below(4)]
        main = Strand(caller: "main")
        running = main
        before = main
    }

    var hasAgenda: Bool { !agenda.isEmpty }

    /// Runs everything until `isOver`, then ends all strands.
    func run() {
        handOver(to: next())
        stops = true
        onStop()
        for strand in strands where !strand.hasEnded { handOver(to: strand) }
    }

    func add(_ strand: Strand) {
        strands.removeAll(where: \.hasEnded)
        strands.append(strand)
        strand.start { [unowned self] in
            pass(to: stops ? main : next())
            return running
        }
    }

    func plan(in milliseconds: Int64, _ action: @escaping () -> Void) {
        agenda.plan(at: world.now + milliseconds, action)
    }

    /// Between two calls of a process: others may run.
    func pause() {
        guard !stops else { return }
        if random.once(in: 6) { advance(to: world.now + Int64(1 + random.below(4))) }
        guard random.once(in: patience) else { return }
        handOver(to: next())
    }

    /// The running process does nothing before a time, or until it has work.
    func sleep(_ strand: Strand, milliseconds: Int64) {
        strand.sleepsUntil = world.now + milliseconds
        while !stops, world.now < strand.sleepsUntil, !strand.hasWork(at: world.now) {
            handOver(to: next())
        }
        strand.sleepsUntil = 0
    }

    private func handOver(to strand: Strand) {
        let current = running
        guard strand !== current else { return }
        pass(to: strand)
        current.handOver(to: strand)
    }

    private func pass(to strand: Strand) {
        before = running
        running = strand
    }

    /// The next to run; the test itself when it is over.
    private func next() -> Strand {
        while !isEndless() {
            while let action = agenda.next(at: world.now) { action() }
            let now = world.now
            ready.removeAll(keepingCapacity: true)
            for place in strands.indices where !strands[place].hasEnded {
                if strands[place].sleepsUntil <= now || strands[place].hasWork(at: now) {
                    ready.append(place)
                }
            }
            if !ready.isEmpty { return strands[random.pick(ready)] }
            if isOver() { return main }
            var soonest = agenda.due ?? .max
            for strand in strands where !strand.hasEnded {
                soonest = min(soonest, strand.sleepsUntil)
            }
            if soonest == .max { soonest = world.now + 1_000 }
            advance(to: max(soonest, world.now + 1))
        }
        return main
    }

    private func advance(to time: Int64) {
        world.now = time
        onTime()
    }
}
