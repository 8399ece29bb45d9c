import Shared

/// `account_create`: an account with a group and a leverage, enabled and without money.
enum AccountCreate {
    static let fields: Set<String> = [
        "group", "leverage", "sending_orders", "account_number", "status",
    ]

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        guard let group = try fields.group() else { throw Refusal(.missingField, "group") }
        guard let leverage = try fields.leverage() else {
            throw Refusal(.missingField, "leverage")
        }
        let config = AccountConfig(
            group: group, leverage: leverage, sendingOrders: try fields.sendingOrders() ?? "",
            isEnabled: try fields.isEnabled() ?? true, accountNumber: try fields.accountNumber())
        guard it.account.portfolio == nil, it.account.config == nil else {
            throw Refusal(.accountExists)
        }
        return Transition(
            .accountCreated, it.command.eventID, config: config, answer: it.accepted())
    }
}
