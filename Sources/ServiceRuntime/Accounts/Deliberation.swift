import Shared

/// One message of an account's chain, on its way through the loop.
struct WorkItem<Message: AccountMessage> {
    let entry: Entry
    let message: Message
}

/// The messages of one account in a batch, in order.
struct AccountWork<Message: AccountMessage> {
    let account: AccountID
    var items: [WorkItem<Message>]

    var request: LoadRequest {
        var request = LoadRequest(account: account)
        for item in items {
            if let order = item.message.order, !request.orders.contains(order) {
                request.orders.append(order)
            }
            if let command = item.message.request, !request.requests.contains(command.id) {
                request.requests.append(command.id)
            }
        }
        return request
    }
}

/// What was decided for one message.
enum Ruling: Equatable {
    case applied
    /// A command that was answered before, with the same fields.
    case answered
    case ignored(IgnoreReason)
    case refused(String)
    case deferred(DeferReason)
    case dead(DeadReason)
    /// Its decision failed; later messages of the account wait for it.
    case failed(String)
    /// Not decided: a message before it failed, or changed what must be read for it.
    case waiting
}

/// The chain of decisions on one account, each on the account that the one before leaves. Pure but
/// for the numbers that it draws. A class, since it is large and goes from hand to hand.
final class Deliberation<Handler: MessageHandler> {
    let handler: Handler
    let loaded: LoadedAccount
    /// The clock of the queue's server, ms.
    let queueNow: Int64
    let prices: Prices
    let terms: [TermsKey: Fields]
    let pressure: Pressure.State
    private(set) var account: Account
    private(set) var rulings: [Ruling] = []
    private(set) var records: [Record] = []
    private(set) var events: [OrderID: [EventID]] = [:]
    private(set) var answers: [CommandAnswer] = []
    private(set) var claims: [IDClaim] = []

    init(
        _ handler: Handler, on loaded: LoadedAccount, queueNow: Int64, prices: Prices,
        terms: [TermsKey: Fields], pressure: Pressure.State = .none
    ) {
        self.handler = handler
        self.loaded = loaded
        self.queueNow = queueNow
        self.prices = prices
        self.terms = terms
        self.pressure = pressure
        account = loaded.account
    }

    /// Whether there is anything to write.
    var writesSomething: Bool { !records.isEmpty || !answers.isEmpty }

    func run(_ items: [WorkItem<Handler.Message>], numbers: some NumberSource) {
        for item in items {
            if rulings.last?.stopsChain == true {
                rulings.append(.waiting)
                continue
            }
            do {
                rulings.append(try rule(item, numbers))
            } catch let error as StoreError where error.isUnavailable {
                rulings.append(.waiting)
            } catch is NotRead where !records.isEmpty {
                rulings.append(.waiting)
            } catch {
                rulings.append(.failed("\(error)"))
            }
        }
    }

    private func rule(
        _ item: WorkItem<Handler.Message>, _ numbers: some NumberSource
    ) throws -> Ruling {
        if let known = knownRuling(item.message) { return known }
        if account.portfolio?.parked != nil {
            guard let command = item.message.request else { return .dead(.accountParked) }
            let reason = RefuseReason.accountParked.rawValue
            refuse(command, reason)
            return .refused(reason)
        }
        let context = DecisionContext(
            now: loaded.now, queueNow: queueNow, prices: prices, terms: terms, pressure: pressure,
            numbers: try (0..<handler.numbersPerMessage).map { _ in try numbers.nextNumber() })
        let outcome = try handler.decide(item.message, on: account, in: context)
        switch (outcome, item.message.request) {
        case (.apply(let transition), _):
            try apply(transition, random: numbers.random())
            return .applied
        case (.ignore(let reason), _): return .ignored(reason)
        case (.refuse(let reason), let command?):
            refuse(command, reason)
            return .refused(reason)
        case (.refuse(let reason), nil):
            throw FieldError("outcome", reason, rule: "only commands are refused")
        case (.defer, .some), (.dead, .some):
            throw FieldError("outcome", "\(outcome)", rule: "commands are answered at once")
        case (.defer(let reason), nil):
            return waitsBehindDead(item.message, reason) ? .dead(.parked) : .deferred(reason)
        case (.dead(let reason), nil): return .dead(reason)
        }
    }

    /// The answer for a message that was handled before, as the loaded account tells.
    private func knownRuling(_ message: Handler.Message) -> Ruling? {
        if let command = message.request {
            guard let answer = account.answers[command.id] else { return nil }
            return answer.digest == command.digest
                ? .answered : .refused(RefuseReason.requestIDReused.rawValue)
        }
        guard let id = message.order, let lists = lists(of: id) else { return nil }
        if lists.applied.contains(message.eventID.text) { return .ignored(.duplicate) }
        if let mark = lists.dead[message.eventID.text] {
            return .dead(DeadReason(rawValue: String(mark)) ?? .attempts)
        }
        return nil
    }

    private func lists(of id: OrderID) -> (applied: NamedList, dead: NamedList)? {
        switch account.orders[id] {
        case .kept(let order)?: (order.applied, order.deadMarks)
        case .done(let done)?: (done.applied, done.deadMarks)
        case .unknown?, nil: nil
        }
    }

    /// An early event whose predecessor died of failure waits for the redrive, in order.
    private func waitsBehindDead(_ message: Handler.Message, _ reason: DeferReason) -> Bool {
        guard reason == .early, let id = message.order, let lists = lists(of: id) else {
            return false
        }
        return lists.dead.entries.contains {
            DeadReason(rawValue: String($0.value))?.isFailure == true
        }
    }

    private func apply(_ transition: Transition, random: UInt64) throws {
        let (next, record) = try account.applying(
            transition, at: prices, random: random, now: loaded.now)
        account = next
        records.append(record)
        if let order = transition.order {
            events[order.id, default: []].append(transition.eventID)
            claims += transition.newIDs.map { IDClaim(id: $0, order: order.id) }
        }
        if let answer = transition.answer { answers.append(answer) }
    }

    private func refuse(_ command: CommandRequest, _ reason: String) {
        let result = CommandResult(refused: reason, digest: command.digest, at: loaded.now)
        account.answers[command.id] = result
        answers.append(CommandAnswer(request: command.id, result: result))
    }
}

extension Ruling {
    /// Whether a command was answered without a transition.
    var isAnswerWithoutRecord: Bool {
        switch self {
        case .answered, .refused: true
        case .applied, .ignored, .deferred, .dead, .failed, .waiting: false
        }
    }

    /// Whether later messages of the account wait for this one.
    var stopsChain: Bool {
        switch self {
        case .failed, .waiting: true
        case .applied, .answered, .ignored, .refused, .deferred, .dead: false
        }
    }
}
