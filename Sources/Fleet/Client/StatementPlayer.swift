import Shared
import Statements

/// Trades a statement step by step, each awaited to its end before the next begins.
struct StatementPlayer {
    let account: AccountID
    let statement: PlayedStatement
    let rates: RateTimeline
    let client: CommandClient
    let watch: OrderWatch
    let market: MarketWriter
    private var orders: [Int: OrderID] = [:]
    private(set) var profits: [ComparedProfit] = []
    private(set) var refused: [AnsweredCommand] = []

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

    /// Profits in the order of the first position of each symbol.
    var bySymbol: [(symbol: Symbol, profits: [ComparedProfit])] {
        var symbols: [Symbol] = []
        for profit in profits where !symbols.contains(profit.symbol) {
            symbols.append(profit.symbol)
        }
        return symbols.map { symbol in (symbol, profits.filter { $0.symbol == symbol }) }
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
        for (index, step) in statement.actions.enumerated() {
            try publish(step)
            try act(step)
            progress.say("step \(index + 1) of \(statement.actions.count)")
        }
        progress.end()
    }

    private func publish(_ step: TimedAction) throws {
        var prices = rates.rates(at: step.time).map { ($0.symbol, bid: $0.bid, ask: $0.ask) }
        if let recorded = step.action.recordedPrice {
            prices.append((recorded.symbol, bid: recorded.price, ask: recorded.price))
        }
        try market.publish(prices)
    }

    private mutating func act(_ step: TimedAction) throws {
        let request = try statement.request(step)
        switch step.action {
        case .deposit(let amount):
            _ = try ask(.deposit(amount, to: account, request: request))
        case .withdraw(let amount):
            _ = try ask(.withdraw(amount, from: account, request: request))
        case .open(let position):
            let type: OrderType = position.side == .buy ? .buy : .sell
            let command = OutgoingCommand.place(
                account, position.symbol, type, position.volume, request: request)
            guard let order = try ask(command)?.order else { return }
            orders[step.row] = order
            _ = try watch.wait(for: OrderKey(account, order), [.open, .closing, .closed])
        case .close(let position): try close(position, step, request)
        case .placePending, .cancel: throw Failure("row \(step.row) is a pending order")
        }
    }

    private mutating func close(
        _ position: RecordedPosition, _ step: TimedAction, _ request: RequestID
    ) throws {
        let order = orders[step.row]
        let closed = try order.flatMap { order in
            try ask(.close(order, of: account, request: request)).map { _ in
                try watch.wait(for: OrderKey(account, order), [.closed])
            }
        }
        // Every recorded position counts, also one that was refused.
        profits.append(
            ComparedProfit(
                row: step.row, symbol: position.symbol, order: order, recorded: position.profit,
                booked: closed?.money.profit, state: closed?.state))
    }

    /// The answer; nil where it is a refusal, which is kept.
    private mutating func ask(_ command: OutgoingCommand) throws -> CommandResult? {
        let answer = try client.ask(command)
        if answer.isAccepted { return answer }
        refused.append(AnsweredCommand(command: command, result: answer))
        return nil
    }
}
