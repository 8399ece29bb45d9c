import Shared

/// The accounts and orders of a run, the same each time: what order-entry left in Redis, and the
/// message that every order waits for.
struct Scene {
    /// Where every order stands before the run.
    enum Stage {
        /// Placed; its fill is on its way.
        case queued
        /// A position whose close was asked for; that fill is on its way.
        case closing
    }

    let stage: Stage
    let accounts: Int
    let ordersPerAccount: Int

    /// The moment at which everything was placed; no rule of these decisions looks at it.
    static let start: Int64 = 1_750_000_000_000
    static let partitions = 8

    var orders: Int { accounts * ordersPerAccount }

    var role: Role {
        switch stage {
        case .queued: .open
        case .closing: .close
        }
    }

    static func account(_ index: Int) throws -> AccountID {
        let types = UserType.allCases
        return try AccountID(types[index % types.count], String(100_000 + index))
    }

    func orderID(_ account: Int, _ place: Int) -> OrderID {
        OrderID(number: 220_000_000_000_000_000 + Int64(account * ordersPerAccount + place))
    }

    func closeID(_ order: OrderID) -> LifecycleID {
        LifecycleID(.close, number: order.number + 1_000_000_000_000)
    }

    /// What the dispatcher makes of the report that the order waits for.
    func message(_ account: Int, _ place: Int) throws -> OrderMessage {
        let report = try report(account, place)
        let key = OrderKey(try Scene.account(account), orderID(account, place))
        let id = try LifecycleID(report.fields["order_id"] ?? "")
        let execID = report.fields["exec_id"] ?? ""
        return OrderMessage(
            key: key, event: stage == .queued ? .filled : .closeFilled,
            eventID: EventID(reported: id, status: .executed, identity: .exec(execID)),
            reportID: id, idKind: stage == .queued ? .order : .close, status: .executed,
            execID: execID, averagePrice: try Price("1.08512"), cumulativeQuantity: 1, reason: nil,
            timestamp: Scene.start, arrival: "\(Scene.start)-0",
            report: JSONText.object(report.fields))
    }

    /// The provider's report on the order.
    func report(_ account: Int, _ place: Int) throws -> ExecutionReport {
        let order = orderID(account, place)
        return ExecutionReport(
            on: stage == .queued ? LifecycleID(order) : closeID(order),
            key: OrderKey(try Scene.account(account), order), status: .executed,
            execID: "E" + String(order.number), averagePrice: try Price("1.08512"), quantity: 1,
            reason: nil, timestamp: Scene.start)
    }
}
