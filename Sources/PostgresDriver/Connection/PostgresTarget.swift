internal import CLibpq

/// Where to connect: the text of `DATABASE_URL`, a libpq URI or keyword string, checked.
///
/// libpq quotes the text it cannot read, password and all, so its messages about it are never
/// passed on; and a password that was not percent-encoded ends up in the host, port or database
/// name, so these are looked at before a message can show them.
struct PostgresTarget: Sendable {
    /// Secret: never described.
    let url: String
    let hosts: Int
    let connectTimeout: Duration?

    init(url: String) throws(PostgresError) {
        let options = try Self.parse(url)
        let misread = ["host", "dbname", "port"].first { options[$0]?.contains("@") ?? false }
        if let misread {
            throw Self.bad("its \(misread) holds an @: percent-encode user and password")
        }
        let ports = (options["port"] ?? "").split(separator: ",")
        guard ports.allSatisfy({ UInt16($0) != nil }) else {
            throw Self.bad("its port is not a number from 0 to 65535")
        }
        let timeout = options["connect_timeout"]
        guard timeout.map({ Int32($0) != nil }) ?? true else {
            throw Self.bad("its connect_timeout is not a whole number of seconds")
        }
        self.url = url
        self.hosts = max(1, (options["host"] ?? "").split(separator: ",").count)
        // libpq's rule: zero and below mean no limit of the string's own.
        self.connectTimeout = timeout.flatMap { Int64($0) }.flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        guard !url.isEmpty else { throw bad("it is empty") }
        guard !url.utf8.contains(0) else { throw bad("it holds a zero byte") }
        var message: UnsafeMutablePointer<CChar>?
        guard let first = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            throw bad("it is not a libpq URI or keyword string")
        }
        defer { PQconninfoFree(first) }
        var options: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                options[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return options
    }

    private static func bad(_ why: String) -> PostgresError {
        PostgresError(.settings, .settings, "DATABASE_URL cannot be used: \(why)")
    }
}
