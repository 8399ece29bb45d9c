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
        /// One order of each life.
        case mixed
        /// A position whose stop loss was asked for.
        case stops
    }

    let stage: Stage
    let accounts: Int
    let ordersPerAccount: Int

    /// The moment at which everything was placed; no rule of these decisions looks at it.
    static let start: Int64 = 1_750_000_000_000
    /// As a fleet has them by default.
    static let partitions = 8

    /// Accounts whose stop losses lie highest; those of all others lie deeper.
    static let nearStops = 1_000

    var orders: Int { accounts * ordersPerAccount }

    /// The queue that the messages of a stage of one life come by.
    var role: Role { life(0).role }

    func life(_ place: Int) -> Life {
        switch stage {
        case .queued: .fill
        case .closing: .close
        case .stops: .stopLoss
        case .mixed: Life.allCases[place % Life.allCases.count]
        }
    }

    static func account(_ index: Int) throws -> AccountID {
        let types = UserType.allCases
        return try AccountID(types[index % types.count], String(100_000 + index))
    }

    func orderID(_ account: Int, _ place: Int) -> OrderID {
        OrderID(number: 220_000_000_000_000_000 + Int64(account * ordersPerAccount + place))
    }

    /// The id under which the provider knows a request of the order.
    func requestID(_ kind: IDKind, _ order: OrderID) -> LifecycleID {
        kind == .order
            ? LifecycleID(order) : LifecycleID(kind, number: order.number + 1_000_000_000_000)
    }

    /// What the dispatcher makes of the fill that the order waits for.
    func message(_ account: Int, _ place: Int) throws -> OrderMessage {
        let life = life(place)
        let answer = life.answers[0]
        let report = try report(answer, account, place)
        let key = OrderKey(try Scene.account(account), orderID(account, place))
        let id = requestID(answer.kind, key.order)
        let execID = report.fields["exec_id"] ?? ""
        return OrderMessage(
            key: key, event: life == .close ? .closeFilled : .filled,
            eventID: EventID(reported: id, status: answer.status, identity: .exec(execID)),
            reportID: id, idKind: answer.kind, status: answer.status,
            execID: execID, averagePrice: try Price("1.08512"), cumulativeQuantity: 1, reason: nil,
            timestamp: Scene.start, arrival: "\(Scene.start)-0",
            report: JSONText.object(report.fields))
    }

    /// What the provider says of the order.
    func report(_ answer: Life.Answer, _ account: Int, _ place: Int) throws -> ExecutionReport {
        let order = orderID(account, place)
        return ExecutionReport(
            on: requestID(answer.kind, order), key: OrderKey(try Scene.account(account), order),
            status: answer.status, execID: "\(answer.status.rawValue.prefix(1))\(order.number)",
            averagePrice: try Price("1.08512"), quantity: 1,
            reason: answer.status == .rejected ? "refused" : nil, timestamp: Scene.start)
    }
}
