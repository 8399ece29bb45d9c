import Shared

/// `deposit`: money comes in.
enum Deposit {
    static let fields: Set<String> = ["amount"]

    static func decide(_ it: CommandCase) throws -> Transition {
        let amount = try it.fields(own: fields).amount()
        let portfolio = try it.existing().portfolio
        do throws(NumberError) {
            _ = try portfolio.balance + amount
        } catch {
            throw Refusal(.outOfRange, "amount")
        }
        return Transition(
            .balanceChanged, it.command.eventID, ledger: [LedgerEntry(.deposit, amount)],
            answer: it.accepted())
    }
}
