import Shared

/// `set_swap`: what a position has earned or costs by resting overnight, in all and so far. It counts
/// in equity at once and is booked when the position closes (domain §6, §8).
enum SetSwap {
    static let fields: Set<String> = ["order_id", "swap", "initiator"]

    static func decide(_ it: CommandCase) throws -> Transition {
        let fields = try it.fields(own: fields)
        let id = try fields.orderID()
        let swap = try fields.swap()
        let initiator = try fields.initiator()
        let portfolio = try it.existing().portfolio
        var order = try OrderLookup.order(id, of: it.account)
        switch CommandTable.verdict(.setSwap, in: order.state) {
        case .keep: order.money.swap = swap
        case .to, .byLeg, .refused: throw Refusal(.state, order.state.rawValue)
        }
        do throws(NumberError) {
            _ = try portfolio.balance + swap
        } catch {
            throw Refusal(.outOfRange, "swap")
        }
        return Transition(
            .orderSwapSet, it.command.eventID, order: order, answer: it.accepted(order: id),
            details: it.details(initiator))
    }
}
