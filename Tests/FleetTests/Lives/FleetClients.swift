import Lives
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport

@testable import Fleet

/// Who trades on a real fleet: accounts of all four types, with many orders at once, whose commands are
/// repeated, reused and wrong now and then.
final class FleetClients {
    /// Orders whose clients are at work at once.
    private static let window = 200
    /// Accounts of each type; every fourth has little money.
    private static let each = 16
    /// How long an answer may take, ms.
    private static let patience: Int64 = 60_000

    let accounts: [AccountID]
    private let wanted: Int
    private let stage: FleetStage
    private let client: RedisClient
    private var channel: AnswerChannel
    /// Every command by its name.
    private(set) var submitted: [String: Submitted] = [:]
    /// Names of answers as they were announced.
    private(set) var announced: Set<String> = []
    /// Orders that exist.
    private(set) var placed = 0
    /// Why placements were refused.
    private(set) var refusals: [String: Int] = [:]
    private var started = 0
    private var placing = 0
    private var living = 0
    private var waiting: [String: Waiting] = [:]
    /// Lives whose client does something now.
    private var due: [OrderLife] = []
    private var lastLook: Int64 = 0

    private struct Waiting {
        let command: Submitted
        let since: Int64
        let resume: (CommandResult) -> Void
    }

    /// - Parameter wanted: orders in all.
    init(_ address: RedisAddress, _ stage: FleetStage, wanted: Int) throws {
        self.stage = stage
        self.wanted = wanted
        client = RedisClient(address)
        channel = try AnswerChannel(client)
        accounts = try UserType.allCases.enumerated().flatMap { index, type in
            try (0..<Self.each).map { try AccountID(type, "\((index + 1) * 1_000 + $0)") }
        }
    }

    /// Whether all has been asked for and answered.
    var areDone: Bool { placed == wanted && living == 0 && waiting.isEmpty && due.isEmpty }

    /// Opens the accounts; done when their commands are answered.
    func open() {
        for (index, account) in accounts.enumerated() {
            let deposit = index.isMultiple(of: 4) ? 3_000 : 200_000
            for (step, wish) in Wishes.opening(of: account, deposit: deposit).enumerated() {
                submit(wish, account, request: "open.\(step)") { _ in }
            }
        }
    }

    var areOpen: Bool { waiting.isEmpty }

    /// Takes answers in, lets clients act and new orders begin; says whether there was anything.
    func turn() throws -> Bool {
        let isNews = try collect()
        let isWork = !due.isEmpty
        try act()
        return isNews || isWork
    }

    /// Begins as many lives as may be.
    func begin() {
        while placed + placing < wanted, living < Self.window {
            let life = OrderLife(started, of: accounts, stage.generator(for: "life \(started)"))
            started += 1
            guard let wish = life.placement({ stage.price(of: $0) }) else { return }
            placing += 1
            living += 1
            submit(wish, life) { [unowned self] in answered($0, life) }
        }
    }

    private func answered(_ result: CommandResult, _ life: OrderLife) {
        placing -= 1
        guard result.isAccepted, let order = result.order else {
            refusals[result.reason ?? "", default: 0] += 1
            living -= 1
            return
        }
        placed += 1
        life.order = order
        goOn(life)
    }

    private func goOn(_ life: OrderLife) {
        guard life.steps > 0 else {
            living -= 1
            return
        }
        stage.plan(in: life.pause()) { [unowned self] in due.append(life) }
    }

    /// Each client looks at its order as it stands and does something about it.
    private func act() throws {
        let lives = due
        due = []
        let keys = lives.compactMap { life in life.order.map { life.account.holdings($0) } }
        for (life, fields) in zip(lives, try client.fields(of: keys)) {
            let order = try Order(fields, account: life.account)
            switch life.step(order, { stage.price(of: $0) }) {
            case .nothing: goOn(life)
            case .again(let fields):
                stage.submit(fields, life.account)
                goOn(life)
            case .new(let wish):
                let waits = life.waits()
                submit(wish, life) { [unowned self] _ in if waits { goOn(life) } }
                if !waits { goOn(life) }
            }
        }
    }
}

/// Commands and their answers.
extension FleetClients {
    private func submit(
        _ wish: Fields, _ life: OrderLife, resume: @escaping (CommandResult) -> Void
    ) {
        life.note(submit(wish, life.account, request: life.nextRequest, resume: resume))
    }

    @discardableResult
    private func submit(
        _ wish: Fields, _ account: AccountID, request: String,
        resume: @escaping (CommandResult) -> Void
    ) -> Submitted {
        let command = Submitted(
            wish, of: account, request: request, number: submitted.count, at: stage.now)
        submitted[command.name] = command
        waiting[command.name] = Waiting(command: command, since: stage.now, resume: resume)
        stage.submit(command.fields, account)
        return command
    }

    /// Takes in what was announced, and now and then what was not: announcements are only hints.
    private func collect() throws -> Bool {
        let names = channel.announced(within: .zero)
        announced.formUnion(names)
        var wanted = Set(names)
        if stage.now - lastLook >= 500 {
            lastLook = stage.now
            wanted.formUnion(waiting.filter { stage.now - $0.value.since >= 500 }.map(\.key))
        }
        let asked = wanted.compactMap { waiting[$0] }.sorted {
            $0.command.number < $1.command.number
        }
        let answers = try client.fields(
            of: asked.map { item in
                let request = try RequestID(item.command.fields["request_id"] ?? "")
                return item.command.account.orderResult(request)
            })
        for (item, fields) in zip(asked, answers) {
            guard !fields.isEmpty else {
                try checkPatience(item)
                continue
            }
            waiting[item.command.name] = nil
            item.resume(try CommandResult(fields))
        }
        return !names.isEmpty
    }

    private func checkPatience(_ item: Waiting) throws {
        guard stage.now - item.since > Self.patience else { return }
        throw FieldError("request_id", item.command.name, rule: "is not answered")
    }
}
