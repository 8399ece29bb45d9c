import RedisDriver
import ServiceRuntime
import Shared

/// Accounts as Redis holds them, read as the loop reads them.
struct RedisView {
    let client: RedisClient
    let stores: RedisStores
    let partitions: Int

    struct View {
        let loaded: LoadedAccount
        let index: Set<String>
    }

    /// Every account that ever published an event, with its last published `number:token`. The
    /// hashes that emit keeps name them, so nothing scans keys.
    func emitted() throws -> [AccountID: (number: Int64, token: String)] {
        var accounts: [AccountID: (number: Int64, token: String)] = [:]
        for partition in 0..<partitions {
            let key = LaneID(events: partition, .persistence).emitted
            let reply = try call("HGETALL", key.text, key.slot).elements ?? []
            for index in stride(from: 0, to: reply.count - 1, by: 2) {
                guard let tag = reply[index].string, let value = reply[index + 1].string,
                    let colon = value.firstIndex(of: ":"), let number = Int64(value[..<colon])
                else { throw FieldError("emitted", "\(reply[index])", rule: "is no number:token") }
                let token = String(value[value.index(after: colon)...])
                accounts[try AccountID(tag: tag)] = (number, token)
            }
        }
        return accounts
    }

    /// Accounts with all their active orders.
    func views(of accounts: [AccountID]) -> [Result<View, StoreError>] {
        let books = stores.accounts.load(accounts.map { LoadRequest(account: $0) })
        var requests: [LoadRequest] = []
        for (account, book) in zip(accounts, books) {
            var request = LoadRequest(account: account)
            if case .success(let loaded) = book {
                request.orders = loaded.account.book.records.keys.sorted()
                    .compactMap { try? OrderID($0) }
            }
            requests.append(request)
        }
        let loads = stores.accounts.load(requests)
        return zip(accounts, loads).map { account, load in
            load.flatMap { loaded in
                do {
                    let key = account.ordersIndex
                    let members = try call("SMEMBERS", key.text, key.slot).elements ?? []
                    return .success(View(loaded: loaded, index: Set(members.compactMap(\.string))))
                } catch {
                    return .failure(.unavailable(operation: "index", detail: "\(error)"))
                }
            }
        }
    }

    /// All entries of a partition's events, page by page.
    func forEachEvent(of partition: Int, _ body: (Fields, String) throws -> Void) throws {
        let key = LaneID(events: partition, .persistence).stream
        var from = "-"
        while true {
            var command = Command("XRANGE", slot: key.slot.number)
            for argument in [key.text, from, "+", "COUNT", "1000"] { command.append(argument) }
            let page = try client.call(command).get().elements ?? []
            guard !page.isEmpty else { return }
            for entry in page {
                guard let parts = entry.elements, parts.count == 2, let id = parts[0].string,
                    let values = parts[1].elements
                else { throw FieldError("events", "\(partition)", rule: "has no entry") }
                let texts = values.map { $0.string ?? "" }
                let fields = stride(from: 0, to: texts.count - 1, by: 2).map {
                    Fields.Field(texts[$0], texts[$0 + 1])
                }
                try body(Fields(fields), id)
                from = "(" + id
            }
        }
    }

    private func call(_ name: StaticString, _ key: String, _ slot: Slot) throws -> Reply {
        var command = Command(name, slot: slot.number)
        command.append(key)
        return try client.call(command).get()
    }
}
