import ServiceRuntime
import Shared

/// A command as `queue:{orders:p}` takes it (domain §7).
struct OutgoingCommand: Sendable, Equatable {
    let account: AccountID
    let request: RequestID
    let fields: Fields

    init(
        _ kind: CommandKind, _ account: AccountID, request: RequestID,
        _ details: KeyValuePairs<String, String?> = [:]
    ) {
        self.account = account
        self.request = request
        var fields = Fields([
            .init("v", MessageVersion.current), .init("command", kind.name),
            .init("request_id", request.text), .init("user_type", account.userType.rawValue),
            .init("user_id", account.userID), .init("ts", String(WallClock.milliseconds())),
        ])
        for (name, value) in details {
            if let value { fields.append(name, value) }
        }
        self.fields = fields
    }

    /// What an answer under the command's request id says of this command: that of another command
    /// says that the id was used (domain §7).
    func answer(in result: CommandResult) throws -> CommandResult {
        let own = try Command(fields, entry: "0-0").request?.digest
        guard own != result.digest else { return result }
        return CommandResult(
            refused: RefuseReason.requestIDReused.rawValue, digest: result.digest,
            at: result.timestamp)
    }

    static func create(_ terms: AccountTerms, request: RequestID) -> Self {
        Self(
            .accountCreate, terms.account, request: request,
            [
                "group": terms.group, "leverage": terms.leverage.text,
                "sending_orders": terms.sendingOrders, "account_number": terms.accountNumber,
            ])
    }

    static func deposit(_ amount: Money, to account: AccountID, request: RequestID) -> Self {
        Self(.deposit, account, request: request, ["amount": amount.text])
    }

    static func withdraw(_ amount: Money, from account: AccountID, request: RequestID) -> Self {
        Self(.withdraw, account, request: request, ["amount": amount.text])
    }

    static func place(
        _ account: AccountID, _ symbol: Symbol, _ type: OrderType, _ lots: Quantity,
        price: Price? = nil, stopLoss: Price? = nil, takeProfit: Price? = nil, request: RequestID
    ) -> Self {
        Self(
            .order(type.isPending ? .placePending : .place), account, request: request,
            [
                "symbol": symbol.text, "order_type": type.rawValue, "order_quantity": lots.text,
                "order_price": price?.text, "stop_loss": stopLoss?.text,
                "take_profit": takeProfit?.text,
            ])
    }

    static func modify(
        _ order: OrderID, of account: AccountID, price: Price?, lots: Quantity?,
        initiator: Initiator = .user, request: RequestID
    ) -> Self {
        Self(
            .order(.modify), account, request: request,
            [
                "order_id": order.text, "order_price": price?.text, "order_quantity": lots?.text,
                "initiator": initiator.rawValue,
            ])
    }

    static func cancel(
        _ order: OrderID, of account: AccountID, initiator: Initiator = .user, request: RequestID
    ) -> Self {
        Self(
            .order(.cancel), account, request: request,
            ["order_id": order.text, "initiator": initiator.rawValue])
    }

    static func set(
        _ leg: Leg, at price: Price, on order: OrderID, of account: AccountID,
        initiator: Initiator = .user, request: RequestID
    ) -> Self {
        Self(
            .order(leg == .stopLoss ? .setStopLoss : .setTakeProfit), account, request: request,
            [
                "order_id": order.text, leg.rawValue: price.text,
                "initiator": initiator.rawValue,
            ])
    }

    static func cancel(
        _ leg: Leg, on order: OrderID, of account: AccountID, initiator: Initiator = .user,
        request: RequestID
    ) -> Self {
        Self(
            .order(leg == .stopLoss ? .cancelStopLoss : .cancelTakeProfit), account,
            request: request, ["order_id": order.text, "initiator": initiator.rawValue])
    }

    static func setSwap(
        _ swap: Money, on order: OrderID, of account: AccountID, initiator: Initiator = .user,
        request: RequestID
    ) -> Self {
        Self(
            .order(.setSwap), account, request: request,
            ["order_id": order.text, "swap": swap.text, "initiator": initiator.rawValue])
    }

    static func close(
        _ order: OrderID, of account: AccountID, initiator: Initiator = .user, request: RequestID
    ) -> Self {
        Self(
            .order(.close), account, request: request,
            ["order_id": order.text, "initiator": initiator.rawValue])
    }
}

/// What an account is created with.
struct AccountTerms: Sendable, Equatable {
    let account: AccountID
    let group: String
    let leverage: Factor
    /// `rock`, the name of a provider, or nil for the flow that its type has anyway (domain §7).
    let sendingOrders: String?
    let accountNumber: String?
}

/// Request ids for commands of people, who name none.
enum FreshRequest {
    /// `fleet-<ms>-<random>`, both hexadecimal: never the same twice.
    static func id() throws -> RequestID {
        let random = UInt64.random(in: .min ... .max)
        return try RequestID(
            "fleet-\(String(WallClock.milliseconds(), radix: 16))-\(String(random, radix: 16))")
    }
}
