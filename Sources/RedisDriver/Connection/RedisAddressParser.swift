/// Takes an address apart; each step names the rule that it checks.
struct RedisAddressParser {
    let setting: String

    func parse(_ text: String) throws(RedisAddressError) -> RedisAddress {
        guard let mark = text.firstRange(of: "://") else { throw broken(.scheme) }
        let scheme = text[..<mark.lowerBound]
        let (user, password, place) = try splitLogin(text[mark.upperBound...])
        switch scheme {
        case "redis":
            let parts = place.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let database = try database(parts.count == 2 ? parts[1] : "")
            return RedisAddress(
                topology: .single(try endpoint(parts[0])), user: user, password: password,
                database: database)
        case "redis+unix":
            return RedisAddress(
                topology: .single(try socket(place)), user: user, password: password)
        case "redis+cluster":
            return RedisAddress(
                topology: .cluster(try seeds(place)), user: user, password: password)
        case "rediss", "rediss+cluster": throw broken(.plain)
        default: throw broken(.scheme)
        }
    }

    private func broken(_ rule: RedisAddressError.Rule) -> RedisAddressError {
        RedisAddressError(setting: setting, rule: rule)
    }

    /// The login ends at the last `@`: neither a host nor our socket paths contain one.
    private func splitLogin(
        _ text: Substring
    ) throws(RedisAddressError) -> (user: String?, password: Secret?, place: Substring) {
        guard let at = text.lastIndex(of: "@") else { return (nil, nil, text) }
        let login = text[..<at]
        guard let colon = login.firstIndex(of: ":"),
            let user = percentDecoded(login[..<colon]),
            let password = percentDecoded(login[login.index(after: colon)...]),
            !password.isEmpty
        else { throw broken(.login) }
        return (user.isEmpty ? nil : user, Secret(password), text[text.index(after: at)...])
    }

    private func endpoint(_ text: Substring) throws(RedisAddressError) -> RedisEndpoint {
        var host = text
        var port: UInt16 = 6379
        // An IPv6 address stands in brackets, so that its colons are not the port's.
        let afterHost = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[afterHost...].lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw broken(.port)
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains(where: { "/?#[] ,".contains($0) }) else {
            throw broken(.host)
        }
        return .tcp(host: String(host), port: port)
    }

    private func seeds(_ text: Substring) throws(RedisAddressError) -> [RedisEndpoint] {
        let hosts = text.hasSuffix("/") ? text.dropLast() : text
        if hosts.contains("/") { throw broken(.database) }
        var seeds: [RedisEndpoint] = []
        for host in hosts.split(separator: ",", omittingEmptySubsequences: false) {
            seeds.append(try endpoint(host))
        }
        return seeds
    }

    private func socket(_ text: Substring) throws(RedisAddressError) -> RedisEndpoint {
        // The kernel's limit: sockaddr_un holds 108 bytes, the last of them zero.
        guard text.hasPrefix("/"), text.count > 1, text.utf8.count <= 107 else {
            throw broken(.path)
        }
        return .unix(path: String(text))
    }

    private func database(_ text: Substring) throws(RedisAddressError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = UInt16(text) else { throw broken(.database) }
        return Int(number)
    }

    /// `nil` when a `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
    private func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let digits = String(rest.prefix(2)),
                let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
