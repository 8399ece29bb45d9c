import ServiceRuntime
import Shared

/// Decides commands (domain §7): one file a command, and nothing here but who decides which.
struct OrderEntryHandler: MessageHandler {
    let rules: OrderEntryRules

    init(rules: OrderEntryRules) { self.rules = rules }

    var role: Role { .orders }

    /// An order's own id, or a request's.
    var numbersPerMessage: Int { 1 }

    /// What throws here throws again in the decision, which answers it.
    func needs(_ command: Command, on account: Account) throws -> Needs {
        switch try CommandKind(text: command.fields["command"] ?? "") {
        case .accountCreate, .accountConfigure, .deposit: return Needs()
        case .withdraw: return Needs(symbols: try FreeMargin.symbols(of: account))
        case .order(.place):
            var needs = try placementNeeds(command, on: account)
            needs.symbols.formUnion(try FreeMargin.symbols(of: account))
            return needs
        case .order(.placePending): return try placementNeeds(command, on: account)
        case .order(.modify), .order(.cancel), .order(.close), .order(.setStopLoss),
            .order(.setTakeProfit), .order(.cancelStopLoss), .order(.cancelTakeProfit),
            .order(.setSwap):
            guard let id = command.order, case .kept(let order)? = account.orders[id] else {
                return Needs()
            }
            return Needs(of: order)
        }
    }

    /// The new order's price and terms.
    private func placementNeeds(_ command: Command, on account: Account) throws -> Needs {
        let symbol = try Symbol(command.fields["symbol"] ?? "")
        var needs = Needs(symbols: [symbol])
        if let group = account.config?.group {
            needs.terms.insert(TermsKey(group: group, symbol: symbol))
        }
        return needs
    }

    /// The pairs that turn a new order's profit currency into dollars.
    func furtherNeeds(
        _ command: Command, on account: Account, terms: [TermsKey: Fields]
    ) throws -> Set<Symbol> {
        guard case .order(let kind) = try CommandKind(text: command.fields["command"] ?? ""),
            CommandTable.firstState(kind) != nil, let group = account.config?.group
        else { return [] }
        let symbol = try Symbol(command.fields["symbol"] ?? "")
        guard let profit = terms[TermsKey(group: group, symbol: symbol)]?.present("profit") else {
            return []
        }
        return Set(Conversion.pairs(for: try Currency(profit)))
    }

    func decide(
        _ command: Command, on account: Account, in context: DecisionContext
    ) throws -> Outcome {
        guard let request = command.request else {
            throw FieldError("request_id", "", rule: "is required")
        }
        let it = CommandCase(
            command: command, request: request, account: account, context: context, rules: rules)
        do {
            return .apply(try transition(it))
        } catch let refusal as Refusal {
            return .refuse(refusal.text)
        }
    }

    private func transition(_ it: CommandCase) throws -> Transition {
        switch try kind(it.command) {
        case .accountCreate: try AccountCreate.decide(it)
        case .accountConfigure: try AccountConfigure.decide(it)
        case .deposit: try Deposit.decide(it)
        case .withdraw: try Withdraw.decide(it)
        case .order(.place): try Place.decide(it)
        case .order(.placePending): try PlacePending.decide(it)
        case .order(.modify): try Modify.decide(it)
        case .order(.cancel): try Cancel.decide(it)
        case .order(.close): try Close.decide(it)
        case .order(.setStopLoss): try SetLeg.decide(.stopLoss, it)
        case .order(.setTakeProfit): try SetLeg.decide(.takeProfit, it)
        case .order(.cancelStopLoss): try CancelLeg.decide(.stopLoss, it)
        case .order(.cancelTakeProfit): try CancelLeg.decide(.takeProfit, it)
        case .order(.setSwap): try SetSwap.decide(it)
        }
    }

    private func kind(_ command: Command) throws(Refusal) -> CommandKind {
        guard let text = command.fields.present("command") else {
            throw Refusal(.missingField, "command")
        }
        do throws(FieldError) {
            return try CommandKind(text: text)
        } catch {
            throw Refusal(.unknownCommand)
        }
    }
}
