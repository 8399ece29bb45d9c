internal import Shared

/// Reads a tick file (`timestamp,symbol,bid,ask`) one tick at a time, so that a file of any length
/// needs the memory of one line.
///
///     var ticks = TickReader(bytes)
///     while let tick = try ticks.next() { … }
///     ticks.crossed   // rows that were skipped
///
/// It is not a `Sequence`, whose iterators cannot throw.
package struct TickReader<Source: IteratorProtocol<UInt8>> {
    /// Rows skipped so far because their ask lies below their bid: such a price is a recording
    /// fault, nobody can trade on it.
    package private(set) var crossed = 0
    /// Line that was read last, counted from 1.
    package private(set) var row = 0

    private var source: Source
    private var line: [UInt8] = []
    private var lastTime = Int64.min

    package init<Bytes: Sequence>(_ bytes: Bytes) where Bytes.Iterator == Source {
        source = bytes.makeIterator()
    }

    /// The next tick that is not crossed; nil at the end of the file.
    package mutating func next() throws(TickError) -> Tick? {
        if row == 0 { try readHeader() }
        while try readLine() {
            if line.isEmpty { return try requireEnd() }
            let tick = try tick()
            if tick.ask >= tick.bid { return tick }
            crossed += 1
        }
        return nil
    }

    private mutating func readHeader() throws(TickError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let found = try readLine()
        let names = line.starts(with: mark) ? line.dropFirst(mark.count) : line[...]
        let expected = TickError.Column.allCases.map(\.rawValue).joined(separator: ",")
        guard found, names.elementsEqual(expected.utf8) else { throw fail(nil, .header) }
    }

    /// Reads up to the next line end, which is LF or CRLF; false at the end of the file.
    private mutating func readLine() throws(TickError) -> Bool {
        line.removeAll(keepingCapacity: true)
        row += 1
        var byte = source.next()
        if byte == nil { return false }
        while let next = byte, next != UInt8(ascii: "\n") {
            line.append(next)
            if line.count > 256 { throw fail(nil, .tooLong) }
            byte = source.next()
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return true
    }

    /// Blank lines may only end the file.
    private mutating func requireEnd() throws(TickError) -> Tick? {
        let blank = fail(nil, .blankRow)
        while try readLine() {
            if !line.isEmpty { throw blank }
        }
        return nil
    }

    private mutating func tick() throws(TickError) -> Tick {
        guard let text = String(validating: line, as: UTF8.self) else { throw fail(nil, .notUTF8) }
        let fields = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4 else { throw fail(nil, .fieldCount(fields.count)) }
        return Tick(
            time: try time(fields[0]), symbol: try symbol(fields[1]),
            bid: try price(fields[2], .bid), ask: try price(fields[3], .ask))
    }

    private mutating func time(_ text: String) throws(TickError) -> Int64 {
        let time: Int64
        do {
            time = try CivilTime(text, layout: .tick).milliseconds
        } catch {
            throw fail(.timestamp, .time(text, error))
        }
        if time < lastTime { throw fail(.timestamp, .runsBackwards(text)) }
        lastTime = time
        return time
    }

    private func symbol(_ text: String) throws(TickError) -> Symbol {
        do {
            return try Symbol(text)
        } catch {
            throw fail(.symbol, .symbol(error))
        }
    }

    private func price(_ text: String, _ column: TickError.Column) throws(TickError) -> Price {
        let price: Price
        do {
            price = try Price(text)
        } catch {
            throw fail(column, .number(text, error))
        }
        if !price.isPositive { throw fail(column, .notPositive(text)) }
        return price
    }

    private func fail(_ column: TickError.Column?, _ rule: TickError.Rule) -> TickError {
        TickError(row: row, column: column, rule: rule)
    }
}

extension TickReader: Sendable where Source: Sendable {}
