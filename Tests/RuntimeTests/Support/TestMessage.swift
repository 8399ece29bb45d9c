import ServiceRuntime
import Shared
import TestSupport

/// A message that says itself what shall be decided: `place`, `fill`, `close`, `ignore late`,
/// `defer early`, `dead second_fill`, `throw`, and for commands `deposit 10`, `refuse market_closed`.
struct TestMessage: AccountMessage {
    let account: AccountID
    let order: OrderID?
    let eventID: EventID
    let request: CommandRequest?
    let words: [String]

    init(_ fields: Fields, entry: String) throws(MessageError) {
        try MessageVersion.check(fields)
        do throws(FieldError) {
            let type = try fields.required("user_type") { try UserType(text: $0) }
            account = try fields.required("user_id") { try AccountID(type, $0) }
            order = try fields.optional("order") { try OrderID($0) }
            eventID = EventID(text: try fields.required("event"))
            let id = try fields.optional("request") { try RequestID($0) }
            let verb = try fields.required("verb")
            request = id.map { CommandRequest(id: $0, digest: verb) }
            words = verb.split(separator: " ").map(String.init)
        } catch {
            throw .unreadable(error)
        }
    }
}

struct TestHandler: MessageHandler {
    var role: Role { .open }
    var numbersPerMessage: Int { 1 }

    func needs(_ message: TestMessage, on account: Account) throws -> Needs { Needs() }

    func decide(
        _ message: TestMessage, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        let detail = message.words.count > 1 ? message.words[1] : ""
        switch message.words[0] {
        case "place": return try place(message, context)
        case "fill": return try move(message, account, to: .open, .orderOpenConfirmed)
        case "close": return try move(message, account, to: .closed, .orderCloseConfirmed)
        case "ignore": return .ignore(try known(detail))
        case "defer": return .defer(try known(detail))
        case "dead": return .dead(try known(detail))
        case "refuse": return .refuse(detail)
        case "deposit": return try deposit(message, try Money(detail), context)
        default: throw FieldError("verb", message.words[0], rule: "fails on purpose")
        }
    }

    private func place(_ message: TestMessage, _ context: DecisionContext) throws -> Outcome {
        let number = message.order?.number ?? context.numbers[0]
        let order = try Samples.order(number, of: message.account)
        let request = try RequestID(prefixed: message.eventID)
        return .apply(
            Transition(
                .orderPlaced, message.eventID, order: order, newIDs: [LifecycleID(order.id)],
                sends: [.place(order, request: request, at: context.now)]))
    }

    private func move(
        _ message: TestMessage, _ account: Account, to state: OrderState, _ type: EventType
    ) throws -> Outcome {
        guard let id = message.order, case .kept(var order)? = account.orders[id] else {
            return .defer(.early)
        }
        order.state = state
        return .apply(Transition(type, message.eventID, order: order))
    }

    private func deposit(
        _ message: TestMessage, _ amount: Money, _ context: DecisionContext
    ) throws -> Outcome {
        guard let request = message.request else { return .dead(.impossible) }
        let result = CommandResult(
            digest: request.digest, isAccepted: true, reason: nil, order: nil,
            lifecycleID: nil, timestamp: context.now)
        return .apply(
            Transition(
                .balanceChanged, message.eventID, ledger: [LedgerEntry(.deposit, amount)],
                answer: CommandAnswer(request: request.id, result: result)))
    }

    private func known<Value: RawRepresentable>(_ text: String) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw FieldError("verb", text, rule: "is unknown")
        }
        return value
    }
}

extension RequestID {
    fileprivate init(prefixed event: EventID) throws { try self.init("r-" + event.text) }
}
