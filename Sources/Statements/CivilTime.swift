/// What is wrong with a time: its layout, or the first part that is out of range.
package enum TimeFault: String, Error, Sendable, CaseIterable {
    /// Another length, another separator, or something else where a digit belongs.
    case shape
    /// Before 1970: milliseconds are counted from there.
    case year
    case month
    /// A day that this month of this year does not have.
    case day
    case hour
    case minute
    /// 60 and above: brokers record no leap seconds.
    case second
}

/// How a kind of file writes its times, always UTC.
enum TimeLayout: String {
    /// Statements, to the second.
    case statement = "0000.00.00 00:00:00"
    /// Tick files: ISO-8601 to the millisecond.
    case tick = "0000-00-00T00:00:00.000Z"

    /// True when `text` has a digit wherever the layout has `0`, and is the same everywhere else.
    func fits(_ text: some Collection<UInt8>) -> Bool {
        text.count == rawValue.utf8.count
            && zip(text, rawValue.utf8).allSatisfy { byte, place in
                place == UInt8(ascii: "0") ? byte.isDigit : byte == place
            }
    }
}

/// A date and time of day of the Gregorian calendar, UTC.
package struct CivilTime: Sendable, Equatable {
    let year, month, day, hour, minute, second, millisecond: Int

    /// Both layouts have the same parts at the same places; only ticks have milliseconds.
    init(_ text: some StringProtocol, layout: TimeLayout) throws(TimeFault) {
        let bytes = Array(text.utf8)
        guard layout.fits(bytes) else { throw .shape }
        year = bytes[0..<4].decimalValue
        month = bytes[5..<7].decimalValue
        day = bytes[8..<10].decimalValue
        hour = bytes[11..<13].decimalValue
        minute = bytes[14..<16].decimalValue
        second = bytes[17..<19].decimalValue
        millisecond = layout == .tick ? bytes[20..<23].decimalValue : 0
        if let fault { throw fault }
    }

    /// Milliseconds since 1970 of `2026-08-31T15:33:47.120Z`; nil for what is no such time.
    package static func milliseconds(ofTick text: String) -> Int64? {
        (try? CivilTime(text, layout: .tick))?.milliseconds
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    var milliseconds: Int64 {
        let minutes = (daysSince1970 * 24 + hour) * 60 + minute
        return Int64((minutes * 60 + second) * 1_000 + millisecond)
    }

    private var fault: TimeFault? {
        if year < 1970 { return .year }
        if !(1...12).contains(month) { return .month }
        if !(1...daysInMonth).contains(day) { return .day }
        if hour > 23 { return .hour }
        if minute > 59 { return .minute }
        return second > 59 ? .second : nil
    }

    private var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private var daysInMonth: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Years are counted from March, so that the leap day is the last of its year and the lengths
    /// of the months before it follow from one product.
    private var daysSince1970: Int {
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = (month + 9) % 12
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let from0000March = shiftedYear * 365 + leapDays + dayOfYear
        return from0000March - 719_468
    }
}

extension UInt8 {
    /// True for `0` to `9` in ASCII.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Sequence<UInt8> {
    /// The number that ASCII digits write; the caller has checked that they are digits.
    fileprivate var decimalValue: Int {
        reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
