/// The name of an instrument, `EURUSD`: 1 to 20 of `A–Z 0–9 . _ - #`. It becomes part of keys, so
/// nothing else is let in. Small letters are taken as capitals, as the reference does.
package struct Symbol: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// Throws `NameError.symbol`.
    package init(_ text: String) throws(NameError) {
        let name = text.uppercasedASCII
        guard (1...20).contains(name.utf8.count), name.utf8.allSatisfy(Self.allows) else {
            throw .symbol(text)
        }
        self.text = name
    }

    /// Two currencies' pair; their names are short enough and of the right letters already.
    fileprivate init(pair first: String, _ second: String) { text = first + second }

    package var description: String { text }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "#"): true
        default: Ascii.isUpper(byte) || Ascii.isDigit(byte)
        }
    }
}

/// The name of a currency, `JPY`: 3 to 6 letters or digits. Small letters are taken as capitals.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// Throws `NameError.currency`.
    package init(_ text: String) throws(NameError) {
        let name = text.uppercasedASCII
        let allowed = name.utf8.allSatisfy { Ascii.isUpper($0) || Ascii.isDigit($0) }
        guard (3...6).contains(name.utf8.count), allowed else { throw .currency(text) }
        self.text = name
    }

    private init(known text: String) { self.text = text }

    package static let usd = Currency(known: "USD")
    package static let usdt = Currency(known: "USDT")

    /// Whether an amount of it is dollars as it is (domain §6: USD and USDT).
    package var isDollar: Bool { self == .usd || self == .usdt }

    /// `CUSD`, whose price is dollars for one of this currency.
    package var directPair: Symbol { Symbol(pair: text, Self.usd.text) }
    /// `USDC`, whose price is this currency for one dollar.
    package var inversePair: Symbol { Symbol(pair: Self.usd.text, text) }

    package var description: String { text }
}

extension String {
    /// Itself with `a–z` raised and everything else as it is: `ß` must not become letters.
    fileprivate var uppercasedASCII: String {
        guard utf8.contains(where: Ascii.isLower) else { return self }
        return String(decoding: utf8.map { Ascii.isLower($0) ? $0 - 32 : $0 }, as: UTF8.self)
    }
}
