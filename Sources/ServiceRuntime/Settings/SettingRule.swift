import Shared

/// One setting of the fleet: what the environment may say, and what `--help` prints of it.
package struct SettingRule: Sendable {
    package let name: String
    /// Unit or shape of the value.
    package let unit: String
    package let meaning: String
    /// Nil where the setting has no default: then whoever needs it stops without it.
    package let standard: String?
    /// What the value may be.
    let values: Values

    /// What is checked before a process does anything.
    enum Values: Sendable {
        /// Read by whoever uses it.
        case text
        case whole(ClosedRange<Int64>)
        case words([String])
        case provider
    }

    init(
        _ name: String, _ unit: String, default standard: String?, _ values: Values,
        _ meaning: String
    ) {
        self.name = name
        self.unit = unit
        self.standard = standard
        self.values = values
        self.meaning = meaning
    }

    /// All settings of all processes, so that one environment file serves the whole fleet.
    package static let all: [SettingRule] = [
        .init(
            "REDIS_URL", "URL", default: nil, .text,
            "redis://[user:password@]host:port/db, redis+unix://[user:password@]/path or "
                + "redis+cluster://[user:password@]host:port,host:port"),
        .init(
            "DATABASE_URL", "libpq URI or keywords", default: nil, .text,
            "the Postgres of the fleet"),
        .init(
            "LOG_LEVEL", "debug, info, warning or error", default: "info",
            .words(LogLevel.allCases.map(\.rawValue)), "what is logged, on standard error"),
        .init(
            "LOG_FORMAT", "text or json", default: "text",
            .words(LogFormat.allCases.map(\.rawValue)), "how a log line looks"),
        .init(
            "REDIS_WAIT_REPLICAS", "replicas", default: "0", .whole(0...16),
            "how many replicas must have a write before anything is sent or settled"),
        .init(
            "REDIS_TIMEOUT", "milliseconds", default: "2000", .whole(50...60_000),
            "how long a connection or an answer of Redis may take"),
        .init(
            "ORDER_RETENTION", "seconds", default: "3600", .whole(1...604_800),
            "how long a terminal order stays whole in Redis"),
        .init(
            "MAX_OPEN_ORDERS", "orders", default: "1000", .whole(1...1_000_000),
            "active orders an account may have"),
        .init(
            "MAX_QUEUE_DEPTH", "messages", default: "100000", .whole(1...1_000_000_000),
            "messages in one partition of a queue above which new orders are refused"),
        .init(
            "MAX_PRICE_AGE", "milliseconds", default: "5000", .whole(1...3_600_000),
            "age at which a price is too old to trade at"),
        .init(
            "MAX_RATE_AGE", "milliseconds", default: "60000", .whole(1...86_400_000),
            "age at which a rate is too old to book money with"),
        .init(
            "MARKET_HOURS", "weekdays or always", default: "weekdays",
            .words(["weekdays", "always"]),
            "weekdays: no new orders of types 1 to 3 on Saturday and Sunday, UTC"),
        .init(
            "DEFAULT_PROVIDER", "provider", default: "barclays", .provider,
            "flow of copy accounts that name none"),
        .init(
            "PROVIDER_NAME", "provider", default: nil, .provider,
            "whose requests provider-connection sends"),
        .init(
            "PROVIDER_ADDRESS", "address", default: nil, .text,
            "where that provider listens: unix:/path or tcp:host:port"),
        .init(
            "PROVIDER_TIMEOUT", "milliseconds", default: "3000", .whole(100...60_000),
            "how long connecting to a provider, or one frame on its way, may take"),
        .init(
            "REQUEST_ALARM", "seconds", default: "30", .whole(1...86_400),
            "age at which an unanswered request is shown"),
        .init(
            "EXPORTER_ADDRESS", "address:port", default: "127.0.0.1:9890", .text,
            "where fleet exporter serves metrics"),
        .init(
            "STOP_TIMEOUT", "seconds", default: "10", .whole(1...600),
            "how long a stopping process may finish what it has in hand"),
    ]

    /// The rule of a setting; nil for a name that is none.
    static func named(_ name: String) -> SettingRule? { all.first { $0.name == name } }

    /// Throws where the value is not what it may be. The text of a setting that may hold a secret is
    /// not looked at here.
    func check(_ value: String) throws(SettingError) {
        switch values {
        case .text: return
        case .whole(let range):
            guard let number = Int64(value), range.contains(number) else {
                throw SettingError(
                    name,
                    rule: "is '\(value)', not a whole number from \(range.lowerBound) to "
                        + "\(range.upperBound)")
            }
        case .words(let words):
            guard words.contains(value) else {
                throw SettingError(
                    name, rule: "is '\(value)', none of \(words.joined(separator: ", "))")
            }
        case .provider:
            do {
                _ = try Provider(value)
            } catch {
                throw SettingError(name, rule: "is no provider's name: \(error)")
            }
        }
    }

    /// Variables that begin like a setting and are none are mistakes, not other programs' own.
    static let families = [
        "REDIS_", "DATABASE_", "LOG_", "ORDER_", "MAX_", "MARKET_", "REQUEST_", "PROVIDER_",
        "DEFAULT_", "EXPORTER_", "STOP_",
    ]
}

/// A setting that cannot be used. Its text names the setting and the rule, never a secret.
package struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
    package let name: String
    package let rule: String

    package init(_ name: String, rule: String) {
        self.name = name
        self.rule = rule
    }

    package var description: String { "setting \(name) \(rule)" }
}
