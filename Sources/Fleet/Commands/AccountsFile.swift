import Shared

/// One account of a file of accounts.
struct AccountEntry: Sendable, Equatable {
    let terms: AccountTerms
    /// Dollars; nil where nothing is paid in.
    let deposit: Money?
}

/// Accounts by the hundred: a JSON list, and their creation.
enum AccountsFile {
    private static let known = [
        "account", "count", "group", "leverage", "sending_orders", "account_number", "deposit",
    ]
    private static let window = 500

    /// All accounts of a file, in its order.
    static func read(_ json: JSONValue, of path: String) throws -> [AccountEntry] {
        guard case .array(let items) = json else { throw Failure("\(path): must be a list") }
        var entries: [AccountEntry] = []
        for (index, item) in items.enumerated() {
            do {
                entries += try self.entries(of: item)
            } catch {
                throw Failure("\(path): entry \(index + 1): \(error)")
            }
        }
        var seen: Set<AccountID> = []
        for entry in entries where !seen.insert(entry.terms.account).inserted {
            throw Failure("\(path): \(entry.terms.account) stands there twice")
        }
        guard !entries.isEmpty else { throw Failure("\(path) holds no accounts") }
        return entries
    }

    private static func entries(of item: JSONValue) throws -> [AccountEntry] {
        guard case .object(let members) = item else { throw Failure("must be an object") }
        var fields = Fields()
        for member in members {
            guard known.contains(member.name) else {
                throw Failure(
                    "unknown field '\(member.name)'; known: \(known.joined(separator: ", "))")
            }
            switch member.value {
            case .string(let text), .number(let text): fields.append(member.name, text)
            case .null: continue
            case .bool, .array, .object:
                throw Failure("'\(member.name)' must be a text or a number")
            }
        }
        let first = try fields.required("account") { try AccountID(tag: $0) }
        let count = try fields.optional("count") { text in
            guard let count = Int64(text), (1...100_000).contains(count) else {
                throw Failure("must be a whole number from 1 to 100000")
            }
            return count
        }
        let deposit = try fields.optional("deposit") { try Money($0) }
        return try accounts(from: first, count: count ?? 1).map { account in
            AccountEntry(
                terms: AccountTerms(
                    account: account, group: try fields.required("group", TermsInput.groupName),
                    leverage: try fields.required("leverage") { try Factor($0) },
                    sendingOrders: fields.present("sending_orders"),
                    accountNumber: fields.present("account_number")), deposit: deposit)
        }
    }

    private static func accounts(from first: AccountID, count: Int64) throws -> [AccountID] {
        guard let number = Int64(first.userID), number <= .max - count else {
            throw Failure("\(first) has no \(count) ids behind it")
        }
        return try (0..<count).map { try AccountID(first.userType, String(number + $0)) }
    }

    /// Creates all, then pays in what those that were accepted are to have. Request ids follow from
    /// the account, so that a second run changes nothing.
    static func create(_ entries: [AccountEntry], _ client: CommandClient) throws -> Report {
        let created = try client.ask(
            try entries.map { entry in
                .create(entry.terms, request: try request("create", entry.terms.account))
            }, window: window)
        let deposits: [OutgoingCommand] = try zip(entries, created).compactMap { entry, answer in
            guard answer.result.isAccepted, let amount = entry.deposit else { return nil }
            let account = entry.terms.account
            return .deposit(amount, to: account, request: try request("deposit", account))
        }
        let paid = try client.ask(deposits, window: window)
        let refused = (created + paid).filter { !$0.result.isAccepted }
        var report = Report()
        let accepted = created.count { $0.result.isAccepted }
        report.line("accounts: \(accepted) of \(entries.count)", "accounts", JSONValue(accepted))
        let money = paid.count { $0.result.isAccepted }
        report.line("deposits: \(money) of \(deposits.count)", "deposits", JSONValue(money))
        report.refusals(refused)
        return report
    }

    private static func request(_ step: String, _ account: AccountID) throws -> RequestID {
        try RequestID("accounts:\(step):\(account.tag)")
    }
}

extension Report {
    /// Refused commands as a table, where there are any; then the command has failed.
    mutating func refusals(_ refused: [AnsweredCommand]) {
        var table = Table([.init("account"), .init("request_id"), .init("reason")])
        for answer in refused {
            table.add([
                .string(answer.command.account.tag), .string(answer.command.request.text),
                .string(answer.result.reason ?? ""),
            ])
        }
        guard !refused.isEmpty else { return fact("refused", .array([])) }
        self.table(table, "refused", title: "refused:")
        fail()
    }
}
