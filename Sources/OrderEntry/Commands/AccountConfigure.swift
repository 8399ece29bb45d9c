import Shared

/// `account_configure`: the fields that are given change, for future orders only (domain §7).
enum AccountConfigure {
    static let fields = AccountCreate.fields

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let group = try fields.group()
        let leverage = try fields.leverage()
        let sendingOrders = try fields.sendingOrders()
        let isEnabled = try fields.isEnabled()
        let accountNumber = try fields.accountNumber()
        guard Self.fields.contains(where: fields.has) else {
            throw Refusal(.missingField, Self.fields.sorted().joined(separator: " or "))
        }
        var config = try it.existing().config
        config.group = group ?? config.group
        config.leverage = leverage ?? config.leverage
        config.sendingOrders = sendingOrders ?? config.sendingOrders
        config.isEnabled = isEnabled ?? config.isEnabled
        config.accountNumber = accountNumber ?? config.accountNumber
        return Transition(
            .accountConfigured, it.command.eventID, config: config, answer: it.accepted())
    }
}
