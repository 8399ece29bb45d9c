import PostgresDriver
import Shared

/// A batch of events as the statements that write it, in the order that foreign keys and guards ask
/// for.
enum EventTables {
    /// - Parameter events: each account's in order.
    static func statements(for events: [EventRow]) throws(PostgresError) -> [PostgresStatement] {
        var lastOfAccount: [AccountID: EventRow] = [:]
        var lastOfOrder: [OrderID: EventRow] = [:]
        var configurations: [AccountID: EventRow] = [:]
        for event in events {
            lastOfAccount[event.account] = event
            if let order = event.order { lastOfOrder[order] = event }
            if event.carriesConfiguration { configurations[event.account] = event }
        }
        var statements = [
            try rows(TableRule.accounts, Array(lastOfAccount.values)),
            try rows(TableRule.events, events),
            try rows(TableRule.orders, Array(lastOfOrder.values)),
            try rows(TableRule.requests, events.filter { $0.present("request_digest") != nil }),
            try rows(
                TableRule.rejections, events.filter { $0.present("rejection_type") != nil }),
        ].compactMap { $0 }
        statements += try ledger(of: events)
        if !configurations.isEmpty { statements.append(configured(configurations)) }
        return statements
    }

    private static func rows(
        _ rule: TableRule, _ events: [EventRow]
    ) throws(PostgresError) -> PostgresStatement? {
        guard !events.isEmpty else { return nil }
        var batch = Batch(rule.table)
        for event in events { try batch.append(rule.row(event)) }
        return batch.statement
    }

    private static let ledgerTable = BatchTable(
        "ledger_entries",
        [
            .init("user_type", "text"), .init("user_id", "text"),
            .init("orders_version", "bigint"), .init("kind", "text"), .init("amount", "numeric"),
            .init("order_id", "bigint"), .init("balance_after", "numeric"),
            .init("ts_ms", "bigint"),
        ], key: ["user_type", "user_id", "orders_version", "kind"], onConflict: .refuse)

    /// An event has several rows here, so a full batch of events may need several statements.
    private static func ledger(
        of events: [EventRow]
    ) throws(PostgresError) -> [PostgresStatement] {
        var batches: [Batch] = []
        for event in events {
            for entry in event.ledger {
                if batches.last.map({ $0.count == Batch.mostRows }) ?? true {
                    batches.append(Batch(ledgerTable))
                }
                try batches[batches.count - 1].append([
                    event.account.userType.rawValue, event.account.userID, String(event.number),
                    entry.kind, entry.amount, event.order?.text, event["balance"], event["ts"],
                ])
            }
        }
        return batches.map(\.statement)
    }

    private static func configured(_ events: [AccountID: EventRow]) -> PostgresStatement {
        let rows = events.values.map(TableRule.configuration)
        let columns = rows[0].indices.map { column in
            PostgresValue.array(rows.map { $0[column] })
        }
        return PostgresStatement(TableRule.configurations, columns)
    }
}

extension EventRow {
    var carriesConfiguration: Bool {
        switch type {
        case .accountCreated, .accountConfigured: true
        case .orderOpenConfirmed, .orderCloseConfirmed, .orderRejected, .orderRejectionRecord,
            .orderPendingConfirmed, .orderPendingCancel, .orderStopLossConfirmed,
            .orderTakeProfitConfirmed, .orderStopLossCancel, .orderTakeProfitCancel,
            .orderPlaced, .orderPendingPlaced, .orderModifyRequested, .orderCancelRequested,
            .orderCloseIDUpdate, .orderStopLossRequested, .orderTakeProfitRequested,
            .orderStopLossCancelRequested, .orderTakeProfitCancelRequested, .orderSwapSet,
            .balanceChanged:
            false
        }
    }
}
