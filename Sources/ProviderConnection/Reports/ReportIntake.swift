import MessagePackDriver
import ProviderWire
import RedisDriver
import ServiceRuntime
import Shared

/// What becomes of a provider's frames: reports lie in `queue:{reports:p}`, p of the account that
/// their id leads to, else `crc16(id) mod P` (domain §4); what is no report is a dead letter there.
/// Nothing is dropped: while a store is away, reading waits, and the provider's bytes with it.
final class ReportIntake: FrameIntake {
    private let provider: Provider
    private let orders: any OrderLookup
    private let reports: any ReportSink
    private let wire: any WireStore
    private let partitions: Int
    private let counters: any OutcomeCounting
    private let mayWait: () -> Bool
    private let clock: () -> Int64

    /// How long a store that is away, or refuses, is left alone.
    private static let rest: Duration = .milliseconds(100)
    /// Bytes of a frame that cannot be read which its dead letter shows.
    private static let mostShown = 4_096

    /// - Parameters:
    ///   - mayWait: whether a store that is away may still be waited for.
    ///   - clock: the calendar's time, ms; for reports that name none.
    init(
        _ provider: Provider, orders: any OrderLookup, reports: any ReportSink,
        wire: any WireStore, partitions: Int, counters: any OutcomeCounting,
        mayWait: @escaping () -> Bool, clock: @escaping () -> Int64 = WallClock.milliseconds
    ) {
        self.provider = provider
        self.orders = orders
        self.reports = reports
        self.wire = wire
        self.partitions = partitions
        self.counters = counters
        self.mayWait = mayWait
        self.clock = clock
    }

    convenience init(
        _ provider: Provider, stores: RedisStores, partitions: Int,
        counters: any OutcomeCounting, mayWait: @escaping () -> Bool
    ) {
        self.init(
            provider, orders: stores.dispatch, reports: stores.reports, wire: stores.wire,
            partitions: partitions, counters: counters, mayWait: mayWait)
    }

    func take(_ frames: [[UInt8]]) {
        var found: [IncomingReport] = []
        var unreadable: [UnreadableFrame] = []
        for frame in frames {
            switch read(frame) {
            case .success(.report(let report)): found.append(report)
            case .success(.other(let type)):
                counters.count(.ignored, IgnoreReason.notAReport.rawValue)
                counters.alarm(
                    "frame is no report",
                    ["provider": provider.name, "type": String(type.prefix(40))])
            case .failure(let error): unreadable.append(letter(frame, error))
            }
        }
        keep(unreadable)
        deliver(found)
    }

    private func read(_ frame: [UInt8]) -> Result<IncomingMessage, WireError> {
        Result { () throws(WireError) in
            try IncomingMessage(try MessagePack.decode(frame), received: clock())
        }
    }

    private func letter(_ frame: [UInt8], _ error: WireError) -> UnreadableFrame {
        counters.count(.dead, DeadReason.unreadable.rawValue)
        counters.alarm(
            "frame cannot be read", ["provider": provider.name, "error": error.description])
        let shown: String
        do throws(WireError) {
            shown = try MessagePack.decode(frame).json
        } catch {
            shown = Hex.text(frame.prefix(Self.mostShown))
        }
        return UnreadableFrame(
            provider: provider, partition: Int(CRC16.checksum(frame)) % partitions,
            detail: "\(error.code): \(error.description)", frame: shown)
    }

    private func keep(_ frames: [UnreadableFrame]) {
        let left = insist(on: frames, "keep a frame") { wire.keep($0) }
        for frame in left {
            counters.alarm("frame not kept", ["frame": frame.frame, "detail": frame.detail])
        }
    }

    private func deliver(_ found: [IncomingReport]) {
        guard !found.isEmpty else { return }
        let accounts = accounts(of: found)
        let placed = zip(found, accounts).map { report, account in
            PlacedReport(
                partition: account?.partition(of: partitions)
                    ?? Int(CRC16.checksum(report.id.utf8)) % partitions,
                report: ExecutionReport(fields: report.fields))
        }
        let left = insist(on: placed, "append a report") { reports.send($0) }
        for report in left {
            counters.alarm(
                "report not kept", ["report": JSONText.object(report.report.fields)])
        }
        for _ in 0..<(placed.count - left.count) { counters.count(.applied, "reported") }
        settle(zip(found, accounts))
    }

    /// Tells the marks of requests that they were answered. Only after the reports are safe.
    private func settle(_ found: Zip2Sequence<[IncomingReport], [AccountID?]>) {
        let answers = found.compactMap { report, account -> RequestAnswer? in
            guard let account, let id = LifecycleID(ifValid: report.id),
                let status = OrdStatus(text: report.status.filter { !$0.isWhitespace })
            else { return nil }
            let lane = LaneID(
                queue: .provider(provider), account.partition(of: partitions))
            return RequestAnswer(lane: lane, id: id, status: status)
        }
        for answer in insist(on: answers, "note an answer", { wire.answered($0) }) {
            counters.alarm("answer not noted", ["id": answer.id.text])
        }
    }

    /// Repeats for those items that fail, while the process may wait. Returns what is left then.
    private func insist<Item>(
        on items: [Item], _ operation: StaticString,
        _ act: ([Item]) -> [Result<Void, StoreError>]
    ) -> [Item] {
        var left = items
        var isAlarmed = false
        while !left.isEmpty {
            var failed: [Item] = []
            for (item, result) in zip(left, act(left)) {
                guard case .failure(let error) = result else { continue }
                failed.append(item)
                // One alarm until it works again.
                if !isAlarmed {
                    counters.alarm(
                        "reports wait", ["operation": "\(operation)", "error": "\(error)"])
                }
                isAlarmed = true
            }
            left = failed
            if left.isEmpty || !mayWait() { break }
            Thread.rest(Self.rest)
        }
        return left
    }
}

/// From reported ids to accounts.
extension ReportIntake {
    /// Nil for a report whose id is none of ours, or whose order nobody knows.
    private func accounts(of found: [IncomingReport]) -> [AccountID?] {
        let ids = found.map { LifecycleID(ifValid: $0.id) }
        return look(look(ids) { orders.lookUp($0) }) { orders.accounts(of: $0) }
    }

    /// Looks up what there is to look up. A store that is away is waited for; one that refuses has
    /// no answer, which the dispatcher finds out for itself.
    private func look<Key, Value>(
        _ keys: [Key?], _ ask: ([Key]) -> [Result<Value?, StoreError>]
    ) -> [Value?] {
        var values = [Value?](repeating: nil, count: keys.count)
        var open = keys.indices.filter { keys[$0] != nil }
        while !open.isEmpty {
            var unanswered: [Int] = []
            for (index, answer) in zip(open, ask(open.compactMap { keys[$0] })) {
                switch answer {
                case .success(let value): values[index] = value
                case .failure(let error) where error.isUnavailable: unanswered.append(index)
                case .failure(let error):
                    counters.alarm("report's account not readable", ["error": "\(error)"])
                }
            }
            open = unanswered
            if open.isEmpty || !mayWait() { break }
            Thread.rest(Self.rest)
        }
        return values
    }
}

extension LifecycleID {
    /// Nil for a text that no id of ours can be.
    fileprivate init?(ifValid text: String) {
        do {
            try self.init(text)
        } catch {
            return nil
        }
    }
}
