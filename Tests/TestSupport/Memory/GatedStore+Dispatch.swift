package import ServiceRuntime
package import Shared

extension GatedStore: DispatchStore {
    package func lookUp(_ ids: [LifecycleID]) -> [Result<OrderID?, StoreError>] {
        pipelined(.lookUp, ids) { world.lookUp($0) }
    }

    package func accounts(of orders: [OrderID]) -> [Result<AccountID?, StoreError>] {
        pipelined(.accounts, orders) { world.accounts(of: $0) }
    }

    package func orders(_ keys: [OrderKey]) -> [Result<StoredOrder, StoreError>] {
        pipelined(.orders, keys) { world.orders($0) }
    }

    package func inDoubt(_ sent: [SentMessage]) -> [Result<Bool, StoreError>] {
        pipelined(.inDoubt, sent) { world.inDoubt($0) }
    }

    package func name(_ reports: [ReportName]) -> [Result<String, StoreError>] {
        pipelined(.name, reports) { world.name($0) }
    }

    package func route(_ messages: [RoutedMessage]) -> [Result<Void, StoreError>] {
        pipelined(.route, messages) { world.route($0) }
    }

    package func attach(
        _ id: LifecycleID, _ kind: IDKind, to key: OrderKey
    ) throws(StoreError) {
        try single(.attach) { world.attach(id, kind, to: key) }
    }
}

extension GatedStore: AnswerSink, FillPriceStore {
    package func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>] {
        pipelined(.send, reports) { world.send($0) }
    }

    package func answer(_ answers: [PlacedAnswer]) -> [Result<AnswerReply, StoreError>] {
        pipelined(.send, answers) { world.answer($0) }
    }

    package func prices(
        _ symbols: Set<Symbol>, for places: Set<FillPlace>
    ) throws(StoreError) -> StampedPrices {
        try single(.prices) { () throws(StoreError) in try world.prices(symbols, for: places) }
    }
}

extension GatedStore: EventStore, ProjectionStore {
    package func trim(partition: Int, keep: Int64) throws(StoreError) -> Int {
        try single(.trim) { world.trim(partition: partition, keep: keep) }
    }

    package func time(partition: Int) throws(StoreError) -> Int64 {
        try single(.time) { world.time(partition: partition) }
    }

    package func project(_ changes: [ProjectedOrder]) -> [Result<Void, StoreError>] {
        pipelined(.project, changes) { world.project($0) }
    }
}
