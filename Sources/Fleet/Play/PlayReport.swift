import ServiceRuntime
import Shared
import Statements

/// What a statement's second life has to say: one fact a line, the same words every time.
struct PlayReport {
    private(set) var report = Report()
    private let player: StatementPlayer

    init(_ player: StatementPlayer, took time: Duration) {
        self.player = player
        head(time)
        var rows = Table([.init("symbol"), .init("what"), .init("equal"), .init("of")])
        for symbol in symbols { compare(symbol, &rows) }
        report.fact("equal", rows.json)
        rejections()
        atLevel()
        differing()
        report.refusals(player.refused)
    }

    /// In the order in which they were traded first.
    private var symbols: [Symbol] {
        let all =
            player.positions.map { ($0.row, $0.recorded.symbol) }
            + player.pendings.map { ($0.row, $0.recorded.symbol) }
        var symbols: [Symbol] = []
        for (_, symbol) in all where !symbols.contains(symbol) { symbols.append(symbol) }
        return symbols
    }

    private mutating func head(_ time: Duration) {
        let statement = player.statement
        report.line("statement: \(statement.name)", "statement", .string(statement.name))
        report.line("account: \(player.account)", "account", .string(player.account.tag))
        report.line("flow: \(player.flow ?? "-")", "flow", JSONValue(player.flow))
        report.line("steps: \(statement.steps.count)", "steps", JSONValue(statement.steps.count))
        report.line(
            "synthetic prices: \(statement.syntheticPrices)", "synthetic_prices",
            JSONValue(statement.syntheticPrices))
        report.line(
            "milliseconds: \(time.milliseconds)", "milliseconds", JSONValue(time.milliseconds))
    }

    private mutating func compare(_ symbol: Symbol, _ rows: inout Table) {
        let positions = player.positions.filter { $0.recorded.symbol == symbol }
        let pendings = player.pendings.filter { $0.recorded.symbol == symbol }
        let facts = [
            ("profits equal to the cent", positions.map(\.hasRecordedProfit)),
            ("commissions equal to the cent", positions.compactMap(\.hasRecordedCommission)),
            ("close messages", positions.compactMap(\.hasRecordedMessage)),
            ("modifications", pendings.map(\.isModified)),
            ("cancels", pendings.map(\.isCancelled)),
        ]
        for (what, rights) in facts where !rights.isEmpty {
            let equal = rights.count { $0 }
            report.line("\(symbol) \(what): \(equal) of \(rights.count)")
            rows.add([
                .string(symbol.text), .string(what), JSONValue(equal), JSONValue(rights.count),
            ])
        }
    }

    /// What the provider rejected, where that left the order, and that it was asked for again.
    private mutating func rejections() {
        guard !player.rejections.isEmpty else { return }
        for kind in PlayedRejection.Kind.allCases {
            let count = player.rejections.count { $0.kind == kind }
            if count > 0 { report.line("rejected and asked for again, \(kind.rawValue): \(count)") }
        }
        var table = Table([
            .init("row", numeric: true), .init("rejected"), .init("request_id"),
            .init("order_id"), .init("left_it"), .init("leg"), .init("reason"),
        ])
        for rejection in player.rejections {
            table.add([
                JSONValue(rejection.row), .string(rejection.kind.rawValue),
                .string(rejection.request.text), .string(rejection.order.text),
                .string(rejection.state.rawValue), JSONValue(rejection.leg?.rawValue),
                JSONValue(rejection.reason),
            ])
        }
        report.table(table, "rejected", title: "rejected and asked for again:")
    }

    /// Differences that must be: nobody's price reached what the broker gave.
    private mutating func atLevel() {
        let stops = player.positions.filter(\.closedAtLevel)
        guard !stops.isEmpty else { return }
        report.line("closed at the level, the broker better than it: \(stops.count)")
        report.table(
            Self.table(stops), "at_level", title: "closed at the level, the broker better than it:")
    }

    private mutating func differing() {
        let differing = player.positions.filter { position in
            !(position.hasRecordedProfit || position.closedAtLevel)
                || position.hasRecordedCommission == false || position.hasRecordedMessage == false
        }
        if !differing.isEmpty {
            report.table(Self.table(differing), "differing", title: "differing:")
            report.fail()
        }
        let strays = player.pendings.filter { !($0.isCancelled && $0.isModified) }
        if !strays.isEmpty {
            report.table(Self.table(strays), "strays", title: "not changed and cancelled:")
            report.fail()
        }
    }

    private static func table(_ positions: [PlayedPosition]) -> Table {
        var table = Table([
            .init("row", numeric: true), .init("symbol"), .init("order_id"), .init("state"),
            .init("level", numeric: true), .init("recorded_close", numeric: true),
            .init("recorded", numeric: true), .init("booked", numeric: true),
            .init("commission", numeric: true), .init("message"),
        ])
        for position in positions {
            let recorded = position.recorded
            let order = position.order
            table.add([
                JSONValue(position.row), .string(recorded.symbol.text),
                JSONValue(order?.id.text), JSONValue(order?.state.rawValue),
                JSONValue(recorded.closingLeg.flatMap(recorded.level)?.text),
                .string(recorded.closePrice.text), .string(recorded.profit.text),
                JSONValue(position.profit?.text), JSONValue(position.commission?.text),
                JSONValue(order?.money.closeMessage?.rawValue),
            ])
        }
        return table
    }

    private static func table(_ pendings: [PlayedPending]) -> Table {
        var table = Table([
            .init("row", numeric: true), .init("symbol"), .init("order_id"), .init("state"),
            .init("recorded_price", numeric: true), .init("price", numeric: true),
        ])
        for pending in pendings {
            table.add([
                JSONValue(pending.row), .string(pending.recorded.symbol.text),
                JSONValue(pending.order?.id.text), JSONValue(pending.order?.state.rawValue),
                .string(pending.recorded.price.text), JSONValue(pending.order?.price.text),
            ])
        }
        return table
    }
}
