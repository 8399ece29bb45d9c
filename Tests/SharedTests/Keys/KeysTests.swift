import Testing

@testable import Shared

/// The keys of architecture §2, letter by letter.
@Suite struct KeysTests {
    private func account(_ tag: String = "live:42") throws -> AccountID { try AccountID(tag: tag) }

    @Test func anAccountsKeysHaveTheseNamesAndShareOneSlot() throws {
        let account = try account("strategy_provider:7")
        let order = OrderID(number: 99)
        let keys: [(any RedisKey, String)] = [
            (account.holdings(order), "user_holdings:{strategy_provider:7}:99"),
            (account.orderDone(order), "order_done:{strategy_provider:7}:99"),
            (account.ordersIndex, "user_orders_index:{strategy_provider:7}"),
            (account.book, "user_book:{strategy_provider:7}"),
            (account.portfolio, "user_portfolio:{strategy_provider:7}"),
            (account.config, "user:{strategy_provider:7}:config"),
            (account.outbox, "outbox:{strategy_provider:7}"),
            (
                account.orderResult(try RequestID("r.1")),
                "order_result:{strategy_provider:7}:r.1"
            ),
            (account.named("5-1"), "named:{strategy_provider:7}:5-1"),
            (
                account.redriven(EventID(text: "9/REJECTED/e:x"), entry: "5-1"),
                "redriven:{strategy_provider:7}:5-1:9/REJECTED/e:x"
            ),
        ]
        for (key, text) in keys {
            #expect(key.text == text)
            #expect(key.slot == account.slot)
            #expect(Slot(key: text) == account.slot)
        }
    }

    @Test func theOtherKeysHaveTheseNames() throws {
        let symbol = try Symbol("EURUSD")
        let keys: [(any RedisKey, String)] = [
            (Keys.lookup(try LifecycleID("CLS1")), "global_order_lookup:CLS1"),
            (Keys.orderData(OrderID(number: 9)), "order_data:9"),
            (Keys.symbolHolders(symbol, .copyFollower), "symbol_holders:EURUSD:copy_follower"),
            (
                Keys.projectedHolders(symbol, .live),
                "projected:{symbol_holders:EURUSD:live}"
            ),
            (Keys.terms(group: "VIP", symbol), "groups:{VIP}:EURUSD"),
            (Keys.market(symbol), "market:EURUSD"),
            (Keys.members("worker-open"), "members:worker-open"),
            (Keys.heartbeat("m1"), "heartbeat:m1"),
            (Keys.generatorLease(3), "lease:{generators}:3"),
            (Keys.topology, "fleet:topology"),
        ]
        for (key, text) in keys {
            #expect(key.text == text)
            #expect(key.slot == Slot(key: text))
        }
        #expect(
            Keys.symbolHolders(symbol, .live).slot == Keys.projectedHolders(symbol, .live).slot)
    }

    @Test func aLanesKeysMoveInOneScript() throws {
        let queue = LaneID(queue: .provider(try Provider("barclays")), 3)
        let events = LaneID(events: 5, .persistence)
        let keys: [(any RedisKey, String)] = [
            (queue.stream, "queue:{provider-barclays:3}"),
            (queue.lease, "lease:{provider-barclays:3}:workers"),
            (queue.delayed, "delayed:{provider-barclays:3}"),
            (queue.dead, "dead:{provider-barclays:3}"),
            (queue.suspect, "suspect:{provider-barclays:3}"),
            (queue.sent, "sent:{provider-barclays:3}"),
            (LaneID(queue: .stopLoss, 0).stream, "queue:{stoploss:0}"),
            (events.stream, "events:{5}"), (events.lease, "lease:{5}:persistence"),
            (events.dead, "dead:{5}:persistence"), (events.parked, "parked:{5}:persistence"),
            (events.delayed, "delayed:{5}:persistence"),
            (events.suspect, "suspect:{5}:persistence"), (events.emitted, "emitted:{5}"),
        ]
        for (key, text) in keys {
            #expect(key.text == text)
            #expect(key.slot == Slot(key: text))
        }
        #expect(events.slot == LaneID(events: 5, .projection).slot)
        #expect(events.lease != LaneID(events: 5, .projection).lease)
        #expect("\(events)" == "events:{5}/persistence")
    }

    @Test func theHousesTriggersOfASymbolMoveInOneScript() throws {
        let keys = TriggerKeys(try Symbol("EURUSD"))
        let names: [(any RedisKey, String)] = [
            (keys.orders, "triggers:{EURUSD}"), (keys.idle, "idle_triggers:{EURUSD}"),
            (keys.firing, "firing:{EURUSD}"), (keys.ticks, "ticks:{EURUSD}"),
            (keys.ticked, "ticked:{EURUSD}"), (keys.lease, "lease:{EURUSD}:house"),
        ]
        for (key, text) in names {
            #expect(key.text == text)
            #expect(key.slot == Slot(tag: "EURUSD".utf8))
        }
        #expect(
            keys.indexes.map(\.text) == [
                "sl_index:{EURUSD}:BUY", "sl_index:{EURUSD}:SELL", "tp_index:{EURUSD}:BUY",
                "tp_index:{EURUSD}:SELL", "pending_index:{EURUSD}:BUY_LIMIT",
                "pending_index:{EURUSD}:SELL_LIMIT", "pending_index:{EURUSD}:BUY_STOP",
                "pending_index:{EURUSD}:SELL_STOP",
            ])
        #expect(Keys.orderTriggers(OrderID(number: 9)).text == "order_triggers:9")
        #expect(Keys.triggerSymbols.text == "trigger_active_symbols")
        let reports = LaneID(queue: .reports, 3)
        #expect(reports.answered.text == "answered:{reports:3}")
        #expect(reports.answered.slot == reports.stream.slot)
    }

    @Test func aMessageNamesItsOrderByItsKey() throws {
        let key = OrderKey(try account("copy_follower:7"), OrderID(number: 12))
        #expect(key.text == "user_holdings:{copy_follower:7}:12")
        #expect(try OrderKey(text: key.text) == key)
    }

    @Test(
        arguments: [
            "", "12", "user_holdings:live:7:12", "user_holdings:{live:7}",
            "user_holdings:{live:7}12",
            "user_holdings:{live:7}:", "user_holdings:}live:7{:12", "user_holdings:{}:12",
            "user_holdings:{live:7:12", "user_portfolio:{live:7}:12", "user_holdings:{vip:7}:12",
            "user_holdings:{live:7}:-1", "user_holdings:{live:{7}}:1",
            "user_holdings:{live:7}:1}:2",
        ])
    func whatIsNoOrderKeyIsRefused(_ text: String) {
        #expect(throws: KeyError.self) { try OrderKey(text: text) }
    }

    @Test func aPartitionIsTheChecksumModuloTheirNumber() throws {
        #expect(try account().partition(of: 8) == 0x1E3B % 8)
        #expect(try LifecycleID("123456789").partition(of: 256) == 0x31C3 % 256)
        for count in [1, 2, 8, 255, 256] {
            #expect(try (0..<count).contains(account("demo:\(count)").partition(of: count)))
        }
    }
}
