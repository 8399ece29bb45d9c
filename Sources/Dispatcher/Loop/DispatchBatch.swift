import ServiceRuntime
import Shared

/// The reports of one batch: finds their orders, names each, and routes what is an event. Every
/// stage is one round trip for the whole batch, and leaves alone what has ended.
struct DispatchBatch {
    private struct Route {
        let index: Int
        let message: OrderMessage
        let role: Role
    }

    private let store: any DispatchStore
    private let partition: Int
    private let partitions: Int
    private let version: Int
    private(set) var items: [DispatchItem]

    /// - Parameters:
    ///   - items: in stream order.
    ///   - partition: of the reports, from which they come.
    ///   - partitions: how many each role's queue has.
    ///   - version: of the messages to workers.
    init(
        _ items: [DispatchItem], of partition: Int, store: any DispatchStore, partitions: Int,
        version: Int
    ) {
        self.items = items
        self.partition = partition
        self.store = store
        self.partitions = partitions
        self.version = version
    }

    mutating func run() {
        find()
        var namings = name()
        confirm(&namings)
        doubt(namings)
        keepOrder()
        route(namings)
    }

    private mutating func find() {
        let answers = OrderFinder(store: store).find(items.map(\.report))
        for (index, answer) in zip(items.indices, answers) {
            switch answer {
            case .success(let found?): items[index].found = found
            case .success(nil): items[index].end = .deferred(.unknownID)
            case .failure(let error): items[index].end = DispatchEnd(error)
            }
        }
    }

    /// What each report means now; nil for what has ended.
    private mutating func name() -> [Naming?] {
        items.indices.map { index in
            guard items[index].end == nil, let found = items[index].found else { return nil }
            switch items[index].report.content {
            case .status(let status):
                // A repeat of what changed its order is one, whatever it would mean by now.
                if items[index].isApplied(status, to: found.stored) { return .ignored(.duplicate) }
                return Naming.of(
                    status, on: found.kind, of: found.stored,
                    at: items[index].report.averagePrice)
            case .recovery(let new):
                items[index].end = attach(new, to: found)
                return nil
            }
        }
    }

    /// A provider's new id for what went by the reported one. Our own ids never change.
    private func attach(_ new: LifecycleID, to found: FoundOrder) -> DispatchEnd {
        do {
            try store.attach(new, found.kind, to: found.key)
            return .ignored(.attached)
        } catch {
            return DispatchEnd(error)
        }
    }

    /// A report that only the order's state names keeps the name that it was given first: the order
    /// may have moved since a dispatcher died between routing and settling it.
    private mutating func confirm(_ namings: inout [Naming?]) {
        var asked: [Int] = []
        var names: [ReportName] = []
        for (index, item) in items.enumerated() where item.isNamedOnce {
            guard let naming = namings[index], let found = item.found else { continue }
            asked.append(index)
            names.append(
                ReportName(
                    account: found.key.account, entry: item.nameKey(in: partition),
                    name: naming.text))
        }
        guard !names.isEmpty else { return }
        for (index, reply) in zip(asked, store.name(names)) {
            do {
                namings[index] = try Naming(text: try reply.get())
            } catch let error as StoreError {
                items[index].end = DispatchEnd(error)
            } catch {
                items[index].end = .dead(.unreadable, "\(error)")
            }
        }
    }

    /// A refusal of what the provider may have from an earlier time says nothing about what became
    /// of that (domain §4). Asked last, and never stored: doubts come and go.
    private mutating func doubt(_ namings: [Naming?]) {
        var asked: [Int] = []
        var sent: [SentMessage] = []
        for (index, item) in items.enumerated() where item.end == nil {
            guard case .event(let event)? = namings[index] else { continue }
            for message in item.doubtful(event) {
                asked.append(index)
                sent.append(message)
            }
        }
        guard !sent.isEmpty else { return }
        for ((index, message), reply) in zip(zip(asked, sent), store.inDoubt(sent)) {
            switch reply {
            case .success(false): continue
            case .success(true):
                items[index].end = .dead(.inDoubt, "it is in doubt whether \(message.id) was sent")
            case .failure(let error): items[index].end = DispatchEnd(error)
            }
        }
    }

    /// An account's reports stay in order: behind one that waits for the store, all wait.
    private mutating func keepOrder() {
        var waiting: Set<AccountID> = []
        for index in items.indices {
            guard let account = items[index].account else { continue }
            if items[index].end?.waits == true {
                waiting.insert(account)
            } else if waiting.contains(account) {
                items[index].end = .held
            }
        }
    }

    private mutating func route(_ namings: [Naming?]) {
        var routes: [Route] = []
        for (index, naming) in namings.enumerated() where items[index].end == nil {
            guard let naming, let found = items[index].found,
                case .status(let status) = items[index].report.content
            else { continue }
            let detail = "\(status.rawValue) on the \(found.description)"
            switch naming {
            case .ignored(let reason): items[index].end = .ignored(reason)
            case .deferred(let reason): items[index].end = .deferred(reason)
            case .dead(let reason): items[index].end = .dead(reason, detail)
            case .event(let event):
                items[index].end = fault(of: event, items[index].report, detail)
                guard items[index].end == nil else { continue }
                let message = items[index].message(event, status, found)
                routes.append(Route(index: index, message: message, role: event.role))
            }
        }
        send(routes)
    }

    /// Why an event cannot be routed.
    private func fault(
        of event: OrderEventKind, _ report: Report, _ detail: String
    ) -> DispatchEnd? {
        if event.needsPrice, report.averagePrice == nil {
            return .dead(.unreadable, "avgpx: is required for \(event.rawValue), \(detail)")
        }
        return nil
    }

    private mutating func send(_ routes: [Route]) {
        guard !routes.isEmpty else { return }
        let messages = routes.map { route in
            RoutedMessage(
                role: route.role, partition: route.message.account.partition(of: partitions),
                fields: route.message.fields(in: version))
        }
        for (route, reply) in zip(routes, store.route(messages)) {
            switch reply {
            case .success: items[route.index].end = .routed(route.role)
            case .failure(let error): items[route.index].end = DispatchEnd(error)
            }
        }
    }
}
