/// The keys of one account, all in one slot (architecture §2).
extension AccountID {
    /// The order: the one truth about it in Redis. A message names its order by this text.
    package func holdings(_ order: OrderID) -> HashKey {
        HashKey(text: "user_holdings:{\(tag)}:\(order.text)", slot: slot)
    }

    /// What is left of an expired terminal order: state, version, ids, booked exec ids.
    package func orderDone(_ order: OrderID) -> HashKey {
        HashKey(text: "order_done:{\(tag)}:\(order.text)", slot: slot)
    }

    /// Ids of active orders.
    package var ordersIndex: SetKey { SetKey(text: "user_orders_index:{\(tag)}", slot: slot) }

    /// Active order id → compact record: the whole account in one read.
    package var book: HashKey { HashKey(text: "user_book:{\(tag)}", slot: slot) }

    /// Version, token, balance and margins.
    package var portfolio: HashKey { HashKey(text: "user_portfolio:{\(tag)}", slot: slot) }

    /// Group, leverage and flow.
    package var config: HashKey { HashKey(text: "user:{\(tag)}:config", slot: slot) }

    /// `orders_version` → the record of that transition, until it is published.
    package var outbox: HashKey { HashKey(text: "outbox:{\(tag)}", slot: slot) }

    /// The answer to a command, its digest and version.
    package func orderResult(_ request: RequestID) -> HashKey {
        HashKey(text: "order_result:{\(tag)}:\(request.text)", slot: slot)
    }

    /// How the dispatcher named a report that has neither exec id nor token; by partition and entry.
    package func named(_ reportEntry: String) -> StringKey {
        StringKey(text: "named:{\(tag)}:\(reportEntry)", slot: slot)
    }

    /// Tells that an event died by this entry of its queue and was brought back since.
    ///
    /// - Parameter entry: as the queue numbered it.
    package func redriven(_ event: EventID, entry: String) -> StringKey {
        StringKey(text: "redriven:{\(tag)}:\(entry):\(event.text)", slot: slot)
    }
}

/// The order that a message names: the text of its holdings key.
package struct OrderKey: Hashable, Sendable, CustomStringConvertible {
    package let account: AccountID
    package let order: OrderID

    package init(_ account: AccountID, _ order: OrderID) {
        self.account = account
        self.order = order
    }

    /// Reads `user_holdings:{<user_type>:<id>}:<order_id>`.
    package init(text: String) throws(KeyError) {
        let prefix = "user_holdings:{"
        let bytes = text.utf8
        guard text.hasPrefix(prefix), let close = bytes.lastIndex(of: UInt8(ascii: "}")) else {
            throw .malformed(
                field: "key", text: text, rule: "user_holdings:{<user_type>:<id>}:<order_id>")
        }
        let start = bytes.index(bytes.startIndex, offsetBy: prefix.utf8.count)
        let rest = bytes.index(after: close)
        guard start <= close, rest < bytes.endIndex, bytes[rest] == UInt8(ascii: ":") else {
            throw .malformed(
                field: "key", text: text, rule: "user_holdings:{<user_type>:<id>}:<order_id>")
        }
        account = try AccountID(tag: String(text[start..<close]))
        order = try OrderID(String(text[bytes.index(after: rest)...]))
    }

    package var text: String { account.holdings(order).text }
    package var description: String { text }
}
