/// What a number counts. Only a mark: no value of it is ever made.
package protocol FixedUnit: Sendable {}

package enum PriceUnit: FixedUnit {}
package enum LotUnit: FixedUnit {}
package enum MoneyUnit: FixedUnit {}
package enum ContractSizeUnit: FixedUnit {}
package enum ContractValueUnit: FixedUnit {}
package enum FactorUnit: FixedUnit {}

/// Profit currency for one unit of the instrument; also a rate of exchange.
package typealias Price = Fixed<PriceUnit>
/// Lots.
package typealias Quantity = Fixed<LotUnit>
/// An amount of the currency that its name says, dollars where it says none.
package typealias Money = Fixed<MoneyUnit>
/// Units of the instrument a lot.
package typealias ContractSize = Fixed<ContractSizeUnit>
/// Units of the instrument: contract size × lots.
package typealias ContractValue = Fixed<ContractValueUnit>
/// A number without a unit: leverage, commission rate, percent, points of spread.
package typealias Factor = Fixed<FactorUnit>

/// A decimal number of eight places in 64 bits, that knows what it counts (domain §2).
///
/// A price plus a quantity does not compile. The range is symmetric, ±92233720368.54775807, so that
/// a sign can always be turned; whatever leaves it is a `NumberError`, never a wrapped or
/// saturated value.
package struct Fixed<Unit: FixedUnit>: Hashable, Sendable {
    /// The value in units of 0.00000001.
    package let raw: Int64

    /// One, in units of 0.00000001.
    package static var scale: Int64 { DecimalText.scale }
    package static var zero: Self { Self(raw: 0) }

    /// A value from its count of hundred-millionths. `Int64.min` is not in the range.
    package init(raw: Int64) {
        precondition(raw != .min, "the range of a decimal is symmetric")
        self.raw = raw
    }

    /// Reads plain decimal text: `1650.3`, `-0.5`; no `+`, exponent, space or thousands mark, at
    /// most eight digits behind the point.
    package init(_ text: String) throws(NumberError) {
        self.init(raw: try DecimalText.parse(text.utf8, excess: .refused))
    }

    /// The same from bytes, as a reply of Redis or Postgres holds them.
    package init(utf8 bytes: some Collection<UInt8>) throws(NumberError) {
        self.init(raw: try DecimalText.parse(bytes, excess: .refused))
    }

    /// Reads text of any number of decimals and rounds it to eight, half away from zero. Only for
    /// broker statements; commands and reports refuse such text.
    package static func rounded(_ text: String) throws(NumberError) -> Self {
        Self(raw: try DecimalText.parse(text.utf8, excess: .rounded))
    }

    /// Plain decimal text without trailing zeros: `1650.3`, `0`, `-0.5`.
    package var text: String { DecimalText.text(of: raw) }

    package var isZero: Bool { raw == 0 }
    package var isPositive: Bool { raw > 0 }
    package var isNegative: Bool { raw < 0 }
}

extension Fixed: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

extension Fixed: CustomStringConvertible {
    package var description: String { text }
}

extension Fixed: ExpressibleByIntegerLiteral {
    /// A whole number written in the source. One beyond the range stops the process, as an
    /// oversized literal of `Int64` would not compile.
    package init(integerLiteral value: Int64) { self.init(raw: value * Self.scale) }
}
