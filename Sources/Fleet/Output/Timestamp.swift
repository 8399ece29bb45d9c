/// Milliseconds since 1970 as people read them, UTC.
enum Timestamp {
    /// `2026-08-31 15:33:47.120`.
    static func text(_ milliseconds: Int64) -> String {
        let days = milliseconds.flooredQuotient(by: 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let (year, month, day) = date(days)
        let parts = [
            padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2),
            padded(rest / 3_600_000, 2) + ":" + padded(rest / 60_000 % 60, 2) + ":"
                + padded(rest / 1_000 % 60, 2) + "." + padded(rest % 1_000, 3),
        ]
        return parts.joined(separator: " ")
    }

    /// The proleptic Gregorian date so many days after 1970-01-01. Years are counted from March, so
    /// that the leap day is the last of its year.
    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}
