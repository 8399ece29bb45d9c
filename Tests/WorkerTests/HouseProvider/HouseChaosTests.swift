import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// Requests and ticks in any order, processes cut off at any call, entries read again, sleepers that
/// do once more what was done long ago: whatever happens, an order ends one way.
@Suite("The house in chaos") struct HouseChaosTests {
    @Test("every order ends one way", arguments: UInt64(0)..<20)
    func seeds(portion: UInt64) throws {
        for seed in portion * 25..<(portion + 1) * 25 {
            let chaos = try HouseChaos(seed: seed)
            try chaos.run()
            #expect(chaos.violations().isEmpty, "seed \(seed): \(chaos.violations())")
        }
    }
}

/// One seed.
private final class HouseChaos {
    private let world = MemoryWorld(partitions: 2)
    private var random: SplitMix64
    private var queue: [Entry] = []
    private var settled = 0
    private let lane = LaneID(queue: .provider(.house), 0)
    private let nonce = LeaseNonce(1, 1)
    private let symbol: Symbol
    private static let orders = 12

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        symbol = try Symbol("EURUSD")
        try world.tick(symbol, bid: Price("1.1"), ask: Price("1.1"))
        var talks = (1...Self.orders).map { talk(of: $0) }
        while true {
            let open = talks.indices.filter { !talks[$0].isEmpty }
            guard !open.isEmpty else { break }
            let fields = talks[random.pick(open)].removeFirst()
            queue.append(HouseFixture.entry(Int64(queue.count + 1), fields))
        }
    }

    /// What is asked of one order: odd ones rest, even ones are positions.
    private func talk(of number: Int) -> [[String: String]] {
        let own = ["key": "user_holdings:{demo:7}:\(number)"]
        func made(_ base: [String: String], _ more: [String: String]) -> [String: String] {
            base.merging(own) { $1 }.merging(more) { $1 }
        }
        let id = "\(number)"
        if number.isMultiple(of: 2) {
            let legs = [
                made(
                    HouseFixture.stopLoss,
                    ["order_id": id, "stoploss_id": "SL\(id)", "stoploss": price(below: true)]),
                made(
                    HouseFixture.takeProfit,
                    [
                        "order_id": id, "takeprofit_id": "TP\(id)",
                        "takeprofit": price(below: false),
                    ]),
                made(
                    HouseFixture.cancelStopLoss,
                    [
                        "order_id": id, "stoploss_id": "SL\(id)",
                        "stoploss_cancel_id": "SLC\(id)",
                    ]),
                made(HouseFixture.close, ["order_id": id, "close_id": "CLS\(id)"]),
            ]
            return legs.filter { _ in !random.once(in: 4) }
        }
        return [
            made(HouseFixture.pending, ["order_id": id, "order_price": price(below: true)]),
            made(
                HouseFixture.modify,
                ["original_id": id, "modify_id": "MOD\(id)", "order_price": price(below: true)]),
            made(HouseFixture.cancel, ["original_id": id, "cancel_id": "CXL\(id)"]),
        ].enumerated().filter { $0.offset == 0 || !random.once(in: 3) }.map(\.element)
    }

    private func price(below: Bool) -> String {
        let distance = Int64(random.below(40)) * 100_000
        return Price(raw: 110_000_000 + (below ? -distance : distance)).text
    }

    func run() throws {
        for _ in 0..<400 where settled < queue.count || random.once(in: 2) { step() }
        // Everything works again, and all is brought to its end.
        while settled < queue.count { serve(Array(queue[settled...].prefix(8)), cut: false) }
        look(cut: false)
    }

    private func step() {
        world.now += Int64(random.below(300))
        switch random.below(6) {
        case 0..<2:
            let raw = 110_000_000 + (Int64(random.below(81)) - 40) * 100_000
            world.tick(symbol, bid: Price(raw: raw), ask: Price(raw: raw + 1_000))
        case 2..<4: look(cut: random.once(in: 3))
        case 4:
            let most = min(queue.count - settled, 1 + random.below(4))
            serve(Array(queue[settled..<settled + most]), cut: random.once(in: 3))
        default:
            // A sleeper does again what somebody else has done since.
            guard settled > 0 else { return }
            let start = random.below(settled)
            let stale = Array(queue[start..<min(settled, start + 3)])
            _ = house(cut: random.once(in: 3)).processor.process(
                stale, lane: lane, now: world.now)
        }
    }

    private func gate(cut: Bool) -> CuttingGate {
        CuttingGate(after: cut ? random.below(5) : .max, items: random.below(4))
    }

    private func house(cut: Bool) -> (processor: HouseProcessor, gate: CuttingGate) {
        let gate = gate(cut: cut)
        let store = GatedStore(world, gate)
        return (
            HouseProcessor(
                prices: store, triggers: store, reports: store, partitions: 2,
                rules: HouseRules(maxPriceAge: .max), counters: Tally()), gate
        )
    }

    /// Serves what comes next; what a process that was cut off had in hand comes again.
    private func serve(_ entries: [Entry], cut: Bool) {
        guard !entries.isEmpty else { return }
        let (processor, gate) = house(cut: cut)
        let results = processor.process(entries, lane: lane, now: world.now)
        guard !gate.hasCut else { return }
        #expect(results == entries.map { _ in .settle(.done) })
        settled += entries.count
    }

    private func look(cut: Bool) {
        world.set(TriggerKeys(symbol).lease, nonce.text)
        let store = GatedStore(world, gate(cut: cut))
        _ = TriggerRound(
            store, reports: store, partitions: 2, rules: HouseRules(), counters: Tally()
        ).look(at: [symbol: nonce])
    }

    // MARK: The end

    private var reports: [Fields] {
        (0..<2).flatMap { world.entries(of: LaneID(queue: .reports, $0).stream).map(\.fields) }
    }

    func violations() -> [String] {
        var found: [String] = []
        var said: [String: Set<String>] = [:]
        var statuses: [String: Set<String>] = [:]
        for report in reports {
            let exec = report["exec_id"].map { "exec " + $0 }
            let name = exec ?? "answer to \(report["order_id"] ?? "")"
            said[name, default: []].insert("\(report)")
            statuses[report["order_id"] ?? "", default: []].insert(report["ord_status"] ?? "")
        }
        for (name, texts) in said where texts.count > 1 {
            found.append("\(name) differs: \(texts)")
        }
        for number in 1...Self.orders {
            let order = OrderID(number: Int64(number))
            let held = world.triggers[symbol]?.orders[order]
            let closes = ["CLS\(number)", "SL\(number)", "TP\(number)"]
                .filter { statuses[$0]?.contains("EXECUTED") == true }
            if closes.count > 1 { found.append("\(number) closed by \(closes)") }
            let isFilled = statuses["\(number)"]?.contains("EXECUTED") == true
            let isCancelled = statuses["CXL\(number)"]?.contains("CANCELLED") == true
            if isFilled && isCancelled { found.append("\(number) is filled and cancelled") }
            let isRefused = statuses["CXL\(number)"]?.contains("REJECTED") == true
            if isRefused && !isFilled { found.append("\(number) is neither") }
            let rests = held?.rests ?? false
            if (isCancelled || isFilled || !closes.isEmpty) && rests {
                found.append("\(number) rests after its end")
            }
            let copy = world[hash: Keys.orderTriggers(order)]
            if rests != (copy["order_id"] != nil) { found.append("\(number)'s copy is \(copy)") }
        }
        if world.triggers[symbol]?.firing.isEmpty == false { found.append("fills are not told") }
        let ids = Set(queue.compactMap { try? ProviderRequest($0.fields).id.text })
        for id in ids where statuses[id] == nil { found.append("\(id) is not answered") }
        return found
    }
}
