/// A provider of executions by name: `house`, or a liquidity provider that is configured.
package struct Provider: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    /// 1 to 32 of `a–z 0–9 _ -`.
    package init(_ name: String) throws(KeyError) {
        guard !name.isEmpty else { throw .empty(field: "provider") }
        let allowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        guard allowed, name.utf8.count <= 32 else {
            throw .malformed(field: "provider", text: name, rule: "1 to 32 of a-z 0-9 _ -")
        }
        self.name = name
    }

    private init(unchecked name: String) { self.name = name }

    /// Local execution from market prices. It is a provider like any other (architecture §1).
    package static let house = Provider(unchecked: "house")

    package var description: String { name }
}

/// Whose queue a message lies in. Each role has one queue of P partitions.
package enum Role: Hashable, Sendable {
    case orders
    case reports
    case open
    case close
    case cancel
    case reject
    case pending
    case stopLoss
    case takeProfit
    case provider(Provider)

    /// The roles that a dispatcher routes to, one worker executable each.
    package static let workers: [Role] = [
        .open, .close, .cancel, .reject, .pending, .stopLoss, .takeProfit,
    ]

    /// Every role that has a queue in a fleet with these providers.
    package static func all(providers: Set<Provider>) -> [Role] {
        [.orders, .reports] + workers
            + providers.sorted { $0.name < $1.name }.map { .provider($0) }
    }

    /// The name in keys, `stoploss` as the reference has it.
    package var name: String {
        switch self {
        case .orders: "orders"
        case .reports: "reports"
        case .open: "open"
        case .close: "close"
        case .cancel: "cancel"
        case .reject: "reject"
        case .pending: "pending"
        case .stopLoss: "stoploss"
        case .takeProfit: "takeprofit"
        case .provider(let provider): "provider-" + provider.name
        }
    }

    package init(name: String) throws(KeyError) {
        if let known = ([.orders, .reports] + Role.workers).first(where: { $0.name == name }) {
            self = known
        } else if name.hasPrefix("provider-") {
            self = .provider(try Provider(String(name.dropFirst("provider-".count))))
        } else {
            throw .malformed(field: "role", text: name, rule: "a known role")
        }
    }
}
