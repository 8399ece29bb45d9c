import ServiceRuntime
import Shared

extension RedisCommand {
    /// Reads what a batch needs of one account.
    init(loading request: LoadRequest) {
        let account = request.account
        var keys = [
            account.portfolio.text, account.config.text, account.book.text, account.outbox.text,
        ]
        keys.reserveCapacity(4 + 2 * request.orders.count + request.requests.count)
        for order in request.orders {
            keys.append(account.holdings(order).text)
            keys.append(account.orderDone(order).text)
        }
        for request in request.requests { keys.append(account.orderResult(request).text) }
        self.init(Scripts.load, keys: keys, slot: account.slot.number)
        append(request.orders.count)
    }
}

extension LoadedAccount {
    /// Throws where the reply has another shape or a field cannot be read.
    init(_ reader: inout PackedReader, to request: LoadRequest) throws {
        try reader.list(of: 5 + request.orders.count + request.requests.count)
        let now = try reader.number()
        let portfolio = try reader.fields()
        let config = try reader.fields()
        let book = try reader.records()
        let outbox = try reader.outbox()
        var orders: [OrderID: StoredOrder] = [:]
        var orderFields: [OrderID: Fields] = [:]
        for id in request.orders {
            let stored = try StoredReply(&reader, of: request.account)
            orders[id] = stored.order
            orderFields[id] = stored.holdings
        }
        var answers: [RequestID: CommandResult] = [:]
        for id in request.requests {
            let fields = try reader.fields()
            answers[id] = fields.isEmpty ? nil : try CommandResult(fields)
        }
        self.init(
            account: Account(
                id: request.account, portfolio: try Portfolio(portfolio),
                config: config.isEmpty ? nil : try AccountConfig(config),
                book: Book(records: book), orders: orders, answers: answers),
            orderFields: orderFields, marginFields: Self.margins(portfolio), outbox: outbox,
            now: now)
    }

    private static func margins(_ portfolio: Fields) -> Set<String> {
        Set(portfolio.list.lazy.map(\.name).filter { $0.hasPrefix("m:") })
    }
}

extension PackedReader {
    /// A hash as a dictionary.
    fileprivate mutating func records() throws -> [String: String] {
        let count = try list() / 2
        var records: [String: String] = Dictionary(minimumCapacity: count)
        for _ in 0..<count {
            let name = try text()
            records[name] = try text()
        }
        return records
    }

    /// Records that are not published, oldest first.
    fileprivate mutating func outbox() throws -> [Record] {
        try fields().list.map { try Record(boxed: $0.value) }.sorted { $0.number < $1.number }
    }
}
