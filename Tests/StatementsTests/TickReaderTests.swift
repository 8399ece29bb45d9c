import Shared
import Testing

@testable import Statements

@Suite struct TickReaderTests {
    @Test(arguments: [
        (Recorded.eurusd, 9_500, 0), (.gbpusd, 2_858, 22), (.usdjpy, 1_000, 0), (.rates, 7, 0),
    ])
    func recordedFilesAreReadWhole(file: Recorded, count: Int, crossed: Int) throws {
        let read = try file.ticks()
        #expect(read.ticks.count == count)
        #expect(read.crossed == crossed)
        #expect(read.ticks.allSatisfy { $0.ask >= $0.bid })
    }

    @Test func ticksKeepTheirMilliseconds() throws {
        let first = try #require(try Recorded.eurusd.ticks().ticks.first)
        let expected = Tick(
            time: 1_577_898_000_065, symbol: try Symbol("EURUSD"), bid: try Price("1.1212"),
            ask: try Price("1.12172"))
        #expect(first == expected)
    }

    @Test func ticksAreReadOneAtATime() throws {
        var taken = 0
        let bytes = try Recorded.eurusd.bytes()
        var reader = TickReader(
            sequence(state: bytes.makeIterator()) { iterator in
                taken += 1
                return iterator.next()
            })
        #expect(try reader.next() != nil)
        #expect(taken < 100)
        #expect(reader.row == 2)
    }

    @Test(arguments: [
        "\(header)\n\(good)\n", "\(header)\n\(good)", "\(header)\r\n\(good)\r\n",
        "\u{FEFF}\(header)\n\(good)\n\n\r\n",
    ])
    func oneTickInManyDresses(file: String) throws {
        #expect(try allTicks(Array(file.utf8)).ticks.count == 1)
    }

    @Test func theEndIsTheEndHoweverOftenItIsAsked() throws {
        var reader = TickReader(Array(Self.header.utf8))
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let error: TickError

        var testDescription: String { "\(error)" }
    }

    private static let header = "timestamp,symbol,bid,ask"
    private static let time = "2020-01-01T17:00:10.447Z"
    private static let good = "\(time),EURUSD,1.1212,1.1219"

    /// A file whose second row is `bad`.
    private static func row(
        _ bad: String, _ column: TickError.Column?, _ rule: TickError.Rule
    ) -> Case {
        Case(
            file: "\(header)\n\(good)\n\(bad)\n",
            error: TickError(row: 3, column: column, rule: rule))
    }

    private static let cases: [Case] = [
        Case(file: "", error: TickError(row: 1, column: nil, rule: .header)),
        Case(file: "time,symbol,bid,ask\n", error: TickError(row: 1, column: nil, rule: .header)),
        Case(file: good, error: TickError(row: 1, column: nil, rule: .header)),
        Case(
            file: "\(header)\n\n\(good)", error: TickError(row: 2, column: nil, rule: .blankRow)),
        row("\(time),EURUSD,1.1212", nil, .fieldCount(3)),
        row("\(time),EURUSD,1.1212,1.1213,", nil, .fieldCount(5)),
        row(String(repeating: "1", count: 257), nil, .tooLong),
        row("2020-01-01 17:00:10,EURUSD,1,1", .timestamp, .time("2020-01-01 17:00:10", .shape)),
        row(
            "2020-01-01T17:00:10.447+,EURUSD,1,1", .timestamp,
            .time("2020-01-01T17:00:10.447+", .shape)),
        row(
            "2020-02-30T17:00:10.447Z,EURUSD,1,1", .timestamp,
            .time("2020-02-30T17:00:10.447Z", .day)),
        row(
            "2020-01-01T17:00:10.446Z,EURUSD,1,1", .timestamp,
            .runsBackwards("2020-01-01T17:00:10.446Z")),
        row("\(time),,1,1", .symbol, .symbol(.symbol(""))),
        row("\(time),EUR/USD,1,1", .symbol, .symbol(.symbol("EUR/USD"))),
        row("\(time),EURUSD,,1", .bid, .number("", .empty)),
        row("\(time),EURUSD,1,x", .ask, .number("x", .notANumber("x"))),
        row(
            "\(time),EURUSD,1.123456789,1", .bid,
            .number("1.123456789", .tooManyDecimals("1.123456789"))),
        row("\(time),EURUSD,0,1", .bid, .notPositive("0")),
        row("\(time),EURUSD,-2,-1", .bid, .notPositive("-2")),
        row("\(time),EURUSD,1,-1", .ask, .notPositive("-1")),
    ]

    @Test(arguments: cases) func badInputIsRefused(bad: Case) throws {
        #expect(throws: bad.error) { try allTicks(Array(bad.file.utf8)) }
    }

    @Test func textThatIsNotUTF8IsRefused() throws {
        let error = TickError(row: 2, column: nil, rule: .notUTF8)
        #expect(throws: error) { try allTicks(Array("\(Self.header)\n".utf8) + [0xFF, 0x0A]) }
    }
}
