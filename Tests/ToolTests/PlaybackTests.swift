import Shared
import Statements
import Testing

@testable import Fleet

@Suite struct PlaybackTests {
    private static let header = "timestamp,symbol,bid,ask\n"

    private func feed(_ rows: [String], symbol: String? = nil) throws -> TickFeed {
        let text = Self.header + rows.joined(separator: "\n") + "\n"
        return try TickFeed(
            path: "t.csv", bytes: Array(text.utf8), symbol: symbol.map { try Symbol($0) })
    }

    @Test func ticksComeDueInRecordedTime() throws {
        var feed = try feed([
            "2020-01-01T00:00:10.000Z,EURUSD,1.1,1.2", "2020-01-01T00:00:10.500Z,GBPUSD,1.3,1.4",
            "2020-01-01T00:00:11.000Z,EURUSD,1.5,1.4", "2020-01-01T00:00:12.000Z,EURUSD,1.6,1.7",
        ])
        #expect(feed.nextDue == 0)
        #expect(try feed.due(at: 499).map(\.bid.text) == ["1.1"])
        #expect(feed.nextDue == 500)
        #expect(try feed.due(at: 500).map(\.symbol.text) == ["GBPUSD"])
        // The crossed row at 1,000 is skipped and counted.
        #expect(try feed.due(at: 1_999).isEmpty && feed.crossed == 1)
        #expect(try feed.due(at: 2_000).map(\.bid.text) == ["1.6"])
        #expect(feed.hasEnded && feed.ticks == 3 && feed.nextDue == nil)
    }

    @Test func oneSymbolAloneIsPlayedFromItsOwnFirstTick() throws {
        var feed = try feed(
            [
                "2020-01-01T00:00:00.000Z,EURUSD,1.1,1.2",
                "2020-01-01T00:01:00.000Z,GBPUSD,1.3,1.4",
            ], symbol: "GBPUSD")
        #expect(try feed.due(at: 0).map(\.symbol.text) == ["GBPUSD"])
    }

    @Test func aBrokenFileNamesItsRow() {
        let error = #expect(throws: Failure.self) {
            var feed = try feed([
                "2020-01-01T00:00:00.000Z,EURUSD,1.1,1.2", "2020-01-01T00:00:01.000Z,EURUSD,x,1.2",
            ])
            _ = try feed.due(at: .max)
        }
        #expect(error?.description.hasPrefix("t.csv: row 3, bid") == true)
    }

    @Test func ratesHoldFromTheirTimeOn() throws {
        var feed = try feed([
            "1970-01-01T00:00:10.000Z,USDCAD,1.3,1.3", "1970-01-01T00:00:20.000Z,USDCAD,1.4,1.4",
        ])
        let rates = RateTimeline(try feed.due(at: .max))
        let at = [0, 10_000, 19_999, 20_000, 99_000].map { rates.rates(at: $0).map(\.ask.text) }
        #expect(at == [["1.3"], ["1.3"], ["1.3"], ["1.4"], ["1.4"]])
    }

    private func statement(_ rows: String) throws -> Statement {
        let header =
            "Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment\n"
        return try StatementReader.read(Array((header + rows).utf8))
    }

    private static let row =
        "2026.01.01 00:00:00;Buy;0.01;US30;100;;;2026.01.01 00:01:00;101;;;0.01;\n"

    @Test func requestsAreNamedByStatementAndRow() throws {
        let played = try PlayedStatement(try statement(Self.row), name: "signal")
        #expect(played.steps.count == 3 && played.syntheticPrices == 1)
        #expect(try played.request(2).text == "signal:2")
        #expect(try played.request(2, .close).text == "signal:2:close")
        #expect(try played.request(2, .close, attempt: 2).text == "signal:2:close:2")
        #expect(try played.request(2, attempt: 3).text == "signal:2:3")
    }

    @Test func aNameThatMakesNoRequestIDIsRefusedAtOnce() throws {
        let statement = try statement(Self.row)
        for name in ["a b", "a{b", String(repeating: "x", count: 60)] {
            #expect(throws: KeyError.self) { try PlayedStatement(statement, name: name) }
        }
        #expect(throws: Failure.self) { try PlayedStatement(statement, name: "a:b") }
    }
}
