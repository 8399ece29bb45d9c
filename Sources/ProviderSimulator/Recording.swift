import Shared
import Statements

/// What a liquidity provider answered once: statements by name. A request names its row by its
/// idempotency key, as `RowRequest` has it.
struct Recording: Sendable {
    private let statements: [String: Statement]

    init(_ statements: [String: Statement]) { self.statements = statements }

    /// The answers as they were given then, in their order. Exec ids are stable, so a repeat is
    /// known as one. The cancel of a leg is always granted: legs are no rows of their own.
    func answers(to request: ProviderRequest, at now: Int64) -> [ExecutionReport] {
        let answer = Answer(request: request, now: now)
        if request.kind == .cancelStopLoss || request.kind == .cancelTakeProfit {
            return [answer.plain(.cancelled)]
        }
        switch row(of: request)?.kind {
        case .position(let position)? where answer.isAbout(position.symbol, position.side):
            return answer.of(position)
        case .pending(let order)? where answer.isAbout(order.symbol, order.type.side):
            return answer.of(order)
        case .position?, .pending?, .balance?, nil: return [answer.notRecorded]
        }
    }

    private func row(of request: ProviderRequest) -> StatementRow? {
        guard let name = request.idempotencyKey.flatMap({ RowRequest($0) }) else { return nil }
        return statements[name.statement]?.row(name.row)
    }
}

/// How one request is answered.
private struct Answer {
    let request: ProviderRequest
    let now: Int64

    func isAbout(_ symbol: Symbol, _ side: Side) -> Bool {
        request.symbol == symbol && request.type.side == side
    }

    /// A position was filled, and closed by command or by a leg. The leg that closed it fills as
    /// soon as it is set: its client sets it when its time has come.
    func of(_ position: RecordedPosition) -> [ExecutionReport] {
        switch request.kind {
        case .place: [filled("open", position.openPrice)]
        case .placePending: [plain(.pending), filled("open", position.openPrice)]
        case .close: [filled("close", position.closePrice)]
        case .setStopLoss: leg(.stopLoss, of: position)
        case .setTakeProfit: leg(.takeProfit, of: position)
        case .modify, .cancel: [rejected("already_filled")]
        case .cancelStopLoss, .cancelTakeProfit: [plain(.cancelled)]
        }
    }

    private func leg(_ leg: Leg, of position: RecordedPosition) -> [ExecutionReport] {
        position.closingLeg == leg
            ? [confirmed, filled("close", position.closePrice)] : [confirmed]
    }

    /// A pending order rested until it was cancelled.
    func of(_ order: RecordedOrder) -> [ExecutionReport] {
        switch request.kind {
        case .placePending: [plain(.pending)]
        case .modify: [plain(.modify)]
        case .cancel, .cancelStopLoss, .cancelTakeProfit: [plain(.cancelled)]
        case .place, .close, .setStopLoss, .setTakeProfit: [notRecorded]
        }
    }

    var notRecorded: ExecutionReport { rejected("not_in_recording") }

    /// A leg, at the price that it was asked for.
    private var confirmed: ExecutionReport { report(.pending, price: request.price) }

    func plain(_ status: OrdStatus) -> ExecutionReport { report(status) }

    private func rejected(_ reason: String) -> ExecutionReport {
        report(.rejected, reason: reason)
    }

    private func filled(_ what: String, _ price: Price) -> ExecutionReport {
        report(
            .executed, execID: "R:\(request.key.order):\(what)", price: price,
            quantity: request.quantity)
    }

    private func report(
        _ status: OrdStatus, execID: String? = nil, price: Price? = nil,
        quantity: Quantity? = nil, reason: String? = nil
    ) -> ExecutionReport {
        ExecutionReport(
            on: request.id, key: request.key, status: status, execID: execID,
            averagePrice: price, quantity: quantity, reason: reason, timestamp: now)
    }
}
