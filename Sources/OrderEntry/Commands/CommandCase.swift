import ServiceRuntime
import Shared

/// One command before its decision, with all that the decision may look at.
struct CommandCase {
    let command: Command
    let request: CommandRequest
    let account: Account
    let context: DecisionContext
    let rules: OrderEntryRules

    /// The command's fields, once those that all commands share are found in order and its time
    /// is not over.
    func fields(own: Set<String>) throws(Refusal) -> CommandFields {
        let fields = try CommandFields(command.fields, own: own)
        try fields.checkTimestamp()
        // Both by the clock of the queue's server: the account may lie on another.
        guard context.queueNow - command.acceptedAt <= (try fields.ttl()) else {
            throw Refusal(.expired)
        }
        return fields
    }

    /// The account's totals and configuration; both exist or the account does not.
    func existing() throws(Refusal) -> (portfolio: Portfolio, config: AccountConfig) {
        guard let portfolio = account.portfolio, let config = account.config else {
            throw Refusal(.accountUnknown)
        }
        return (portfolio, config)
    }

    func accepted(order: OrderID? = nil, lifecycleID: LifecycleID? = nil) -> CommandAnswer {
        CommandAnswer(
            request: request.id,
            result: CommandResult(
                digest: request.digest, isAccepted: true, reason: nil, order: order,
                lifecycleID: lifecycleID, timestamp: context.now))
    }

    /// What the event of every order command says besides the order: who asked for it.
    func details(_ initiator: Initiator?) -> Fields {
        var details = Fields()
        details["initiator"] = initiator?.rawValue
        return details
    }

    /// The fresh number that this decision's id is made of.
    func number() throws -> Int64 {
        guard let number = context.numbers.first else { throw NotRead("a number for an id") }
        return number
    }
}
