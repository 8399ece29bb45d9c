import Glibc
package import Shared

/// The environment of a process, read once.
package struct Settings: Sendable {
    private let values: [String: String]

    /// Checks all of it, whether this process uses it or not: one environment serves the whole fleet.
    /// An empty value is as good as none.
    ///
    /// - Parameter environment: names and values.
    package init(environment: [String: String]) throws(SettingError) {
        let known = Set(SettingRule.all.map(\.name))
        for name in environment.keys.sorted() where !known.contains(name) {
            if SettingRule.families.contains(where: { name.hasPrefix($0) }) {
                throw SettingError(name, rule: "is not known; --help lists the settings")
            }
        }
        values = environment.filter { known.contains($0.key) }
        for rule in SettingRule.all {
            if let value = values[rule.name], !value.isEmpty { try rule.check(value) }
        }
    }

    package static func ofProcess() throws(SettingError) -> Settings {
        var environment: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let sign = text.firstIndex(of: "=") {
                environment[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            next += 1
        }
        return try Settings(environment: environment)
    }

    /// The text of a setting or its default. Missing without a default is an error.
    package func text(_ name: String) throws(SettingError) -> String {
        if let value = values[name], !value.isEmpty { return value }
        guard let standard = SettingRule.named(name)?.standard else {
            throw SettingError(name, rule: "is required")
        }
        return standard
    }

    /// A whole number in the range that its rule names.
    package func number(_ name: String) throws(SettingError) -> Int64 {
        let value = try text(name)
        guard let number = Int64(value) else {
            throw SettingError(name, rule: "is '\(value)', not a whole number")
        }
        return number
    }

    /// A provider's name.
    package func provider(_ name: String) throws(SettingError) -> Provider {
        let value = try text(name)
        do {
            return try Provider(value)
        } catch {
            throw SettingError(name, rule: "is no provider's name: \(error)")
        }
    }

    /// One of a few words.
    package func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws(SettingError) -> Value where Value.RawValue == String {
        let value = try text(name)
        guard let known = Value(rawValue: value) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingError(name, rule: "is '\(value)', none of \(words)")
        }
        return known
    }
}

extension Settings {
    /// How long a terminal order stays whole in Redis, milliseconds.
    package func orderRetention() throws(SettingError) -> Int64 {
        try number("ORDER_RETENTION") * 1_000
    }

    package func waitReplicas() throws(SettingError) -> Int {
        Int(try number("REDIS_WAIT_REPLICAS"))
    }

    package func redisTimeout() throws(SettingError) -> Duration {
        .milliseconds(try number("REDIS_TIMEOUT"))
    }

    package func maxPriceAge() throws(SettingError) -> Int64 {
        try number("MAX_PRICE_AGE")
    }

    package func maxRateAge() throws(SettingError) -> Int64 {
        try number("MAX_RATE_AGE")
    }

    package func maxQueueDepth() throws(SettingError) -> Int {
        Int(try number("MAX_QUEUE_DEPTH"))
    }

    package func stopTimeout() throws(SettingError) -> Duration {
        .seconds(try number("STOP_TIMEOUT"))
    }
}
