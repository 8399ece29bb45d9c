import RedisDriver
import ServiceRuntime
import Shared

/// Accounts as Redis holds them, read as the loop reads them. A call is a few round trips, however
/// many accounts it is about.
struct RedisView {
    let client: RedisClient
    let stores: RedisStores
    let partitions: Int

    /// An account's last published step.
    struct Published: Equatable {
        let number: Int64
        let token: String
    }

    /// One account. Its parts are read one after the other, so they may differ while it moves.
    struct View {
        let loaded: LoadedAccount
        /// Members of the index.
        let index: Set<String>
        let totals: Totals
        /// The copy of the balance in the account's configuration.
        let walletBalance: String?
        let published: Published?
    }

    /// The portfolio's sums over symbols as they are stored.
    struct Totals {
        let usedMarginExecuted: String?
        let usedMarginAll: String?
        /// The reference's second name for the first.
        let usedMargin: String?

        static let names = ["used_margin_executed", "used_margin_all", "used_margin"]

        init(_ reply: Reply) {
            let texts = (reply.elements ?? []).map(\.string)
            usedMarginExecuted = texts.first ?? nil
            usedMarginAll = texts.dropFirst().first ?? nil
            usedMargin = texts.last ?? nil
        }
    }

    /// Every account that ever published an event. The hashes that emit keeps name them, so nothing
    /// scans keys.
    func accounts() throws -> [AccountID] {
        let keys = (0..<partitions).map { LaneID(events: $0, .persistence).emitted }
        return try run(keys.map { Self.command("HKEYS", $0) }).flatMap { reply in
            try (reply.elements ?? []).map { try AccountID(tag: $0.string ?? "") }
        }
    }

    /// - Throws: where the server cannot be asked. An account that cannot be read is a failure of
    ///   its own.
    func views(of accounts: [AccountID]) throws -> [Result<View, StoreError>] {
        let parts = try run(accounts.flatMap(commands))[...]
        var requests: [LoadRequest] = []
        for (place, account) in accounts.enumerated() {
            let books = parts[place * 5].elements ?? []
            let index = parts[place * 5 + 1].elements ?? []
            var request = LoadRequest(account: account)
            request.orders = Set((books + index).compactMap(\.string)).sorted()
                .compactMap { try? OrderID($0) }
            requests.append(request)
        }
        let loads = stores.accounts.load(requests)
        return try loads.enumerated().map { place, load in
            let at = place * 5
            let published = try parts[at + 4].string.map(Self.published)
            return load.map { loaded in
                View(
                    loaded: loaded,
                    index: Set((parts[at + 1].elements ?? []).compactMap(\.string)),
                    totals: Totals(parts[at + 2]), walletBalance: parts[at + 3].string,
                    published: published)
            }
        }
    }

    private func commands(of account: AccountID) -> [RedisCommand] {
        let lane = LaneID(events: account.partition(of: partitions), .persistence)
        return [
            Self.command("HKEYS", account.book), Self.command("SMEMBERS", account.ordersIndex),
            Self.command("HMGET", account.portfolio, Totals.names),
            Self.command("HGET", account.config, ["wallet_balance"]),
            Self.command("HGET", lane.emitted, [account.tag]),
        ]
    }

    static func published(_ text: String) throws -> Published {
        guard let colon = text.firstIndex(of: ":"), let number = Int64(text[..<colon]) else {
            throw FieldError("emitted", text, rule: "is no number:token")
        }
        return Published(number: number, token: String(text[text.index(after: colon)...]))
    }

    /// The last published step of each account of a partition.
    func published(of partition: Int) throws -> [String: Published] {
        let key = LaneID(events: partition, .persistence).emitted
        let texts = try run([Self.command("HGETALL", key)])[0].elements ?? []
        var published: [String: Published] = [:]
        for index in stride(from: 0, to: texts.count - 1, by: 2) {
            published[texts[index].string ?? ""] = try Self.published(texts[index + 1].string ?? "")
        }
        return published
    }

    /// All entries of a partition's events, page by page.
    func forEachEventPage(of partition: Int, _ body: ([Entry]) throws -> Void) throws {
        let key = LaneID(events: partition, .persistence).stream
        var from = "-"
        while true {
            let reply = try run([Self.command("XRANGE", key, [from, "+", "COUNT", "500"])])[0]
            let page = try (reply.elements ?? []).map(Self.entry)
            guard let last = page.last else { return }
            try body(page)
            from = "(\(last.id)"
        }
    }

    private static func entry(_ reply: Reply) throws -> Entry {
        guard let parts = reply.elements, parts.count == 2,
            let id = parts[0].string.flatMap({ EntryID($0) }), let values = parts[1].elements
        else { throw FieldError("events", "\(reply)", rule: "is no entry") }
        return Entry(
            id: id,
            fields: Fields(
                stride(from: 0, to: values.count - 1, by: 2).map {
                    Fields.Field(values[$0].string ?? "", values[$0 + 1].string ?? "")
                }))
    }

    private func run(_ commands: [RedisCommand]) throws -> [Reply] {
        try client.pipeline(commands).map { try $0.get() }
    }

    private static func command(
        _ name: StaticString, _ key: some RedisKey, _ arguments: [String] = []
    ) -> RedisCommand {
        RedisCommand(name, slot: key.slot.number, [key.text] + arguments)
    }
}
