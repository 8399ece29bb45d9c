import ServiceRuntime
import Shared
import Testing

@testable import HouseProvider

/// The house over stores in memory, which fail as they are told.
final class HouseFixture {
    let prices = MemoryPrices()
    let reports = MemoryReports()
    let counters = CountedOutcomes()
    let partitions = 8
    /// The server's clock, ms.
    let now: Int64 = 1_767_600_000_000

    func processor() -> HouseProcessor {
        HouseProcessor(
            prices: prices, reports: reports, partitions: partitions, rules: HouseRules(),
            counters: counters)
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

    /// A price, its age in milliseconds.
    func quote(_ symbol: String, _ bid: String, _ ask: String, age: Int64 = 0) throws {
        prices.known[try Symbol(symbol)] = MarketPrice(
            bid: try Price(bid), ask: try Price(ask), ageMilliseconds: age)
    }
}

final class MemoryPrices: PriceStore {
    var known = Prices()
    var isAway = false
    /// Symbols that the store refuses to read.
    var damaged: Set<Symbol> = []
    private(set) var calls = 0

    func prices(_ symbols: Set<Symbol>) throws(StoreError) -> Prices {
        calls += 1
        if isAway { throw .unavailable(operation: "price", detail: "away") }
        guard damaged.isDisjoint(with: symbols) else {
            throw .refused(operation: "price", detail: "WRONGTYPE")
        }
        var read = Prices()
        for symbol in symbols { read[symbol] = known[symbol] }
        return read
    }
}

final class MemoryReports: ReportSink {
    private(set) var sent: [PlacedReport] = []
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
