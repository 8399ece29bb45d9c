internal import Shared

/// Reads the trade-history exports of MT4 and MT5: fields separated by `;`, newest row first, both
/// the list of positions (two `Volume` columns) and the order book (`S/L`, `T/P`, `Comment`).
/// Times are taken as UTC. A file is read whole or refused whole.
package enum StatementReader {
    /// Reads a file's bytes: UTF-8 with or without mark, lines ended by LF or CRLF.
    package static func read(
        _ bytes: some Collection<UInt8>
    ) throws(StatementError) -> Statement {
        let lines = lines(of: bytes)
        guard let first = lines.first else {
            throw StatementError(row: 1, column: nil, rule: .empty)
        }
        let names = try fields(of: first, row: 1)
        let layout: StatementLayout
        do {
            layout = try StatementLayout(header: names)
        } catch {
            throw StatementError(row: 1, column: nil, rule: error)
        }
        var rows: [StatementRow] = []
        for (index, line) in lines.enumerated().dropFirst() {
            rows.append(try row(index + 1, of: line, layout))
        }
        return Statement(rows: rows, isOrderBook: layout.isOrderBook)
    }

    /// The lines without their ends, the byte order mark and blank lines at the file's end.
    private static func lines(of bytes: some Collection<UInt8>) -> [[UInt8]] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : Array(bytes)
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? Array($0.dropLast()) : Array($0) }
        while let last = lines.last, isBlank(last) { lines.removeLast() }
        return lines
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private static func fields(of line: [UInt8], row: Int) throws(StatementError) -> [String] {
        do throws(StatementError.Rule) {
            if isBlank(line) { throw StatementError.Rule.blankRow }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw StatementError.Rule.notUTF8
            }
            return try SeparatedFields.split(text, at: ";")
        } catch {
            throw StatementError(row: row, column: nil, rule: error)
        }
    }

    private static func row(
        _ number: Int, of line: [UInt8], _ layout: StatementLayout
    ) throws(StatementError) -> StatementRow {
        let fields = try fields(of: line, row: number)
        let row = RowFields(number: number, layout: layout, fields: fields)
        if fields.count > layout.width {
            throw row.fail(nil, .tooManyFields(fields.count, expected: layout.width))
        }
        return StatementRow(number: number, kind: try kind(of: row))
    }

    private static func kind(of row: RowFields) throws(StatementError) -> StatementRow.Kind {
        let type = try row.required(.type)
        switch type.lowercased() {
        case "balance": return .balance(try balance(row))
        case "buy": return .position(try position(row, .buy))
        case "sell": return .position(try position(row, .sell))
        case "buy stop": return .pending(try order(row, .buyStop))
        case "sell stop": return .pending(try order(row, .sellStop))
        case "buy limit": return .pending(try order(row, .buyLimit))
        case "sell limit": return .pending(try order(row, .sellLimit))
        default: throw row.fail(.type, .unknownType(type))
        }
    }

    private static func balance(_ row: RowFields) throws(StatementError) -> RecordedBalance {
        try row.requireEmpty([
            .volume, .symbol, .openPrice, .stopLoss, .takeProfit, .closedVolume, .closeTime,
            .closePrice, .commission, .swap,
        ])
        let amount: Money = try row.number(.profit)
        if amount.isZero { throw row.fail(.profit, .zero) }
        return RecordedBalance(
            time: try row.time(.openTime), amount: amount, comment: row.text(.comment))
    }

    private static func position(
        _ row: RowFields, _ side: Side
    ) throws(StatementError) -> RecordedPosition {
        let openTime = try row.time(.openTime)
        let volume: Quantity = try row.positive(.volume)
        if row.layout.positions[.closedVolume] != nil {
            let closed: Quantity = try row.positive(.closedVolume)
            let text = row.text(.closedVolume)
            if closed != volume { throw row.fail(.closedVolume, .closedInPart(text)) }
        }
        return RecordedPosition(
            openTime: openTime, side: side, volume: volume, symbol: try row.symbol(),
            openPrice: try row.positive(.openPrice), stopLoss: try row.leg(.stopLoss),
            takeProfit: try row.leg(.takeProfit), closeTime: try row.closeTime(after: openTime),
            closePrice: try row.positive(.closePrice),
            commission: try row.money(ifGiven: .commission), swap: try row.money(ifGiven: .swap),
            profit: try row.number(.profit), comment: row.text(.comment))
    }

    private static func order(
        _ row: RowFields, _ type: OrderType
    ) throws(StatementError) -> RecordedOrder {
        try row.requireEmpty([.closedVolume, .commission, .swap, .profit])
        let ending = row.text(.comment)
        if ending != "cancelled" { throw row.fail(.comment, .notCancelled(ending)) }
        let openTime = try row.time(.openTime)
        return RecordedOrder(
            openTime: openTime, type: type, volume: try row.positive(.volume),
            symbol: try row.symbol(), price: try row.positive(.openPrice),
            stopLoss: try row.leg(.stopLoss), takeProfit: try row.leg(.takeProfit),
            cancelTime: try row.closeTime(after: openTime),
            cancelPrice: try row.positive(.closePrice))
    }
}
