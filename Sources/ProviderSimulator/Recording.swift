import Shared
import Statements

/// What a liquidity provider answered once: statements by name. A request names its row by its
/// idempotency key, `<statement>:<row>`; more may follow behind another colon.
struct Recording: Sendable {
    private let statements: [String: Statement]

    init(_ statements: [String: Statement]) { self.statements = statements }

    /// The recorded position behind a request; nil where nothing was recorded for it.
    func position(_ request: ProviderRequest) -> RecordedPosition? {
        guard let key = request.idempotencyKey else { return nil }
        let parts = key.split(separator: ":", maxSplits: 2).map(String.init)
        guard parts.count >= 2, let number = Int(parts[1]),
            case .position(let position)? = statements[parts[0]]?.row(number)?.kind
        else { return nil }
        return position
    }

    /// The answer as it was given then. Exec ids are stable, so a repeat is known as one.
    func answer(_ request: ProviderRequest, at now: Int64) -> ExecutionReport {
        guard let position = position(request) else {
            return report(request, .rejected, nil, nil, "not_in_recording", now)
        }
        switch request.kind {
        case .place:
            let exec = "R:\(request.key.order):open"
            return report(request, .executed, exec, position.openPrice, nil, now)
        case .close:
            let exec = "R:\(request.key.order):close"
            return report(request, .executed, exec, position.closePrice, nil, now)
        case .placePending, .modify, .cancel, .setStopLoss, .setTakeProfit, .cancelStopLoss,
            .cancelTakeProfit:
            return report(request, .rejected, nil, nil, "not_supported", now)
        }
    }

    private func report(
        _ request: ProviderRequest, _ status: OrdStatus, _ execID: String?, _ price: Price?,
        _ reason: String?, _ now: Int64
    ) -> ExecutionReport {
        ExecutionReport(
            on: request.id, key: request.key, status: status, execID: execID,
            averagePrice: price, quantity: price == nil ? nil : request.quantity, reason: reason,
            timestamp: now)
    }
}
