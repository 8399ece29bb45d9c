import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@Suite(.enabled(if: PrivateRedis.shouldRun))
struct DispatchStoreTests {
    @Test(arguments: Deployment.allCases)
    func anyIdLeadsToItsOrderAndAccount(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        try home.openAccount()
        let dispatch = home.stores.dispatch
        let unknown = OrderID(number: home.order.number + 1)
        let found = dispatch.lookUp([LifecycleID(home.order), LifecycleID(unknown)])
        #expect(try found.map { try $0.get() } == [home.order, nil])
        let accounts = dispatch.accounts(of: [home.order, unknown])
        #expect(try accounts.map { try $0.get() } == [home.account, nil])

        try home.ask("SET", Keys.lookup(LifecycleID(unknown)), "no order")
        guard case .failure(.refused) = dispatch.lookUp([LifecycleID(unknown)])[0] else {
            Issue.record("read")
            return
        }
    }

    @Test(arguments: Deployment.allCases)
    func ordersAreReadWholeOrAsWhatIsLeft(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let unknown = OrderKey(home.account, OrderID(number: 1))
        func stored() throws -> [StoredOrder] {
            try home.stores.dispatch.orders([home.key, unknown]).map { try $0.get() }
        }
        #expect(try stored() == [.unknown, .unknown])
        try home.openAccount()
        try home.perform([home.filled(home.load())])
        try home.perform([home.closed(home.load())])
        guard case .kept(let order) = try stored()[0] else {
            Issue.record("not kept")
            return
        }
        #expect(order.state == .closed)
        try home.ask("DEL", home.account.holdings(home.order))
        #expect(try stored()[0] == .done(OrderDone(order)))
    }

    @Test(arguments: Deployment.allCases)
    func theMarksOfAConnectionTellWhatIsInDoubt(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let provider = try Provider("barclays")
        let lane = LaneID(
            queue: .provider(provider), home.account.partition(of: StoreHome.partitions))
        for state in WireMark.State.allCases {
            let mark = WireMark(
                state: state, since: 1, entry: "1-1", status: "OPEN", attempt: "a")
            try home.ask("HSET", lane.wired, state.rawValue, mark.text)
        }
        try home.ask("HSET", lane.wired, "broken", "no mark")
        let ids = WireMark.State.allCases.map(\.rawValue) + ["never", "broken"]
        let answers = home.stores.dispatch.inDoubt(
            try ids.map {
                SentMessage(provider: provider, account: home.account, id: try LifecycleID($0))
            })
        #expect(
            try answers.dropLast().map { try $0.get() }
                == WireMark.State.allCases.map { state in
                    [.inDoubt, .resending, .resent].contains(state)
                } + [false])
        guard case .failure(.refused)? = answers.last else {
            Issue.record("a mark that cannot be read is a failure")
            return
        }
    }

    @Test(arguments: Deployment.allCases)
    func theFirstNameOfAReportStands(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        func name(_ name: String) throws -> String {
            try home.stores.dispatch.name([
                ReportName(account: home.account, entry: "5-1", name: name)
            ])[0].get()
        }
        #expect(try name("filled close/1") == "filled close/1")
        #expect(try name("late") == "filled close/1")
        #expect((1...86_400_000).contains(try home.life(home.account.named("5-1"))))
    }

    @Test(arguments: Deployment.allCases)
    func messagesAndReportsLieInTheirQueues(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let fields = Fields(["v": "1", "text": "ü\u{0}\r\n"])
        let routed = home.stores.dispatch.route([
            RoutedMessage(role: .open, partition: home.partition, fields: fields),
            RoutedMessage(role: .stopLoss, partition: home.partition, fields: fields),
        ])
        for result in routed { try result.get() }
        let report = PlacedReport(
            partition: home.partition, report: ExecutionReport(fields: fields))
        try home.stores.reports.send([report])[0].get()
        for role in [Role.open, .stopLoss, .reports] {
            let lane = LaneID(queue: role, home.partition)
            #expect(try home.entries(lane.stream) == [fields])
        }
    }

    @Test(arguments: Deployment.allCases)
    func aProvidersNewIdIsAttachedAndEarlierDecisionsConflict(_ deployment: Deployment) throws {
        let home = try StoreHome(deployment)
        let id = try LifecycleID("prov-\(home.order)")
        #expect(throws: StoreError.self) {
            try home.stores.dispatch.attach(id, .order, to: home.key)
        }
        try home.openAccount()
        let loaded = try home.load()
        let chain = try home.decide(on: loaded, [home.filled(loaded)])
        for _ in 0..<2 { try home.stores.dispatch.attach(id, .order, to: home.key) }
        #expect(try home.apply(chain) == .conflict("token"))
        guard case .kept(let order) = try home.stores.dispatch.orders([home.key])[0].get() else {
            Issue.record("not kept")
            return
        }
        #expect(order.kind(of: id) == .order)
        #expect(try home.stores.dispatch.lookUp([id])[0].get() == home.order)
        #expect(try home.life(Keys.lookup(id)) == -1)

        // After its end it leads there as long as the other ids.
        try home.perform([home.filled(home.load())])
        try home.perform([home.closed(home.load())])
        let late = try LifecycleID("late-\(home.order)")
        let days: Int64 = 8 * 24 * 3_600_000
        for isKept in [true, false] {
            if !isKept { try home.ask("DEL", home.account.holdings(home.order)) }
            for _ in 0..<2 { try home.stores.dispatch.attach(late, .order, to: home.key) }
            #expect((days - 60_000...days).contains(try home.life(Keys.lookup(late))))
        }

        let taken = try LifecycleID("taken-\(home.order)")
        try home.ask("SET", Keys.lookup(taken), "77")
        #expect(throws: StoreError.self) {
            try home.stores.dispatch.attach(taken, .order, to: home.key)
        }
    }
}
