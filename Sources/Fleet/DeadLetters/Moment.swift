import Shared
import Statements

/// A moment as people type it: `90s`, `15m`, `2h`, `3d` ago, a date with or without a time of day, UTC,
/// or milliseconds since 1970.
enum Moment: Sendable, Equatable {
    /// Milliseconds before now.
    case ago(Int64)
    /// Milliseconds since 1970.
    case at(Int64)

    init(_ text: String) throws {
        if let unit = text.last.flatMap({ Self.units[$0] }), let count = Int64(text.dropLast()),
            count >= 0, !count.multipliedReportingOverflow(by: unit).overflow
        {
            self = .ago(count * unit)
        } else if let number = Int64(text), number >= 0 {
            self = .at(number)
        } else if let time = Self.date(text) {
            self = .at(time)
        } else {
            throw Failure(
                "must be an age such as 15m, 2h or 3d, a time such as 2026-08-31T15:33:47Z, or ms "
                    + "since 1970")
        }
    }

    private static let units: [Character: Int64] = [
        "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    /// `2026-08-31`, `2026-08-31T15:33`, with seconds, with milliseconds; a blank for the `T`, and a `Z`
    /// where one likes.
    private static func date(_ text: String) -> Int64? {
        var text = text.hasSuffix("Z") ? String(text.dropLast()) : text
        if text.count > 10, text.dropFirst(10).first == " " {
            text = text.prefix(10) + "T" + text.dropFirst(11)
        }
        let whole = "0000-00-00T00:00:00.000"
        guard [10, 16, 19, 23].contains(text.count) else { return nil }
        return CivilTime.milliseconds(ofTick: text + whole.dropFirst(text.count) + "Z")
    }

    /// - Parameter now: of the clock that stamped what is compared, ms.
    func milliseconds(at now: Int64) -> Int64 {
        switch self {
        case .ago(let span): now - span
        case .at(let time): time
        }
    }
}
