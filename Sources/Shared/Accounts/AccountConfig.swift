/// What an account is allowed and how its orders flow: `user:{T}:config`.
package struct AccountConfig: Sendable, Equatable {
    package var group: String
    package var leverage: Factor
    /// `rock`, the name of a provider, or empty (domain §7).
    package var sendingOrders: String
    package var isEnabled: Bool
    package var accountNumber: String?

    package init(
        group: String, leverage: Factor, sendingOrders: String, isEnabled: Bool,
        accountNumber: String?
    ) {
        self.group = group
        self.leverage = leverage
        self.sendingOrders = sendingOrders
        self.isEnabled = isEnabled
        self.accountNumber = accountNumber
    }

    /// `status` 0 means not verified, as in the reference; absent means enabled.
    package init(_ fields: Fields) throws(FieldError) {
        group = try fields.required("group")
        leverage = try fields.required("leverage") { try Factor($0) }
        sendingOrders = fields.present("sending_orders") ?? ""
        isEnabled = fields.present("status") != "0"
        accountNumber = fields.present("account_number")
    }

    package var fields: Fields {
        var fields = Fields([
            .init("group", group), .init("leverage", leverage.text),
            .init("sending_orders", sendingOrders), .init("status", isEnabled ? "1" : "0"),
        ])
        fields["account_number"] = accountNumber
        return fields
    }

    /// The provider that future orders go to (domain §7). `rock` and all demo accounts are filled
    /// by the house; a named provider must be one of `known`, and so must `fallback`, to which copy
    /// accounts with neither go: nobody reads the queue of another. Live accounts with neither have
    /// no flow.
    package func flow(
        of userType: UserType, known: Set<Provider>, fallback: Provider
    ) -> Provider? {
        if userType == .demo || sendingOrders == "rock" { return .house }
        if let named = try? Provider(sendingOrders) {
            return known.contains(named) ? named : nil
        }
        switch userType {
        case .strategyProvider, .copyFollower:
            return sendingOrders.isEmpty && known.contains(fallback) ? fallback : nil
        case .live, .demo: return nil
        }
    }
}
