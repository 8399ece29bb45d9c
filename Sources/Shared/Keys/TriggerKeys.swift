/// The keys of the house's triggers on one symbol, all in the slot of the tag `{SYM}`, so that one
/// script fires or cancels. The names of the indexes are the reference's (`workers.md` §1.3).
package struct TriggerKeys: Sendable {
    /// What the processes that share the symbols are listed under (`members:`).
    package static let members = "house-triggers"

    private let symbol: Symbol
    private let slot: Slot

    package init(_ symbol: Symbol) {
        self.symbol = symbol
        slot = Slot(tag: symbol.text.utf8)
    }

    /// Order id, scored by the price that the market is compared with.
    ///
    /// - Parameter type: one of the four pending ones.
    package func pendingIndex(_ type: OrderType) -> SortedSetKey {
        sortedSet("pending_index:{\(symbol.text)}:\(type.rawValue)")
    }

    /// The same for stop losses of positions of a side.
    package func stopLossIndex(_ side: Side) -> SortedSetKey {
        sortedSet("sl_index:{\(symbol.text)}:\(side.text)")
    }

    /// The same for take profits.
    package func takeProfitIndex(_ side: Side) -> SortedSetKey {
        sortedSet("tp_index:{\(symbol.text)}:\(side.text)")
    }

    /// Order id → all that the house knows of it. Who takes a trigger out of here has the order.
    package var orders: HashKey { HashKey(text: "triggers:{\(symbol.text)}", slot: slot) }

    /// Orders of which nothing rests, scored by since when (ms); they are forgotten after a while.
    package var idle: SortedSetKey { sortedSet("idle_triggers:{\(symbol.text)}") }

    /// Exec id → a fill that has fired and is not reported yet.
    package var firing: HashKey { HashKey(text: "firing:{\(symbol.text)}", slot: slot) }

    /// The last prices, in order; capped.
    package var ticks: StreamKey { StreamKey(text: "ticks:{\(symbol.text)}", slot: slot) }

    /// The entry of `ticks` up to which triggers were compared.
    package var ticked: StringKey { StringKey(text: "ticked:{\(symbol.text)}", slot: slot) }

    /// Who compares the triggers of this symbol with its ticks.
    package var lease: StringKey { StringKey(text: "lease:{\(symbol.text)}:house", slot: slot) }

    /// All indexes, those of stop losses first: where both legs fire, the stop loss does (domain §5).
    package var indexes: [SortedSetKey] {
        [
            stopLossIndex(.buy), stopLossIndex(.sell), takeProfitIndex(.buy),
            takeProfitIndex(.sell), pendingIndex(.buyLimit), pendingIndex(.sellLimit),
            pendingIndex(.buyStop), pendingIndex(.sellStop),
        ]
    }

    private func sortedSet(_ text: String) -> SortedSetKey {
        SortedSetKey(text: text, slot: slot)
    }
}

extension Keys {
    /// What rests of an order at the house, for other readers: a copy, under the reference's name.
    package static func orderTriggers(_ order: OrderID) -> HashKey {
        let text = "order_triggers:" + order.text
        return HashKey(text: text, slot: Slot(key: text))
    }

    /// Symbols that ever had a trigger.
    package static let triggerSymbols = SetKey(
        text: "trigger_active_symbols", slot: Slot(key: "trigger_active_symbols"))

    /// Channel: symbols that have a new tick and orders at the house.
    package static let ticksChannel = "house_ticks"
}
