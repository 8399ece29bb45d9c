import ServiceRuntime
import Shared

/// Trades many orders over many accounts, a window of them at a time: each is placed, awaited,
/// closed, and awaited again.
struct TradingRun {
    /// What to trade.
    struct Plan: Sendable {
        /// Names the requests: `<name>:<order>:open`, `…:close`.
        let name: String
        let accounts: [AccountID]
        let symbols: [Symbol]
        let lots: Quantity
        let orders: Int
        /// Orders between their placement and their end, at most.
        let window: Int
        /// How long one order may make no progress.
        let timeout: Duration
    }

    private struct Trade {
        let account: AccountID
        let command: OutgoingCommand
        var order: OrderID?
        var stage = Stage.placing
        let placedAt: MonotonicTime
        /// When the request of this stage was made.
        var since: MonotonicTime
        var tries = 1
    }

    enum Stage: String, Sendable { case placing, open, closing }

    /// How the orders that are finished ended.
    struct Tally: Sendable, Equatable {
        var closed = 0
        /// Events of our orders.
        var events = 0
        var refused: [String: Int] = [:]
        var ended: [String: Int] = [:]
        var answers = Histogram()
        var fills = Histogram()
        var closes = Histogram()

        var finished: Int {
            closed + refused.values.reduce(0, +) + ended.values.reduce(0, +)
        }
    }

    private let plan: Plan
    private let client: CommandClient
    private let follower: EventFollower
    private var trades: [Int: Trade] = [:]
    /// Request id of a placement → the trade.
    private var byRequest: [String: Int] = [:]
    private var started = 0
    private(set) var tally = Tally()

    /// A refusal that says so is tried again under a new id, this often.
    private static let mostTries = 5

    init(_ plan: Plan, client: CommandClient, follower: EventFollower) {
        self.plan = plan
        self.client = client
        self.follower = follower
    }

    /// Runs to the end.
    ///
    /// - Parameter progress: is called every second.
    mutating func run(progress: (Tally, Int) -> Void) throws {
        var lastLine = MonotonicTime.now()
        while tally.finished < plan.orders {
            var commands = try fill()
            commands += try advance(
                follower.events(within: commands.isEmpty ? .milliseconds(5) : .zero))
            try client.send(commands)
            let answers = try client.collect(within: commands.isEmpty ? .zero : .milliseconds(1))
            try client.send(try take(answers))
            let now = MonotonicTime.now()
            if now.since(lastLine) >= .seconds(1) {
                lastLine = now
                try checkProgress(at: now)
                progress(tally, trades.count)
            }
        }
        progress(tally, trades.count)
    }

    /// New placements, as many as the window has room for.
    private mutating func fill() throws -> [OutgoingCommand] {
        let room = min(plan.window - trades.count, plan.orders - started)
        guard room > 0 else { return [] }
        let now = MonotonicTime.now()
        return try (0..<room).map { _ in
            let number = started
            started += 1
            let command = try placement(of: number, attempt: 1)
            trades[number] = Trade(
                account: command.account, command: command, placedAt: now, since: now)
            byRequest[command.request.text] = number
            return command
        }
    }

    /// Accounts take turns; on each, sides and symbols do, so that what is open is partly hedged.
    private func placement(of number: Int, attempt: Int) throws -> OutgoingCommand {
        let round = number / plan.accounts.count
        let again = attempt > 1 ? ":\(attempt)" : ""
        return .place(
            plan.accounts[number % plan.accounts.count],
            plan.symbols[(number + round) % plan.symbols.count],
            (number / plan.symbols.count + round).isMultiple(of: 2) ? .buy : .sell, plan.lots,
            request: try RequestID("\(plan.name):\(number):open\(again)"))
    }

    private func closing(
        _ order: OrderID, of account: AccountID, _ number: Int, attempt: Int
    ) throws -> OutgoingCommand {
        let again = attempt > 1 ? ":\(attempt)" : ""
        return .close(
            order, of: account, request: try RequestID("\(plan.name):\(number):close\(again)"))
    }
}

extension TradingRun {
    /// What events say of our orders; the closes that follow from it.
    private mutating func advance(_ events: [Fields]) throws -> [OutgoingCommand] {
        let now = MonotonicTime.now()
        var commands: [OutgoingCommand] = []
        for event in events {
            guard let request = event["placed_by"], let number = byRequest[request],
                let trade = trades[number], let text = event["to_state"],
                let state = OrderState(rawValue: text), event["user_id"] == trade.account.userID,
                event["user_type"] == trade.account.userType.rawValue
            else { continue }
            tally.events += 1
            switch state {
            case .open where event["from_state"] == OrderState.closing.rawValue:
                tally.ended["close_rejected", default: 0] += 1
                end(number)
            case .open:
                guard trade.stage == .placing, let order = event["order_id"] else { continue }
                tally.fills.add(now.since(trade.since).milliseconds)
                commands.append(try close(number, OrderID(order), at: now))
            case .closed:
                tally.closes.add(now.since(trade.since).milliseconds)
                tally.closed += 1
                end(number)
            case .rejected, .cancelled:
                tally.ended[event["reject_reason"] ?? state.rawValue, default: 0] += 1
                end(number)
            case .queued, .pendingQueued, .pending, .modifying, .cancelling, .closing: continue
            }
        }
        return commands
    }

    private mutating func close(
        _ number: Int, _ order: OrderID, at now: MonotonicTime
    ) throws -> OutgoingCommand {
        trades[number]?.order = order
        trades[number]?.stage = .closing
        trades[number]?.since = now
        trades[number]?.tries = 1
        let account = trades[number]?.account ?? plan.accounts[number % plan.accounts.count]
        return try closing(order, of: account, number, attempt: 1)
    }

    /// What answers say: refusals that may be tried again are, others end the order.
    private mutating func take(_ answers: [AnsweredCommand]) throws -> [OutgoingCommand] {
        let now = MonotonicTime.now()
        var again: [OutgoingCommand] = []
        for answer in answers {
            guard let number = number(of: answer.command), let trade = trades[number] else {
                continue
            }
            guard !answer.result.isAccepted else {
                if answer.command.request == trade.command.request {
                    tally.answers.add(now.since(trade.placedAt).milliseconds)
                }
                continue
            }
            if answer.result.isPassing, trade.tries < Self.mostTries {
                again.append(try retry(number, trade))
            } else {
                tally.refused[answer.result.reason ?? "", default: 0] += 1
                end(number)
            }
        }
        return again
    }

    private mutating func retry(_ number: Int, _ trade: Trade) throws -> OutgoingCommand {
        let attempt = trade.tries + 1
        trades[number]?.tries = attempt
        if trade.stage == .closing, let order = trade.order {
            return try closing(order, of: trade.account, number, attempt: attempt)
        }
        let command = try placement(of: number, attempt: attempt)
        byRequest[command.request.text] = number
        return command
    }

    private func number(of command: OutgoingCommand) -> Int? {
        command.request.text.dropFirst(plan.name.count + 1).split(separator: ":").first
            .flatMap { Int($0) }
    }

    private mutating func end(_ number: Int) {
        trades[number] = nil
        for attempt in 1...Self.mostTries {
            let again = attempt > 1 ? ":\(attempt)" : ""
            byRequest["\(plan.name):\(number):open\(again)"] = nil
        }
    }

    private func checkProgress(at now: MonotonicTime) throws {
        let stuck = trades.filter { now.since($0.value.since) >= plan.timeout }
        guard let first = stuck.min(by: { $0.key < $1.key }) else { return }
        let order = first.value.order.map { "order \($0)" } ?? "\(first.value.command.request)"
        throw Failure(
            "\(stuck.count) orders made no progress for \(plan.timeout.components.seconds) s; the "
                + "first, \(order) of \(first.value.account), is \(first.value.stage.rawValue)")
    }
}
