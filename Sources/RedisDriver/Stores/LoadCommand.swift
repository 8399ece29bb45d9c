import ServiceRuntime
import Shared

extension Command {
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
    /// Nil where the reply has another shape; throws where a field cannot be read.
    init?(_ reply: Reply, to request: LoadRequest) throws {
        guard let parts = reply.elements, let now = parts.first?.number,
            parts.count == 5 + request.orders.count + request.requests.count,
            let portfolio = parts[1].fields, let config = parts[2].fields,
            let book = parts[3].records
        else { return nil }
        var orders: [OrderID: StoredOrder] = [:]
        var orderFields: [OrderID: Fields] = [:]
        for (id, part) in zip(request.orders, parts[5...]) {
            guard let stored = try StoredReply(part, of: request.account) else { return nil }
            orders[id] = stored.order
            orderFields[id] = stored.holdings
        }
        var answers: [RequestID: CommandResult] = [:]
        for (id, part) in zip(request.requests, parts[(5 + request.orders.count)...]) {
            guard let fields = part.fields else { return nil }
            answers[id] = fields.isEmpty ? nil : try CommandResult(fields)
        }
        guard let outbox = try Self.outbox(parts[4]) else { return nil }
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

    /// Records that are not published, oldest first.
    private static func outbox(_ reply: Reply) throws -> [Record]? {
        guard let fields = reply.fields else { return nil }
        return try fields.list.map { try Record(boxed: $0.value) }.sorted {
            $0.number < $1.number
        }
    }
}

extension Reply {
    /// A hash as a dictionary.
    fileprivate var records: [String: String]? {
        guard let elements, elements.count.isMultiple(of: 2) else { return nil }
        var records: [String: String] = Dictionary(minimumCapacity: elements.count / 2)
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[index].text, let value = elements[index + 1].text else {
                return nil
            }
            records[name] = value
        }
        return records
    }
}
