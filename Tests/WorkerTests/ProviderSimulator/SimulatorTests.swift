import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import ProviderSimulator

/// The simulator between its queue and the reports', with faults.
@Suite struct SimulatorTests {
    private final class World {
        let sink = MemoryReports()
        let counters = Tally()
        let path: String
        let processor: SimulatorProcessor
        var sequence: Int64 = 0

        init(_ faults: Faults = Faults(), refusing seed: UInt64? = nil) throws {
            path = try TestFolder.fresh("p") + "/reports"
            let refusals = try seed.map {
                Refusals(of: try SimulatorWorld.statement(), named: "book", seed: $0)
            }
            processor = SimulatorProcessor(
                script: .init(
                    recording: try SimulatorWorld.recording(), faults: faults,
                    refusals: refusals ?? .none),
                file: try ReportFile(path: path), sink: sink, partitions: 8, counters: counters)
        }

        func entry(_ fields: Fields) -> Entry {
            sequence += 1
            return Entry(id: EntryID(milliseconds: 5, sequence: sequence), fields: fields)
        }

        func take(_ entries: [Entry]) -> [EntryResult] {
            processor.process(
                entries, lane: LaneID(queue: .provider(.house), 0), now: 1_000)
        }

        func take(_ fields: Fields...) -> [EntryResult] { take(fields.map(entry)) }

        var sent: [String] { sink.sent.map { SimulatorWorld.short($0.report) } }
    }

    private static let entry = SimulatorWorld.fields(.placePending, .sellStop, key: "book:2")
    private static let answers = ["41 PENDING", "41 EXECUTED 4000.5 R:41:open"]

    @Test func allReportsOfAnAnswerAreSentAndKept() throws {
        let world = try World()
        #expect(world.take(Self.entry) == [.settle(.done)])
        #expect(world.sent == Self.answers)
        let kept = try ReportFile.read(
            String(decoding: try TextFile.bytes(world.path), as: UTF8.self), since: 0)
        #expect(kept.map { SimulatorWorld.short($0.report) } == Self.answers)
        #expect(kept.map(\.partition) == world.sink.sent.map(\.partition))
    }

    @Test func aFillMayOvertakeItsConfirmation() throws {
        let world = try World(Faults(reorders: 1_000))
        _ = world.take(Self.entry)
        #expect(world.sent == Self.answers.reversed())
    }

    @Test func everyReportMayComeTwice() throws {
        let world = try World(Faults(duplicates: 1_000))
        #expect(world.take(Self.entry) == [.settle(.done)])
        #expect(world.sent == Self.answers + Self.answers)
    }

    @Test func aDelayedAnswerWaitsOnce() throws {
        let world = try World(Faults(delays: 1_000, longestDelay: 50))
        guard case .settle(.delay(let wait, let fields))? = world.take(Self.entry).first else {
            Issue.record("not delayed")
            return
        }
        #expect((1...50).contains(wait))
        #expect(world.sent.isEmpty)
        #expect(world.take(fields) == [.settle(.done)])
        #expect(world.sent == Self.answers)
    }

    @Test func aRejectSaysThatItIsSimulated() throws {
        let world = try World(Faults(rejects: 1_000))
        _ = world.take(Self.entry)
        #expect(world.sent == ["41 REJECTED simulated_reject"])
    }

    @Test func aRefusedRequestIsAnsweredWhenAskedAgain() throws {
        let world = try World(refusing: 1)
        _ = world.take(
            SimulatorWorld.fields(.close, .buy, key: "book:4:close"),
            SimulatorWorld.fields(.close, .buy, key: "book:4:close:2"))
        #expect(world.sent == ["CLS1 REJECTED simulated_reject", "CLS1 EXECUTED 4005 R:41:close"])
    }

    @Test func anAnswerThatWasSentInPartIsHeldAndMadeAgain() throws {
        let world = try World()
        world.sink.failures = [nil, .unavailable(operation: "send", detail: "away"), nil, nil]
        let entries = [
            world.entry(Self.entry),
            world.entry(SimulatorWorld.fields(.placePending, .buyStop, key: "book:5")),
        ]
        #expect(world.take(entries) == [.hold, .settle(.done)])
        #expect(world.take([entries[0]]) == [.settle(.done)])
        #expect(world.sent == ["41 PENDING", "41 PENDING"] + Self.answers)
    }

    @Test func whatCannotBeReadIsADeadLetter() throws {
        let world = try World()
        var fields = Self.entry
        fields["order_type"] = "SWING"
        guard case .settle(.dead(.unreadable, _))? = world.take(fields).first else {
            Issue.record("not dead")
            return
        }
        #expect(world.sent.isEmpty)
    }
}

@Suite struct SimulatorOptionsTests {
    @Test func everyOptionIsRead() throws {
        let options = try Options([
            "--provider", "acme", "--statement", "book=b.csv", "--reports", "r.log", "--seed",
            "7", "--duplicates", "1", "--rejects", "2", "--delays", "3", "--longest-delay", "4",
            "--reorders", "5", "--refuse-once", "book",
        ])
        #expect(options.provider == "acme" && options.reports == "r.log")
        #expect(options.statements == ["book": "b.csv"] && options.refusing == ["book"])
        #expect(
            options.faults
                == Faults(
                    seed: 7, duplicates: 1, rejects: 2, delays: 3, longestDelay: 4, reorders: 5))
    }

    @Test(arguments: [
        (["--refuse-once", "book"], "--refuse-once 'book' is no --statement"),
        (["--refuse-once"], "--refuse-once needs a value"),
        (["--reorders", "1001"], "--reorders '1001' is not from 0 to 1000"),
        (["--statement", "book"], "--statement 'book' is not <name>=<file>"),
    ])
    func aMistakeIsNamed(words: [String], text: String) {
        #expect(throws: Options.Mistake(description: text)) { try Options(words) }
    }
}
