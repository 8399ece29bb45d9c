import Shared
import Statements
import Testing

@testable import ProviderSimulator

/// What the recording answers to each kind of request about each kind of row.
@Suite struct RecordingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: ProviderRequest.Kind
        let type: OrderType
        let key: String?
        let answers: [String]
        var testDescription: String { "\(kind.rawValue) \(key ?? "-")" }

        init(
            _ kind: ProviderRequest.Kind, _ type: OrderType, _ key: String?, _ answers: String...
        ) {
            self.kind = kind
            self.type = type
            self.key = key
            self.answers = answers
        }
    }

    @Test(arguments: [
        Case(.place, .sell, "book:2", "41 EXECUTED 4000.5 R:41:open"),
        Case(.place, .sell, "book:2:2", "41 EXECUTED 4000.5 R:41:open"),
        Case(.placePending, .sellStop, "book:2", "41 PENDING", "41 EXECUTED 4000.5 R:41:open"),
        Case(.placePending, .buyStop, "book:5", "41 PENDING"),
        Case(.modify, .buyStop, "book:5:modify", "MOD1 MODIFY"),
        Case(.modify, .buyStop, "book:3:modify", "MOD1 REJECTED already_filled"),
        Case(.cancel, .buyStop, "book:5:cancel", "CXL1 CANCELLED"),
        Case(.cancel, .buyStop, "book:3:cancel", "CXL1 REJECTED already_filled"),
        Case(.close, .buy, "book:4:close", "CLS1 EXECUTED 4005 R:41:close"),
        Case(.close, .buy, "book:4:close:3", "CLS1 EXECUTED 4005 R:41:close"),
        // Only the leg that closed the position fills.
        Case(
            .setStopLoss, .sell, "book:2:sl", "SL1 PENDING 3999.5",
            "SL1 EXECUTED 4010.2 R:41:close"),
        Case(.setTakeProfit, .sell, "book:2:tp", "TP1 PENDING 4001.5"),
        Case(.setStopLoss, .buy, "book:3:sl", "SL1 PENDING 3999.5"),
        Case(
            .setTakeProfit, .buy, "book:3:tp", "TP1 PENDING 4001.5",
            "TP1 EXECUTED 4010.1 R:41:close"),
        Case(.setStopLoss, .buy, "book:4:sl", "SL1 PENDING 3999.5"),
        // Legs are cancelled by commands, and without one when their position closes.
        Case(.cancelStopLoss, .sell, "book:2:sl", "SLC1 CANCELLED"),
        Case(.cancelTakeProfit, .buy, nil, "TPC1 CANCELLED"),
        // What the statement does not tell.
        Case(.place, .buyStop.ofPosition, "book:5", "41 REJECTED not_in_recording"),
        Case(.close, .buy, "book:5:close", "CLS1 REJECTED not_in_recording"),
        Case(.place, .buy, "book:6", "41 REJECTED not_in_recording"),
        Case(.place, .buy, "book:7", "41 REJECTED not_in_recording"),
        Case(.place, .buy, "other:4", "41 REJECTED not_in_recording"),
        Case(.place, .buy, "book", "41 REJECTED not_in_recording"),
        Case(.place, .buy, nil, "41 REJECTED not_in_recording"),
        Case(.setStopLoss, .buy, nil, "SL1 REJECTED not_in_recording"),
        // Row 4 was bought.
        Case(.place, .sell, "book:4", "41 REJECTED not_in_recording"),
    ])
    func aRequestIsAnsweredFromItsRow(given: Case) throws {
        let request = try SimulatorWorld.request(given.kind, given.type, key: given.key)
        let reports = try SimulatorWorld.recording().answers(to: request, at: 9)
        #expect(reports.map(SimulatorWorld.short) == given.answers)
        #expect(reports.allSatisfy { $0.fields["key"] == "user_holdings:{live:7}:41" })
        #expect(reports.allSatisfy { $0.fields["ts"] == "9" })
    }

    @Test func anotherInstrumentIsNotInTheRecording() throws {
        let request = try SimulatorWorld.request(.place, .buy, key: "book:4", symbol: "EURUSD")
        let reports = try SimulatorWorld.recording().answers(to: request, at: 9)
        #expect(reports.map(SimulatorWorld.short) == ["41 REJECTED not_in_recording"])
    }

    @Test func everyKindOfRequestAboutEveryRowIsAnswered() throws {
        let recording = try SimulatorWorld.recording()
        for kind in ProviderRequest.Kind.allCases {
            for row in 1...7 {
                for type in OrderType.allCases {
                    let fields = SimulatorWorld.fields(kind, type, key: "book:\(row)")
                    guard let request = try? ProviderRequest(fields) else { continue }
                    #expect(!recording.answers(to: request, at: 0).isEmpty)
                }
            }
        }
    }
}

/// One request of each kind is refused once, by seed.
@Suite struct RefusalsTests {
    private func refusals(seed: UInt64) throws -> Refusals {
        Refusals(of: try SimulatorWorld.statement(), named: "book", seed: seed)
    }

    @Test func oneOfEachKindIsRefused() throws {
        var seen: Set<RowRequest> = []
        for seed in UInt64(0)..<200 {
            let requests = try refusals(seed: seed).requests
            #expect(requests.count == 5, "seed \(seed)")
            #expect(requests.allSatisfy { $0.attempt == 1 && $0.statement == "book" })
            let steps = requests.map { $0.step }
            #expect(steps.count { $0 == nil } == 1)
            #expect(steps.count { $0 == .stopLoss || $0 == .takeProfit } == 1)
            for step in [RowRequest.Step.modify, .cancel, .close] {
                #expect(steps.count { $0 == step } == 1)
            }
            #expect(try refusals(seed: seed).requests == requests)
            seen.formUnion(requests)
        }
        // Four placements, one modify, one cancel, one close, six legs: seeds find them all.
        #expect(seen.count == 13)
    }

    @Test func onlyTheFirstRequestIsRefused() throws {
        let refusals = try refusals(seed: 1)
        let close = SimulatorWorld.fields(.close, .buy, key: "book:4:close")
        #expect(refusals.refuses(try ProviderRequest(close)))
        let again = SimulatorWorld.fields(.close, .buy, key: "book:4:close:2")
        #expect(!refusals.refuses(try ProviderRequest(again)))
        let nameless = SimulatorWorld.fields(.cancelStopLoss, .buy, key: nil)
        #expect(!refusals.refuses(try ProviderRequest(nameless)))
        #expect(!Refusals.none.refuses(try ProviderRequest(close)))
    }

    @Test func aStatementWithoutPendingOrdersHasFewerKinds() throws {
        let header = "Time;Type;Volume;Symbol;Price;Volume;Time;Price;Commission;Swap;Profit\n"
        let row = "2026.01.05 10:00:00;Buy;0.01;US30;1;0.01;2026.01.05 11:00:00;1;;;0"
        let statement = try StatementReader.read(Array((header + row).utf8))
        let steps = Refusals(of: statement, named: "s", seed: 3).requests.map { $0.step }
        #expect(Set(steps) == [nil, .close])
    }
}
