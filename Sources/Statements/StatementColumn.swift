/// The columns of a trade-history export. `Time`, `Price` and, without legs, `Volume` occur twice
/// under one name: the first belongs to the opening, the second to the closing.
package enum StatementColumn: Sendable, CaseIterable {
    case openTime, type, volume, symbol, openPrice, stopLoss, takeProfit
    case closedVolume, closeTime, closePrice, commission, swap, profit, comment

    /// The name in the file's header.
    package var header: String {
        switch self {
        case .openTime, .closeTime: "Time"
        case .type: "Type"
        case .volume, .closedVolume: "Volume"
        case .symbol: "Symbol"
        case .openPrice, .closePrice: "Price"
        case .stopLoss: "S/L"
        case .takeProfit: "T/P"
        case .commission: "Commission"
        case .swap: "Swap"
        case .profit: "Profit"
        case .comment: "Comment"
        }
    }

    /// The name for people, telling apart the columns that share a header.
    package var label: String {
        switch self {
        case .openTime, .openPrice: "\(header) (opening)"
        case .closeTime, .closePrice, .closedVolume: "\(header) (closing)"
        case .type, .volume, .symbol, .stopLoss, .takeProfit, .commission, .swap, .profit,
            .comment:
            header
        }
    }

    /// False for what only some exports have: legs and comments (order book), closed volume
    /// (list of positions).
    var isRequired: Bool {
        switch self {
        case .stopLoss, .takeProfit, .closedVolume, .comment: false
        case .openTime, .type, .volume, .symbol, .openPrice, .closeTime, .closePrice,
            .commission, .swap, .profit:
            true
        }
    }
}

/// Which field of a row holds which column, learnt from the header.
struct StatementLayout {
    /// Position of each column that the file has, counted from 0.
    let positions: [StatementColumn: Int]
    /// Fields of a whole row.
    let width: Int

    /// Legs are told in order books alone.
    var isOrderBook: Bool { positions[.stopLoss] != nil || positions[.takeProfit] != nil }

    /// Reads the header: every name must be known, none repeated more often than it has meanings,
    /// and no required one missing.
    init(header names: [String]) throws(StatementError.Rule) {
        var positions: [StatementColumn: Int] = [:]
        for (position, name) in names.enumerated() {
            let meanings = StatementColumn.allCases.filter { $0.header == name }
            if meanings.isEmpty { throw .unknownColumn(name) }
            // The cases are declared opening first, as the columns of a file are.
            let free = meanings.first { positions[$0] == nil }
            guard let free else { throw .repeatedColumn(name) }
            positions[free] = position
        }
        for column in StatementColumn.allCases where column.isRequired {
            if positions[column] == nil { throw .missingColumn(column) }
        }
        self.positions = positions
        width = names.count
    }
}
