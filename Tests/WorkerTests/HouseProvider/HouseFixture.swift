import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import HouseProvider

/// The house over stores in memory, which fail as they are told.
final class HouseFixture {
    let prices = MemoryPrices()
    let reports = MemoryReports()
    let counters = CountedOutcomes()
    let triggers = FailingTriggers()
    let partitions = 8
    /// The server's clock, ms.
    let now: Int64 = 1_767_600_000_000

    func processor() -> HouseProcessor {
        HouseProcessor(
            prices: prices, triggers: triggers, reports: reports, partitions: partitions,
            rules: HouseRules(), counters: counters)
    }

    func process(_ entries: [Entry]) -> [EntryResult] {
        processor().process(entries, lane: lane, now: now)
    }

    var lane: LaneID { LaneID(queue: .provider(.house), 0) }

    /// An entry as order-entry has it sent.
    static func entry(
        _ sequence: Int64 = 1, _ base: [String: String] = place, _ changes: [String: String?] = [:]
    ) -> Entry {
        var fields = base
        for (name, value) in changes { fields[name] = value }
        let list = fields.sorted { $0.key < $1.key }.map { Fields.Field($0.key, $0.value) }
        return Entry(id: EntryID(milliseconds: 5, sequence: sequence), fields: Fields(list))
    }

    static let place = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "OPEN", "ts": "1", "user_id": "7",
        "user_type": "demo", "order_quantity": "1.5", "order_price": "1.09",
        "contract_value": "150000", "idempotency_key": "req-1",
    ]

    static let close = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "CLOSED", "ts": "1",
        "close_id": "CLS700", "order_quantity": "1.5", "close_price": "1.09",
        "idempotency_key": "req-2",
    ]

    /// A pending order: BUY_LIMIT, compared at 1.0999.
    static let pending = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY_LIMIT", "status": "PENDING", "ts": "1",
        "order_quantity": "1.5", "order_price": "1.0999",
    ]

    static let modify = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "original_id": "41",
        "symbol": "EURUSD", "order_type": "BUY_LIMIT", "status": "MODIFY", "ts": "1",
        "order_quantity": "2", "order_price": "1.0899", "modify_id": "MOD1",
    ]

    static let cancel = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "original_id": "41",
        "symbol": "EURUSD", "order_type": "BUY_LIMIT", "status": "CANCELLED", "ts": "1",
        "cancel_id": "CXL1",
    ]

    static let stopLoss = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "STOPLOSS", "ts": "1",
        "order_quantity": "1.5", "stoploss": "1.05", "stoploss_id": "SL1",
    ]

    static let takeProfit = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "TAKEPROFIT", "ts": "1",
        "order_quantity": "1.5", "takeprofit": "1.2", "takeprofit_id": "TP1",
    ]

    static let cancelStopLoss = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "STOPLOSS-CANCEL", "ts": "1",
        "stoploss_id": "SL1", "stoploss_cancel_id": "SLC1",
    ]

    static let cancelTakeProfit = [
        "v": "1", "type": "order", "key": "user_holdings:{demo:7}:41", "order_id": "41",
        "symbol": "EURUSD", "order_type": "BUY", "status": "TAKEPROFIT-CANCEL", "ts": "1",
        "takeprofit_id": "TP1", "takeprofit_cancel_id": "TPC1",
    ]

    /// A price, its age in milliseconds.
    func quote(_ symbol: String, _ bid: String, _ ask: String, age: Int64 = 0) throws {
        prices.known[try Symbol(symbol)] = MarketPrice(
            bid: try Price(bid), ask: try Price(ask), ageMilliseconds: age)
    }
}

final class MemoryPrices: FillPriceStore {
    /// TIME of every server, ms: that of the triggers in memory.
    let time: Int64 = 1_760_000_000_000
    /// Places whose clocks cannot be read.
    var silent: Set<FillPlace> = []
    var known = Prices()
    var isAway = false
    /// Symbols that the store refuses to read.
    var damaged: Set<Symbol> = []
    private(set) var calls = 0

    func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices {
        calls += 1
        if isAway { throw .unavailable(operation: "price", detail: "away") }
        guard damaged.isDisjoint(with: symbols) else {
            throw .refused(operation: "price", detail: "WRONGTYPE")
        }
        var read = StampedPrices()
        for symbol in symbols { read.prices[symbol] = known[symbol] }
        for place in places.subtracting(silent) { read.times[place] = time }
        return read
    }
}

final class MemoryReports: AnswerSink {
    private(set) var sent: [PlacedReport] = []
    /// Whether it sends a second answer to a request no more, as the real one.
    var keepsFirst = false
    private var answered: Set<LifecycleID> = []
    /// The answers to the next reports in turn; success when they are used up.
    var failures: [StoreError?] = []

    func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        reports.map { report in
            let failure = failures.isEmpty ? nil : failures.removeFirst()
            if let failure { return .failure(failure) }
            sent.append(report)
            return .success(())
        }
    }

    func answer(_ answers: [PlacedAnswer]) -> [Result<AnswerReply, StoreError>] {
        answers.map { answer in
            if keepsFirst, answered.contains(answer.request) { return .success(.answered) }
            return send([answer.placed])[0].map {
                answered.insert(answer.request)
                return .answered
            }
        }
    }
}

/// Triggers in memory, which fail as they are told.
final class FailingTriggers: TriggerStore {
    let world = MemoryWorld(partitions: 8)
    var failure: StoreError?
    /// Orders whose changes or copies fail.
    var failing: Set<OrderID> = []
    private(set) var rounds: [Int] = []

    func register(_ symbols: Set<Symbol>) throws(StoreError) {
        if let failure, failing.isEmpty { throw failure }
        world.register(symbols)
    }

    func registered() throws(StoreError) -> Set<Symbol> { try world.registered() }

    func change(_ changes: [TriggerChange]) -> [Result<TriggerReply, StoreError>] {
        if !changes.isEmpty { rounds.append(changes.count) }
        return changes.map { change in
            if let failure, failing.contains(change.key.order) { return .failure(failure) }
            return world.change([change])[0]
        }
    }

    func fire(
        _ watches: [TriggerWatch], maxPriceAge: Int64
    ) -> [Result<FireReply, StoreError>] {
        world.fire(watches, maxPriceAge: maxPriceAge)
    }

    func copy(_ copies: [TriggerCopy]) -> [Result<Void, StoreError>] { world.copy(copies) }
}

final class CountedOutcomes: OutcomeCounting {
    private(set) var counts: [String: Int] = [:]
    private(set) var alarms: [String] = []
    private(set) var arrivals: [EntryID] = []

    func count(_ outcome: OutcomeClass, _ reason: String) {
        counts["\(outcome.rawValue) \(reason)", default: 0] += 1
    }

    func applied(arrival: EntryID, at: Int64) { arrivals.append(arrival) }

    func transition(_ record: Record) { counts["transition", default: 0] += 1 }

    func alarm(_ message: StaticString, _ values: KeyValuePairs<String, String>) {
        alarms.append("\(message)")
    }
}
