import MessagePackDriver
import ProviderWire
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import ProviderConnection

struct ReportIntakeTests {
    private let store = KnownOrders()
    private let wire = MemoryWire()
    private let tally = Tally()
    private let provider: Provider

    init() throws { provider = try Provider("lp") }

    private func intake(mayWait: @escaping () -> Bool = { true }) -> ReportIntake {
        ReportIntake(
            provider, orders: store, reports: store, wire: wire, partitions: 8,
            counters: tally, mayWait: mayWait, clock: { 99 })
    }

    private func frame(_ map: WireMap) throws -> [UInt8] { try MessagePack.encode(.map(map)) }

    private func report(_ id: String, _ status: String = "EXECUTED") throws -> [UInt8] {
        try frame(["order_id": .text(id), "ord_status": .text(status), "avgpx": .double(1.25)])
    }

    @Test func aReportLiesInItsAccountsPartition() throws {
        let account = try AccountID(.live, "42")
        try store.know("CLS7", order: "41", of: account)
        wire.inflight = [try LifecycleID("CLS7")]
        intake().take([try report("CLS7")])
        #expect(store.sent.map(\.partition) == [account.partition(of: 8)])
        #expect(store.sent.first?.report.fields["avgpx"] == "1.25")
        #expect(wire.inflight.isEmpty)
    }

    @Test func oneThatNobodyKnowsLiesByItsId() throws {
        intake().take([try report("CLS7"), try report("no id at all")])
        #expect(
            store.sent.map(\.partition) == [
                try LifecycleID("CLS7").partition(of: 8),
                Int(CRC16.checksum("no id at all".utf8)) % 8,
            ])
    }

    @Test func whatIsNoReportIsKeptAndTheRestGoesOn() throws {
        intake().take([
            [0xc1], try frame(["hello": .text("world")]), try report("41"),
            try frame(["type": .text("heartbeat")]),
        ])
        #expect(store.sent.count == 1)
        #expect(wire.kept.map(\.frame) == ["c1", #"{"hello":"world"}"#])
        #expect(wire.kept.map(\.detail).first?.hasPrefix("bad_type") == true)
        #expect(tally.total("dead unreadable") == 2)
        #expect(tally.total("ignored not_a_report") == 1)
    }

    /// Redis goes away for a while in every call: everything is there once it is back.
    @Test func aStoreThatIsAwayIsWaitedFor() throws {
        store.failures = 3
        wire.failures = 2
        intake().take([try report("41"), [0xc1], try report("42")])
        #expect(store.sent.map { $0.report.fields["order_id"] } == ["41", "42"])
        #expect(wire.kept.count == 1)
    }

    @Test func atTheEndOfAProcessWhatIsLeftIsSaid() throws {
        store.failures = .max
        intake(mayWait: { false }).take([try report("41")])
        #expect(store.sent.isEmpty)
        #expect(tally.alarms.contains("report not kept"))
    }
}

/// Orders by their ids, and what was sent; the first calls fail as told.
private final class KnownOrders: OrderLookup, ReportSink {
    private var lookups: [LifecycleID: OrderID] = [:]
    private var accounts: [OrderID: AccountID] = [:]
    private(set) var sent: [PlacedReport] = []
    var failures = 0

    func know(_ id: String, order: String, of account: AccountID) throws {
        let order = try OrderID(order)
        lookups[try LifecycleID(id)] = order
        accounts[order] = account
    }

    private func answer<Value>(_ value: Value) -> Result<Value, StoreError> {
        guard failures > 0 else { return .success(value) }
        failures -= 1
        return .failure(.unavailable(operation: "test", detail: "away"))
    }

    func lookUp(_ ids: [LifecycleID]) -> [Result<OrderID?, StoreError>] {
        ids.map { answer(lookups[$0]) }
    }

    func accounts(of orders: [OrderID]) -> [Result<AccountID?, StoreError>] {
        orders.map { answer(accounts[$0]) }
    }

    func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        reports.map { report in
            let result = answer(())
            if case .success = result { sent.append(report) }
            return result
        }
    }
}
