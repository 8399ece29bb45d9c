import ProviderWire
import Shared
import TestSupport
import Testing

struct NumberTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (1.5, "1.5"), (-1.5, "-1.5"), (0.1, "0.1"),
        (1650.3000000000002, "1650.3000000000002"), (5e-05, "0.00005"), (1e16, "10000000000000000"),
        (1.25e21, "1250000000000000000000"), (123456789.125, "123456789.125"), (1e-8, "0.00000001"),
        (-2.5e-7, "-0.00000025"), (100_000.0, "100000"), (9007199254740993.0, "9007199254740992"),
    ])
    func aFractionIsItsShortestPlainText(_ value: Double, _ text: String) {
        #expect(WireNumber.text(value) == text)
    }

    @Test func aShortFractionIsShortToo() {
        #expect(WireNumber.text(Float(1.1)) == "1.1")
        #expect(WireNumber.text(Float(1e-5)) == "0.00001")
    }

    @Test func whatIsNoNumberHasNoText() {
        for value in [Double.nan, .infinity, -.infinity] { #expect(WireNumber.text(value) == nil) }
        #expect(WireNumber.text(Float.nan) == nil)
    }

    /// Any fraction comes back from its text as itself, bit by bit.
    @Test func noDigitIsLost() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard let text = WireNumber.text(value) else { continue }
            #expect(Double(text) == value, "\(text)")
            #expect(!text.contains("e"), "\(text)")
        }
    }

    @Test(arguments: [
        ("1.2345", true), ("100000", true), ("0.00000001", true), ("-5", true),
        // Sixteen and more digits that no fraction says.
        ("92233720368.54775807", false), ("9007199254740993", false), ("1.50", false),
        ("1e5", false), ("x", false), ("", false), ("nan", false), ("inf", false),
    ])
    func aTextBecomesAFractionOnlyWhereThatSaysTheSame(_ text: String, _ isExact: Bool) {
        #expect((WireNumber.double(text) != nil) == isExact)
    }

    /// Prices and lots of any size go over the wire and come back as they were.
    @Test func ourNumbersComeBackAsTheyWere() throws {
        var random = SplitMix64(seed: 5)
        for _ in 0..<20_000 {
            let price = Price(raw: Int64(bitPattern: random.next()) >> Int64(random.below(60)))
            let map = try OutgoingMessage.map(
                Fields(["order_price": price.text]), leavingOut: { _ in false })
            #expect(try map.map?["order_price"]?.fieldText("order_price") == price.text)
        }
    }
}
