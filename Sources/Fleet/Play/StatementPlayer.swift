import Shared
import Statements

/// Trades a statement step by step, each awaited to its end before the next begins. What the provider
/// rejects is asked for again under the next number.
struct StatementPlayer {
    let account: AccountID
    let statement: PlayedStatement
    let rates: RateTimeline
    let client: CommandClient
    let watch: OrderWatch
    let market: MarketWriter
    /// The last price of each instrument that is traded.
    private var quotes: [Symbol: Price] = [:]
    /// The order of each row, the last one where an earlier was rejected.
    private var orders: [Int: Order] = [:]
    private(set) var positions: [PlayedPosition] = []
    private(set) var pendings: [PlayedPending] = []
    private(set) var rejections: [PlayedRejection] = []
    private(set) var refused: [AnsweredCommand] = []
    /// Whose the account's orders are: the house's, or a provider's by name.
    private(set) var flow: String?

    init(
        account: AccountID, statement: PlayedStatement, rates: RateTimeline, client: CommandClient,
        watch: OrderWatch, market: MarketWriter
    ) {
        self.account = account
        self.statement = statement
        self.rates = rates
        self.client = client
        self.watch = watch
        self.market = market
    }

    /// Where the account's orders go from now on.
    func configure(flow: String) throws {
        let command = OutgoingCommand(
            .accountConfigure, account, request: try FreshRequest.id(), ["sending_orders": flow])
        let answer = try client.ask(command)
        guard answer.isAccepted else {
            throw Failure("the account's flow was refused: \(answer.reason ?? "without a reason")")
        }
    }

    mutating func play() throws {
        var progress = Progress()
        for (index, step) in statement.steps.enumerated() {
            if let quote = step.quote { quotes[quote.symbol] = quote.price }
            try publish(at: step.time)
            try act(step)
            progress.say("step \(index + 1) of \(statement.steps.count)")
        }
        progress.end()
    }

    /// Every price again, so that none is too old to act on.
    private func publish(at time: Int64) throws {
        let rates = rates.rates(at: time).filter { quotes[$0.symbol] == nil }
        try market.publish(
            rates.map { ($0.symbol, bid: $0.bid, ask: $0.ask) }
                + quotes.map { ($0.key, bid: $0.value, ask: $0.value) })
    }

    private mutating func act(_ step: PlannedStep) throws {
        let account = account
        switch step.act {
        case .deposit(let amount):
            try move(step) { .deposit(amount, to: account, request: $0) }
        case .withdraw(let amount):
            try move(step) { .withdraw(amount, from: account, request: $0) }
        case .open(let position): try open(position, step)
        case .placeEntry(let position): try enter(position, step)
        case .placePending(let order, let price): try place(order, at: price, step)
        case .modify(let order): try modify(order, step)
        case .cancel(let order): try cancel(order, step)
        case .setLeg(let leg, let price, _): try set(leg, at: price, step)
        case .close(let position): try close(position, step)
        case .awaitFill: try wait(step) { !$0.state.isResting }
        case .awaitLegFill(let position):
            try wait(step) { !$0.state.isPosition }
            note(position, step)
        case .pass: return
        }
    }
}

/// What is asked for, one function a command.
extension StatementPlayer {
    private mutating func open(_ position: RecordedPosition, _ step: PlannedStep) throws {
        let account = account
        try place(step) { request in
            .place(
                account, position.symbol, position.side == .buy ? .buy : .sell, position.volume,
                request: request)
        }
    }

    private mutating func enter(_ position: RecordedPosition, _ step: PlannedStep) throws {
        let account = account
        try place(step) { request in
            .place(
                account, position.symbol, position.side.stopOrder, position.volume,
                price: position.openPrice, request: request)
        }
    }

    private mutating func place(
        _ order: RecordedOrder, at price: Price, _ step: PlannedStep
    ) throws {
        let account = account
        try place(step) { request in
            .place(
                account, order.symbol, order.type, order.volume, price: price,
                stopLoss: order.stopLoss, takeProfit: order.takeProfit, request: request)
        }
    }

    private mutating func modify(_ recorded: RecordedOrder, _ step: PlannedStep) throws {
        let account = account
        let wish = Wish(.modify, .modify) { .ofModify(to: recorded.price, $0) }
        try ask(step, wish) { order, request in
            .modify(order, of: account, price: recorded.price, lots: nil, request: request)
        }
    }

    private mutating func cancel(_ recorded: RecordedOrder, _ step: PlannedStep) throws {
        let account = account
        let wish = Wish(.cancel, .cancel) { .ofCancel($0) }
        try ask(step, wish) { order, request in
            .cancel(order, of: account, request: request)
        }
        pendings.append(
            PlayedPending(row: step.row, recorded: recorded, order: orders[step.row]))
    }

    private mutating func set(_ leg: Leg, at price: Price, _ step: PlannedStep) throws {
        let account = account
        let name: RowRequest.Step = leg == .stopLoss ? .stopLoss : .takeProfit
        let wish = Wish(.leg, name, leg: leg) { .of(leg, $0) }
        try ask(step, wish) { order, request in
            .set(leg, at: price, on: order, of: account, request: request)
        }
    }

    private mutating func close(_ position: RecordedPosition, _ step: PlannedStep) throws {
        let account = account
        let wish = Wish(.close, .close) { .ofClose($0) }
        try ask(step, wish) { order, request in .close(order, of: account, request: request) }
        note(position, step)
    }

    /// Every recorded position counts, also one that was refused.
    private mutating func note(_ position: RecordedPosition, _ step: PlannedStep) {
        positions.append(
            PlayedPosition(row: step.row, recorded: position, order: orders[step.row]))
    }
}

/// How it is asked for, and awaited.
extension StatementPlayer {
    /// What a request is, and how an order tells what became of it.
    private struct Wish {
        let kind: PlayedRejection.Kind
        let step: RowRequest.Step?
        let leg: Leg?
        let standing: (Order) -> RequestStanding

        init(
            _ kind: PlayedRejection.Kind, _ step: RowRequest.Step?, leg: Leg? = nil,
            _ standing: @escaping (Order) -> RequestStanding
        ) {
            self.kind = kind
            self.step = step
            self.leg = leg
            self.standing = standing
        }
    }

    private mutating func move(
        _ step: PlannedStep, _ command: (RequestID) -> OutgoingCommand
    ) throws {
        let sent = command(try statement.request(step.row))
        let answer = try client.ask(sent)
        if !answer.isAccepted { refused.append(AnsweredCommand(command: sent, result: answer)) }
    }

    private mutating func place(
        _ step: PlannedStep, _ command: (RequestID) -> OutgoingCommand
    ) throws {
        try ask(step, Wish(.placement, nil) { .ofPlacement($0) }, command)
    }

    /// About the row's order; nothing happens where it has none.
    private mutating func ask(
        _ step: PlannedStep, _ wish: Wish,
        _ command: (OrderID, RequestID) -> OutgoingCommand
    ) throws {
        guard let order = orders[step.row]?.id else { return }
        try ask(step, wish) { command(order, $0) }
    }

    private mutating func ask(
        _ step: PlannedStep, _ wish: Wish, _ command: (RequestID) -> OutgoingCommand
    ) throws {
        for attempt in 1...PlayedStatement.mostAttempts {
            let sent = command(try statement.request(step.row, wish.step, attempt: attempt))
            let answer = try client.ask(sent)
            guard answer.isAccepted else {
                if answer.isPassing, attempt < PlayedStatement.mostAttempts {
                    try publish(at: step.time)
                    continue
                }
                refused.append(AnsweredCommand(command: sent, result: answer))
                return
            }
            guard let id = answer.order else {
                throw Failure("\(sent.request) was accepted for no order")
            }
            let order = try wait(id, step) { wish.standing($0) != .onItsWay }
            guard wish.standing(order) == .rejected else { return }
            rejections.append(
                PlayedRejection(
                    kind: wish.kind, row: step.row, request: sent.request, order: id,
                    state: order.state, leg: wish.leg.map { order[$0].state },
                    reason: order.provider.reason))
        }
    }

    private mutating func wait(
        _ step: PlannedStep, until isThere: (Order) -> Bool
    ) throws {
        guard let order = orders[step.row]?.id else { return }
        _ = try wait(order, step, until: isThere)
    }

    /// The prices stay fresh as long as it takes.
    private mutating func wait(
        _ id: OrderID, _ step: PlannedStep, until isThere: (Order) -> Bool
    ) throws -> Order {
        let order = try watch.wait(
            for: OrderKey(account, id), until: isThere, meanwhile: { try publish(at: step.time) })
        orders[step.row] = order
        flow = order.placement.flow.name
        return order
    }
}
