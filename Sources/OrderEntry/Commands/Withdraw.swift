import ServiceRuntime
import Shared

/// `withdraw`: money goes out, as much as is free at most (domain §7).
enum Withdraw {
    static let fields: Set<String> = ["amount"]

    static func decide(_ it: CommandCase) throws -> Transition {
        let amount = try it.fields(own: fields).amount()
        let portfolio = try it.existing().portfolio
        let free = try FreeMargin.of(
            it.account, portfolio: portfolio, at: it.context.prices)
        guard free >= amount else { throw Refusal(.insufficientFreeMargin) }
        return Transition(
            .balanceChanged, it.command.eventID, ledger: [LedgerEntry(.withdrawal, -amount)],
            answer: it.accepted())
    }
}
