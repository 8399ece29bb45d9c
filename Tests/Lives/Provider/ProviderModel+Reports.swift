import ServiceRuntime
import Shared

/// What the provider says, and how it reaches the queue of reports.
extension ProviderModel {
    /// Every spelling of a status.
    private static let spellings: [OrdStatus: [String]] = [
        .executed: ["EXECUTED", "filled", "2"], .pending: ["PENDING", "0", "A"],
        .modify: ["MODIFY", "5"], .cancelled: ["CANCELLED", "Canceled", "4", "C"],
        .rejected: ["REJECTED", "8"], .acknowledged: ["ACK", "6"], .partial: ["1"],
    ]

    func refuse(_ request: ProviderRequest) {
        answer(.rejected, request, Fields(["reason": "no liquidity"]))
    }

    /// Answers a request under its own id; now and then under the order's, where that is another.
    func answer(_ status: OrdStatus, _ request: ProviderRequest, _ more: Fields = Fields()) {
        guard request.id.text != request.order.text, chance(14, request.order) else {
            return say(status, on: request.id, request.key, more)
        }
        blame(request.order, .spokeOfOrder)
        say(status, on: LifecycleID(request.order), request.key, more)
    }

    /// Says something that is no fill: with an exec id, with a token, or with neither, and then once.
    func say(
        _ status: OrdStatus, on id: LifecycleID, _ key: OrderKey, _ more: Fields = Fields(),
        atOnce: Bool = false
    ) {
        var fields = more
        fields["ord_status"] = spelled(status, key.order)
        let isKnown = mark(&fields, key.order, bare: 3)
        if atOnce {
            deliver(
                fields, on: id, key, partition: key.account.partition(of: stage.partitions))
        } else {
            report(fields, on: id, key, copies: isKnown ? nil : 1)
        }
    }

    private func spelled(_ status: OrdStatus, _ order: OrderID) -> String {
        pick(ProviderModel.spellings[status] ?? [status.rawValue], order)
    }

    /// Gives the report an exec id or a token; false where it has neither, once in so many times.
    private func mark(_ fields: inout Fields, _ order: OrderID, bare: Int) -> Bool {
        count += 1
        if chance(bare, order) { return false }
        if chance(3, order) {
            fields["idempotency"] = "T\(count)"
        } else {
            fields["exec_id"] = "X\(count)"
        }
        return true
    }

    /// A pending or market order becomes a position.
    func open(_ id: OrderID, under reported: LifecycleID) {
        guard let order = orders[id] else { return }
        if order.isReplaced { blame(id, .replaced) }
        orders[id]?.standing = .open
        let told = fill(id, under: reported)
        orders[id]?.fill = told["exec_id"] == nil ? nil : told
        guard chance(20, id) else { return }
        blame(id, .filledTwice)
        fill(id, under: reported)
    }

    /// Books a fill at the market and tells of it.
    @discardableResult
    func fill(_ id: OrderID, under reported: LifecycleID) -> Fields {
        guard let order = orders[id], let price = stage.price(of: order.request.symbol) else {
            return Fields()
        }
        var fields = Fields([
            "ord_status": spelled(.executed, id),
            "avgpx": (chance(2, id) ? price.bid : price.ask).text,
        ])
        if order.isModified || !chance(6, id) { fields["cumqty"] = order.quantity?.text }
        let isKnown = mark(&fields, id, bare: 12)
        if isKnown { fills.insert(Told(order: id, identity: ProviderModel.identity(fields))) }
        report(fields, on: reported, order.request.key, copies: isKnown ? nil : 1) {
            [unowned self] entry in
            if !isKnown { fills.insert(Told(order: id, identity: "n:\(entry)")) }
        }
        if chance(6, id) { part(id, under: reported, fields) }
        return fields
    }

    /// A part of it, reported beside the whole: this house books whole fills only.
    private func part(_ id: OrderID, under reported: LifecycleID, _ whole: Fields) {
        guard let order = orders[id] else { return }
        count += 1
        var fields = whole
        fields["idempotency"] = nil
        fields["exec_id"] = "P\(count)"
        fields["cumqty"] = "0.001"
        if chance(2, id) { fields["ord_status"] = spelled(.partial, id) }
        parts.insert(Told(order: id, identity: ProviderModel.identity(fields)))
        report(fields, on: reported, order.request.key)
    }

    /// What tells a report with an exec id or a token from all others, as event ids have it.
    static func identity(_ fields: Fields) -> String {
        if let exec = fields["exec_id"] { return "e:" + exec }
        return "t:" + (fields["idempotency"] ?? "")
    }

    /// Sends a report up to three times, each after a while of its own.
    ///
    /// - Parameter sent: told the entry of each.
    func report(
        _ fields: Fields, on id: LifecycleID, _ key: OrderKey, copies: Int? = nil,
        sent: @escaping (EntryID) -> Void = { _ in }
    ) {
        let order = key.order
        let copies = copies ?? [1, 1, 1, 2, 3][below(5, order)]
        for _ in 0..<copies {
            later(chance(5, order) ? 5_000 : 300, order) { [unowned self] in
                // In the account's partition, or in that of the id where the connection did not
                // know the account.
                let partition =
                    chance(5, order)
                    ? id.partition(of: stage.partitions)
                    : key.account.partition(of: stage.partitions)
                deliver(fields, on: id, key, partition: partition, sent: sent)
            }
        }
    }

    private func deliver(
        _ fields: Fields, on id: LifecycleID, _ key: OrderKey, partition: Int,
        sent: @escaping (EntryID) -> Void = { _ in }
    ) {
        var report = Fields([
            "v": "1", "type": "execution_report", "order_id": id.text, "ts": String(stage.now),
        ])
        for field in fields.list { report[field.name] = field.value }
        stage.note(
            "provider",
            "reports \(id) \(fields["ord_status"] ?? "") \(ProviderModel.identity(fields))")
        stage.append(report: report, to: partition, sent: sent)
    }
}
