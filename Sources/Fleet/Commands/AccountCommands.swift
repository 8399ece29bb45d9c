import Shared

/// `fleet account …`: accounts and their money, always by commands.
enum AccountCommands {
    private static let group = Option("group", "name", "whose terms the account trades on")
    private static let leverage = Option("leverage", "factor", "such as 100")
    private static let flow = Option(
        "sending-orders", "flow", "rock (the house), or the name of a provider")
    private static let number = Option("account-number", "text", "the provider's name for it")

    static let create = CommandSpec(
        path: ["account", "create"], summary: "create an account, or many from a file",
        positionals: [
            Positional("account", CommonOptions.account.help, count: .optional)
        ],
        options: [
            group, leverage, flow, number, CommonOptions.requestID, CommonOptions.timeout,
            Option(
                "file", "accounts.json", "a list of accounts, each with its deposit",
                aloneButFor: [CommonOptions.timeout.name]),
        ],
        notes: [
            "The file: [{\"account\": \"demo:1\", \"count\": 50, \"group\": …, \"leverage\": …, "
                + "\"sending_orders\": …, \"account_number\": …, \"deposit\": …}, …]. With count, that "
                + "many accounts of ids that follow each other. Run again within a day it changes "
                + "nothing; later it is refused account_exists, and nothing is deposited."
        ],
        examples: [
            "fleet account create live:42 --group VIP --leverage 100 --sending-orders barclays",
            "fleet account create --file deploy/demo/accounts.json",
        ],
        run: { try create($0, $1) })

    static let configure = CommandSpec(
        path: ["account", "configure"], summary: "change an account for its future orders",
        positionals: [CommonOptions.account],
        options: [
            group, leverage, flow, number, Option("status", "1|0", "1 enabled, 0 disabled"),
            CommonOptions.requestID, CommonOptions.timeout,
        ],
        notes: ["What is not named stays as it is."],
        examples: ["fleet account configure live:42 --leverage 50 --status 1"],
        run: { try configure($0, $1) })

    static let deposit = CommandSpec(
        path: ["account", "deposit"], summary: "pay money in",
        positionals: [CommonOptions.account, CommonOptions.amount],
        options: [CommonOptions.requestID, CommonOptions.timeout],
        examples: ["fleet account deposit live:42 10000"],
        run: { invocation, context in
            try ask(
                .deposit(
                    invocation.amount(1), to: invocation.account(),
                    request: invocation.requestID()), invocation, context)
        })

    static let withdraw = CommandSpec(
        path: ["account", "withdraw"], summary: "take money out, as far as margin allows",
        positionals: [CommonOptions.account, CommonOptions.amount],
        options: [CommonOptions.requestID, CommonOptions.timeout],
        examples: ["fleet account withdraw live:42 500.50"],
        run: { invocation, context in
            try ask(
                .withdraw(
                    invocation.amount(1), from: invocation.account(),
                    request: invocation.requestID()), invocation, context)
        })

    private static func create(_ invocation: Invocation, _ context: Context) throws -> Report {
        if let path = invocation.option("file") {
            let accounts = try AccountsFile.read(Files.json(of: path), of: path)
            return try AccountsFile.create(accounts, context.commandClient(invocation))
        }
        guard !invocation.positionals.isEmpty else {
            throw invocation.fail("missing <account> or --file")
        }
        let terms = AccountTerms(
            account: try invocation.account(),
            group: try invocation.required("group", TermsInput.groupName),
            leverage: try invocation.required("leverage") { try Factor($0) },
            sendingOrders: invocation.option("sending-orders"),
            accountNumber: invocation.option("account-number"))
        return try ask(
            .create(terms, request: invocation.requestID()), invocation, context)
    }

    private static func configure(_ invocation: Invocation, _ context: Context) throws -> Report {
        let leverage = try invocation.option("leverage") { try Factor($0).text }
        let status = try invocation.option("status") { text in
            guard text == "0" || text == "1" else { throw Failure("must be 1 or 0") }
            return text
        }
        let command = OutgoingCommand(
            .accountConfigure, try invocation.account(), request: try invocation.requestID(),
            [
                "group": try invocation.option("group", TermsInput.groupName),
                "leverage": leverage, "sending_orders": invocation.option("sending-orders"),
                "account_number": invocation.option("account-number"), "status": status,
            ])
        return try ask(command, invocation, context)
    }

    private static func ask(
        _ command: OutgoingCommand, _ invocation: Invocation, _ context: Context
    ) throws -> Report {
        Report(try context.commandClient(invocation).ask(command), to: command)
    }
}
