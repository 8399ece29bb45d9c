package import ServiceRuntime
package import Shared

/// The house's triggers: a hash and eight indexes in the slot of each symbol (domain §5).
package final class RedisTriggerStore: TriggerStore {
    private let client: StoreClient
    /// How long an order of which nothing rests is remembered, ms: longer than any process sleeps
    /// and comes back.
    private static let idleLife: Int64 = 600_000
    /// Fills of a symbol that wait for their reports at most, so that no script holds the server up
    /// for long.
    private static let mostFills = 256
    /// Ticks that one script compares.
    private static let mostTicks = 128

    init(_ client: StoreClient) { self.client = client }

    package func register(_ symbols: Set<Symbol>) throws(StoreError) {
        guard !symbols.isEmpty else { return }
        _ = try client.runDurably(
            RedisCommand("SADD", Keys.triggerSymbols, symbols.map(\.text).sorted()))
    }

    package func registered() throws(StoreError) -> Set<Symbol> {
        try client.run([RedisCommand("SMEMBERS", Keys.triggerSymbols)])[0]
            .read("symbols") { reply in
                try reply.elements.map { Set(try $0.map { try Symbol($0.text ?? "") }) }
            }.get()
    }

    package func change(_ changes: [TriggerChange]) -> [Result<TriggerReply, StoreError>] {
        let replies = client.runDurably(changes.map(Self.command))
        return zip(changes, replies).map { change, reply in
            reply.read("trigger") { try Self.answer($0, to: change) }
        }
    }

    private static func command(_ change: TriggerChange) -> RedisCommand {
        let keys = TriggerKeys(change.symbol)
        var command = RedisCommand(
            Scripts.trigger,
            keys: ([keys.orders, keys.idle, keys.ticks] as [any RedisKey]).map(\.text)
                + keys.indexes.map(\.text),
            slot: keys.orders.slot.number)
        let terms = change.action.terms
        let arguments = [
            terms.name, change.key.order.text, change.request.text, change.key.text, terms.type,
            terms.price, terms.quantity, terms.leg, terms.legID, String(idleLife),
            Keys.ticksChannel, change.symbol.text,
        ]
        for argument in arguments { command.append(argument) }
        command.append(terms.freshness)
        return command
    }

    private static func answer(
        _ reply: Reply, to change: TriggerChange
    ) throws -> TriggerReply? {
        try reply.unpack { reader -> TriggerReply? in
            let count = try reader.list()
            if count == 1, try reader.number() == 0 { return .priceTooOld }
            guard count == 11, let status = OrdStatus(rawValue: try reader.text()) else {
                return nil
            }
            let reason = try reader.text()
            let price = try reader.text()
            let version = try reader.number()
            _ = try reader.text()
            let type = try reader.text()
            let quantity = try reader.text()
            _ = try reader.text()
            let prices = [try reader.text(), try reader.text(), try reader.text()]
                .map { $0.isEmpty ? nil : $0 }
            return .answered(
                TriggerAnswer(
                    status: status, reason: reason.isEmpty ? nil : reason,
                    price: price.isEmpty ? nil : try Price(price),
                    copy: version == 0
                        ? nil
                        : TriggerCopy(
                            change.key, change.symbol, version: version, type: type,
                            quantity: quantity, price: prices[0], stopLoss: prices[1],
                            takeProfit: prices[2])))
        } ?? nil
    }

    package func fire(
        _ watches: [TriggerWatch], maxPriceAge: Int64
    ) -> [Result<FireReply, StoreError>] {
        let commands = watches.map { watch in
            let keys = TriggerKeys(watch.symbol)
            let own: [any RedisKey] = [
                keys.lease, keys.orders, keys.idle, keys.firing, keys.ticks, keys.ticked,
            ]
            var command = RedisCommand(
                Scripts.fire, keys: own.map(\.text) + keys.indexes.map(\.text),
                slot: keys.orders.slot.number)
            command.append(watch.nonce.text)
            command.append(maxPriceAge)
            command.append(Self.mostFills)
            command.append(Self.mostTicks)
            for exec in watch.reported { command.append(exec) }
            return command
        }
        return client.runDurably(commands).map { $0.read("fire") { try Self.fired($0) } }
    }

    private static func fired(_ reply: Reply) throws -> FireReply? {
        try reply.unpack { reader -> FireReply? in
            let count = try reader.list()
            guard try reader.number() == 1 else { return .leaseLost }
            guard count == 3 else { return nil }
            let hasMore = try reader.number() == 1
            let found = try reader.list()
            var fills: [TriggerFill] = []
            fills.reserveCapacity(found)
            for _ in 0..<found { fills.append(try fill(&reader)) }
            return .fired(fills, hasMore: hasMore)
        } ?? nil
    }

    private static func fill(_ reader: inout PackedReader) throws -> TriggerFill {
        try reader.list(of: 7)
        let execID = try reader.text()
        let id = try LifecycleID(try reader.text())
        let key = try OrderKey(text: try reader.text())
        let price = try Price(try reader.text())
        let quantity = try reader.text()
        return TriggerFill(
            execID: execID, id: id, key: key, price: price,
            quantity: quantity.isEmpty ? nil : try Quantity(quantity),
            timestamp: try reader.number(), version: try reader.number())
    }

    package func copy(_ copies: [TriggerCopy]) -> [Result<Void, StoreError>] {
        let commands = copies.map { copy in
            var command = RedisCommand(Scripts.triggerCopy, Keys.orderTriggers(copy.order))
            command.append(copy.version)
            command.append(Self.idleLife)
            command.append(copy.fields)
            return command
        }
        return client.run(commands).map { $0.map { _ in } }
    }
}

/// An action as script `trigger` reads it; empty texts for what it does not have.
private struct TriggerTerms {
    let name: String
    var type = ""
    var price = ""
    var quantity = ""
    var leg = ""
    var legID = ""
    var freshness: Freshness?
}

extension TriggerChange.Action {
    fileprivate var terms: TriggerTerms {
        switch self {
        case .rest(let type, let price, let quantity):
            TriggerTerms(
                name: "rest", type: type.rawValue, price: price.text, quantity: quantity.text)
        case .move(let price, let quantity):
            TriggerTerms(name: "move", price: price.text, quantity: quantity.text)
        case .cancel: TriggerTerms(name: "cancel")
        case .setLeg(let leg, let side, let price, let quantity):
            TriggerTerms(
                name: "set", type: side.text, price: price.text, quantity: quantity?.text ?? "",
                leg: leg.scriptName)
        case .cancelLeg(let leg, let id):
            TriggerTerms(name: "unset", leg: leg.scriptName, legID: id.text)
        case .close(let price, let freshness):
            TriggerTerms(name: "close", price: price.text, freshness: freshness)
        }
    }
}

extension Leg {
    /// As the scripts and exec ids have it.
    fileprivate var scriptName: String {
        switch self {
        case .stopLoss: "sl"
        case .takeProfit: "tp"
        }
    }
}
