import ServiceRuntime
import Shared

/// The house as a provider (architecture §1): consumes `queue:{provider-house:p}`, answers through
/// `queue:{reports:p}`, and settles an entry only when its report is sent.
///
/// A house that dies in between answers again after the take-over; a repeated fill has the same
/// exec id and is booked once.
final class HouseProcessor: BatchProcessor {
    private let prices: any PriceStore
    private let reports: any ReportSink
    private let partitions: Int
    private let rules: HouseRules
    private let counters: any OutcomeCounting
    /// Refusals of the store that were alarmed already: what is held comes again twenty times a
    /// second, and is alarmed once.
    private var alarmed: Set<String> = []

    /// - Parameter partitions: how many each queue has.
    init(
        prices: any PriceStore, reports: any ReportSink, partitions: Int, rules: HouseRules,
        counters: any OutcomeCounting
    ) {
        self.prices = prices
        self.reports = reports
        self.partitions = partitions
        self.rules = rules
        self.counters = counters
    }

    func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        var results: [EntryID: EntryResult] = [:]
        var requests: [(entry: Entry, request: HouseRequest)] = []
        for entry in entries {
            do throws(HouseRequestError) {
                requests.append((entry, try HouseRequest.read(entry.fields)))
            } catch {
                results[entry.id] = bury(entry, error.reason, detail: error.detail)
            }
        }
        let symbols = Set(requests.map(\.request.symbol))
        let market = MarketReading(symbols, from: prices)
        for symbol in symbols { note(market.unread[symbol], "price not readable", symbol.text) }
        var answers: [(entry: Entry, report: PlacedReport)] = []
        for (entry, request) in requests where market.unread[request.symbol] == nil {
            switch HouseDecision(request, at: market.prices, rules: rules, now: now) {
            case .report(let report):
                let partition = request.key.account.partition(of: partitions)
                answers.append((entry, PlacedReport(partition: partition, report: report)))
            case .wait: results[entry.id] = wait(entry, now: now)
            }
        }
        send(answers, now: now, into: &results)
        // What has no result could not be priced or sent: it is held, and comes again.
        return entries.map { results[$0.id] ?? .hold }
    }

    private func send(
        _ answers: [(entry: Entry, report: PlacedReport)], now: Int64,
        into results: inout [EntryID: EntryResult]
    ) {
        guard !answers.isEmpty else { return }
        for (answer, reply) in zip(answers, reports.send(answers.map(\.report))) {
            let subject = "\(answer.entry.id)"
            switch reply {
            case .success:
                let arrival = answer.entry.fields[EntryField.arrival].flatMap { EntryID($0) }
                counters.applied(arrival: arrival ?? answer.entry.id, at: now)
                results[answer.entry.id] = .settle(.done)
                note(nil, "report not sent", subject)
            case .failure(let error): note(error, "report not sent", subject)
            }
        }
    }

    /// A store that is away is nobody's fault; one that refuses is alarmed, once until it recovers.
    private func note(_ error: StoreError?, _ message: StaticString, _ subject: String) {
        guard let error, !error.isUnavailable else {
            if error == nil { alarmed.remove(subject) }
            return
        }
        guard alarmed.insert(subject).inserted else { return }
        counters.alarm(message, ["subject": subject, "detail": error.description])
    }

    private func wait(_ entry: Entry, now: Int64) -> EntryResult {
        counters.count(.deferred, DeferReason.waitingForPrice.rawValue)
        if Deferral.alarms(entry, .waitingForPrice) {
            counters.alarm("close waits for a price", ["key": entry.fields.present("key") ?? ""])
        }
        return .settle(Deferral.disposition(of: entry, .waitingForPrice, now: now))
    }

    func processSuspect(_ entry: Entry, lane: LaneID, now: Int64) -> EntryResult {
        bury(entry, .crashLoop, detail: nil)
    }

    private func bury(_ entry: Entry, _ reason: DeadReason, detail: String?) -> EntryResult {
        counters.count(.dead, reason.rawValue)
        counters.alarm(
            "dead letter",
            [
                "entry": "\(entry.id)", "reason": reason.rawValue,
                "key": entry.fields.present("key") ?? "", "detail": detail ?? "",
            ])
        var fields = Fields()
        fields["dead_detail"] = detail
        return .settle(.dead(reason, fields))
    }
}
