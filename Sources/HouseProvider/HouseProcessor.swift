import ServiceRuntime
import Shared

/// The house as a provider (architecture §1): consumes `queue:{provider-house:p}`, answers through
/// `queue:{reports:p}`, and settles an entry only when its report is sent.
///
/// A house that dies in between answers again after the take-over. The first answer stands: a change
/// of triggers is remembered with its answer, and a request is reported on once.
final class HouseProcessor: BatchProcessor {
    private let prices: any PriceStore
    private let desk: TriggerDesk
    private let reports: any ReportSink
    private let partitions: Int
    private let rules: HouseRules
    private let counters: any OutcomeCounting
    private var alarms: StoreAlarms

    /// - Parameter partitions: how many each queue has.
    init(
        prices: any PriceStore, triggers: any TriggerStore, reports: any ReportSink,
        partitions: Int, rules: HouseRules, counters: any OutcomeCounting
    ) {
        self.prices = prices
        self.reports = reports
        self.partitions = partitions
        self.rules = rules
        self.counters = counters
        desk = TriggerDesk(triggers, counters: counters)
        alarms = StoreAlarms(counters)
    }

    /// A request that was read, and the entry that it came as.
    struct Work {
        let entry: Entry
        let request: ProviderRequest
    }

    private struct Answer {
        let work: Work
        let report: ExecutionReport
    }

    func process(_ entries: [Entry], lane: LaneID, now: Int64) -> [EntryResult] {
        var results: [EntryID: EntryResult] = [:]
        let works = read(entries, into: &results)
        let market = readMarket(works)
        var answers: [Answer] = []
        var changes: [TriggerDesk.Change] = []
        for work in works where market.knows(work.request) {
            do throws(FieldError) {
                switch try HouseDecision(
                    work.request, at: market.prices, rules: rules, now: now)
                {
                case .report(let report): answers.append(Answer(work: work, report: report))
                case .change(let change):
                    changes.append(TriggerDesk.Change(entry: work.entry, change: change))
                case .wait: results[work.entry.id] = wait(work.entry, now: now)
                }
            } catch {
                results[work.entry.id] = bury(
                    work.entry, .unreadable, detail: error.description)
            }
        }
        let changed = desk.change(changes)
        for work in works {
            guard let answer = changed[work.entry.id] else { continue }
            answers.append(
                Answer(work: work, report: work.request.answered(answer, now: now)))
        }
        send(answers.sorted { $0.work.entry.id < $1.work.entry.id }, now: now, into: &results)
        // What has no result could not be priced, changed or sent: it is held, and comes again.
        return entries.map { results[$0.id] ?? .hold }
    }

    private func read(
        _ entries: [Entry], into results: inout [EntryID: EntryResult]
    ) -> [Work] {
        var works: [Work] = []
        works.reserveCapacity(entries.count)
        for entry in entries {
            do throws(MessageError) {
                works.append(Work(entry: entry, request: try ProviderRequest(entry.fields)))
            } catch {
                results[entry.id] = bury(entry, error.deadReason, detail: error.description)
            }
        }
        return works
    }

    /// The prices of what fills at the market.
    private func readMarket(_ works: [Work]) -> MarketReading {
        let symbols = Set(
            works.lazy.filter { $0.request.fillsAtMarket }.map(\.request.symbol))
        let market = MarketReading(symbols, from: prices)
        for symbol in symbols {
            alarms.note(market.unread[symbol], "price not readable", symbol.text)
        }
        return market
    }

    private func send(
        _ answers: [Answer], now: Int64, into results: inout [EntryID: EntryResult]
    ) {
        guard !answers.isEmpty else { return }
        let placed = answers.map { answer in
            PlacedReport(
                partition: answer.work.request.key.account.partition(of: partitions),
                report: answer.report, answers: answer.work.request.id)
        }
        for (answer, reply) in zip(answers, reports.send(placed)) {
            let entry = answer.work.entry
            let subject = "\(entry.id)"
            switch reply {
            case .success:
                let arrival = entry.fields[EntryField.arrival].flatMap { EntryID($0) }
                counters.applied(arrival: arrival ?? entry.id, at: now)
                results[entry.id] = .settle(.done)
                alarms.note(nil, "report not sent", subject)
            case .failure(let error): alarms.note(error, "report not sent", subject)
            }
        }
    }

    private func wait(_ entry: Entry, now: Int64) -> EntryResult {
        counters.count(.deferred, DeferReason.waitingForPrice.rawValue)
        if Deferral.alarms(entry, .waitingForPrice) {
            counters.alarm(
                "close waits for a price", ["key": entry.fields.present("key") ?? ""])
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

extension MarketReading {
    /// Whether all is known that a request needs.
    fileprivate func knows(_ request: ProviderRequest) -> Bool {
        !request.fillsAtMarket || unread[request.symbol] == nil
    }
}

extension ProviderRequest {
    /// Whether the answer needs a price: the others are about triggers, which ticks fire.
    var fillsAtMarket: Bool {
        switch kind {
        case .place, .close: true
        case .placePending, .modify, .cancel, .setStopLoss, .setTakeProfit, .cancelStopLoss,
            .cancelTakeProfit:
            false
        }
    }
}
