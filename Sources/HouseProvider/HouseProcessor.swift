import ServiceRuntime
import Shared

/// The house as a provider (architecture §1): consumes `queue:{provider-house:p}`, answers through
/// `queue:{reports:p}`, and settles an entry only when its report is sent.
///
/// A house that dies in between answers again after the take-over. The first answer stands: a change
/// of triggers is remembered with its answer, and a request is reported on once. A house that slept
/// does nothing at a price that has grown old meanwhile: the stores refuse it, each by its own clock,
/// and the request is decided anew.
final class HouseProcessor: BatchProcessor {
    private let prices: any FillPriceStore
    private let desk: TriggerDesk
    private let reports: any AnswerSink
    private let partitions: Int
    private let rules: HouseRules
    private let counters: any OutcomeCounting
    private var alarms: StoreAlarms

    /// - Parameter partitions: how many each queue has.
    init(
        prices: any FillPriceStore, triggers: any TriggerStore, reports: any AnswerSink,
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
        /// Of the reports: the account's.
        let partition: Int
    }

    private struct Answer {
        let work: Work
        let report: ExecutionReport
        /// How long it may be given; nil where it rests on no price, or its price was acted on.
        let freshness: Freshness?
    }

    func process(_ entries: [Entry], lane: LaneID, now server: ServerClock) -> [EntryResult] {
        let now = server.said
        var results: [EntryID: EntryResult] = [:]
        let works = read(entries, into: &results)
        let market = readMarket(works)
        var answers: [Answer] = []
        var changes: [TriggerDesk.Change] = []
        var closes: [EntryID: Freshness] = [:]
        for work in works {
            do throws(FieldError) {
                switch try HouseDecision(
                    work.request, at: market, reportingTo: work.partition, rules: rules,
                    now: now)
                {
                case .report(let report, let freshness):
                    answers.append(Answer(work: work, report: report, freshness: freshness))
                case .change(let change, let freshness):
                    changes.append(TriggerDesk.Change(entry: work.entry, change: change))
                    closes[work.entry.id] = freshness
                case .wait: results[work.entry.id] = wait(work.entry, now: now)
                case .hold: break
                }
            } catch {
                results[work.entry.id] = counters.bury(
                    work.entry, .unreadable, error.description)
            }
        }
        let changed = desk.change(changes)
        for work in works {
            guard let answer = changed[work.entry.id] else { continue }
            // A close that triggers remember is a fact, told at its price whenever.
            let freshness = answer.copy == nil ? closes[work.entry.id] : nil
            let report = work.request.answered(answer, now: now)
            answers.append(Answer(work: work, report: report, freshness: freshness))
        }
        send(answers.sorted { $0.work.entry.id < $1.work.entry.id }, now: now, into: &results)
        // What has no result could not be priced, changed or sent, or not at a price that was still
        // fresh: it is held, and comes again.
        return entries.map { results[$0.id] ?? .hold }
    }

    private func read(
        _ entries: [Entry], into results: inout [EntryID: EntryResult]
    ) -> [Work] {
        var works: [Work] = []
        works.reserveCapacity(entries.count)
        for entry in entries {
            do throws(MessageError) {
                let request = try ProviderRequest(entry.fields)
                let partition = request.key.account.partition(of: partitions)
                works.append(Work(entry: entry, request: request, partition: partition))
            } catch {
                results[entry.id] = counters.bury(entry, error)
            }
        }
        return works
    }

    /// The prices of what fills at the market.
    private func readMarket(_ works: [Work]) -> MarketReading {
        var places: [Symbol: Set<FillPlace>] = [:]
        for work in works {
            places[work.request.symbol, default: []].formUnion(work.fillPlaces)
        }
        places = places.filter { !$0.value.isEmpty }
        let market = MarketReading(places, from: prices)
        for symbol in places.keys {
            alarms.note(market.unread[symbol], "price not readable", symbol.text)
        }
        return market
    }

    private func send(
        _ answers: [Answer], now: Int64, into results: inout [EntryID: EntryResult]
    ) {
        guard !answers.isEmpty else { return }
        let placed = answers.map { answer in
            PlacedAnswer(
                request: answer.work.request.id,
                placed: PlacedReport(partition: answer.work.partition, report: answer.report),
                freshness: answer.freshness)
        }
        for (answer, reply) in zip(answers, reports.answer(placed)) {
            let entry = answer.work.entry
            let subject = "\(entry.id)"
            switch reply {
            case .success(.answered):
                counters.applied(arrival: entry.arrival, at: now)
                results[entry.id] = .settle(.done)
                alarms.note(nil, "report not sent", subject)
            case .success(.priceTooOld): break
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

    func processSuspect(_ entry: Entry, lane: LaneID, now: ServerClock) -> EntryResult {
        counters.bury(entry, .crashLoop, nil)
    }
}

extension HouseProcessor.Work {
    /// Where something is done at a price: the others are about triggers, which ticks fire.
    fileprivate var fillPlaces: Set<FillPlace> {
        switch request.kind {
        case .place: [.reports(partition)]
        case .close: [.reports(partition), .triggers(request.symbol)]
        case .placePending, .modify, .cancel, .setStopLoss, .setTakeProfit, .cancelStopLoss,
            .cancelTakeProfit:
            []
        }
    }
}
