import Lives
import Shared
import TestSupport

/// One order as its client lives with it. All that the client does comes from the life's own generator.
final class OrderLife {
    let number: Int
    let account: AccountID
    /// How often the client will do something yet.
    private(set) var steps: Int
    /// Nil while its placement is not answered.
    var order: OrderID?
    private(set) var sent: [Submitted] = []
    private var random: SplitMix64

    /// What a client does next.
    enum Step {
        case new(Fields)
        /// A command that was sent before, once more.
        case again(Fields)
        case nothing
    }

    init(_ number: Int, of accounts: [AccountID], _ random: SplitMix64) {
        var random = random
        self.number = number
        account = random.pick(accounts)
        steps = random.below(7)
        self.random = random
    }

    /// The name of its next command.
    var nextRequest: String { "L\(number).\(sent.count)" }

    func note(_ command: Submitted) { sent.append(command) }

    /// Milliseconds until it does something.
    func pause() -> Int64 { Int64(random.below(1_500)) }

    /// Whether the next step waits for the answer to the one before.
    func waits() -> Bool { random.below(4) > 0 }

    /// Nil where there is no price yet.
    func placement(_ price: (Symbol) -> MarketPrice?) -> Fields? {
        guard let market = Wishes.market(&random, price) else { return nil }
        return random.below(2) == 0
            ? Wishes.place(market.symbol, at: market.price, &random)
            : Wishes.placePending(market.symbol, at: market.price, &random)
    }

    /// - Parameter order: as it stands.
    func step(_ order: Order, _ price: (Symbol) -> MarketPrice?) -> Step {
        steps -= 1
        switch random.below(20) {
        case 0..<16:
            return Wishes.management(of: order, &random, price).map(Step.new) ?? .nothing
        case 16, 17: return .again(Wishes.again(random.pick(sent).fields, &random))
        case 18: return .new(Wishes.payment(&random))
        default: return .new(Wishes.configuration(&random))
        }
    }
}
