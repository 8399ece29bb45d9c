import ServiceRuntime
import Shared

/// What the house says of requests and fills.
extension ProviderRequest {
    /// A market order's fill.
    func filled(at price: Price, now: Int64) -> ExecutionReport {
        executed("open", at: price, now: now)
    }

    func refused(_ reason: String, now: Int64) -> ExecutionReport {
        report(.rejected, price: nil, reason: reason, now: now)
    }

    /// The answer to a change of triggers.
    func answered(_ answer: TriggerAnswer, now: Int64) -> ExecutionReport {
        if answer.status == .executed, let price = answer.price {
            return executed("close", at: price, now: now)
        }
        var report = report(answer.status, price: answer.price, reason: answer.reason, now: now)
        if answer.status == .modify { report.fields["order_quantity"] = quantity?.text }
        return report
    }

    /// The exec id is the same however often a request is answered, so it is booked once.
    private func executed(_ kind: String, at price: Price, now: Int64) -> ExecutionReport {
        ExecutionReport(
            on: id, key: key, status: .executed, execID: "H:\(key.order):\(kind)",
            averagePrice: price, quantity: quantity, reason: nil, timestamp: now)
    }

    /// An answer that is no fill. It has a token, so that a repeat of it is known as one.
    private func report(
        _ status: OrdStatus, price: Price?, reason: String?, now: Int64
    ) -> ExecutionReport {
        var report = ExecutionReport(
            on: id, key: key, status: status, execID: nil, averagePrice: price, quantity: nil,
            reason: reason, timestamp: now)
        report.fields["idempotency"] = "H:\(id)"
        return report
    }
}

extension TriggerFill {
    var report: ExecutionReport {
        ExecutionReport(
            on: id, key: key, status: .executed, execID: execID, averagePrice: price,
            quantity: quantity, reason: nil, timestamp: timestamp)
    }

    /// Nothing rests of it any more.
    var copy: TriggerCopy { TriggerCopy(order: key.order, version: version) }
}
