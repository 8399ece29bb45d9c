internal import Shared

/// One row's fields by column. Every refusal names the row, the column and the rule.
struct RowFields {
    let number: Int
    let layout: StatementLayout
    let fields: [String]

    /// A field's text, empty where the row or the file has none: some exports leave out the
    /// separators after the last field that has content.
    func text(_ column: StatementColumn) -> String {
        guard let position = layout.positions[column], position < fields.count else { return "" }
        return fields[position]
    }

    func fail(_ column: StatementColumn?, _ rule: StatementError.Rule) -> StatementError {
        StatementError(row: number, column: column, rule: rule)
    }

    func required(_ column: StatementColumn) throws(StatementError) -> String {
        let text = text(column)
        if text.isEmpty { throw fail(column, .missing) }
        return text
    }

    /// Refuses content that this type of row cannot have.
    func requireEmpty(_ columns: [StatementColumn]) throws(StatementError) {
        for column in columns where !text(column).isEmpty {
            throw fail(column, .mustBeEmpty(text(column)))
        }
    }

    /// Milliseconds since 1970, UTC.
    func time(_ column: StatementColumn) throws(StatementError) -> Int64 {
        let text = try required(column)
        do {
            return try CivilTime(text, layout: .statement).milliseconds
        } catch {
            throw fail(column, .time(text, error))
        }
    }

    /// The closing's time, which never lies before the opening's.
    func closeTime(after openTime: Int64) throws(StatementError) -> Int64 {
        let time = try time(.closeTime)
        if time < openTime { throw fail(.closeTime, .closesBeforeOpening(text(.closeTime))) }
        return time
    }

    func symbol() throws(StatementError) -> Symbol {
        let text = try required(.symbol)
        do {
            return try Symbol(text)
        } catch {
            throw fail(.symbol, .symbol(error))
        }
    }

    /// A number of up to 16 decimals, rounded to 8 half away from zero; here alone (domain §2).
    func number<Unit>(_ column: StatementColumn) throws(StatementError) -> Fixed<Unit> {
        let text = try required(column)
        guard let plain = withoutGrouping(text) else { throw fail(column, .grouping(text)) }
        do {
            return try Fixed.rounded(plain)
        } catch {
            throw fail(column, .number(text, error))
        }
    }

    func positive<Unit>(_ column: StatementColumn) throws(StatementError) -> Fixed<Unit> {
        let value: Fixed<Unit> = try number(column)
        if !value.isPositive { throw fail(column, .notPositive(text(column))) }
        return value
    }

    /// Nil where the field is empty.
    func money(ifGiven column: StatementColumn) throws(StatementError) -> Money? {
        text(column).isEmpty ? nil : try number(column)
    }

    /// A leg's price; nil where the field is empty or zero, both of which mean none.
    func leg(_ column: StatementColumn) throws(StatementError) -> Price? {
        if text(column).isEmpty { return nil }
        let price: Price = try number(column)
        if price.isNegative { throw fail(column, .notPositive(text(column))) }
        return price.isZero ? nil : price
    }

    /// `4 114.74` as `4114.74`; nil when blanks stand elsewhere than between groups of three
    /// digits of the integer part.
    private func withoutGrouping(_ text: String) -> String? {
        let groups = text.split(omittingEmptySubsequences: false, whereSeparator: \.isBlank)
        guard groups.count > 1, let head = groups.first, let tail = groups.last else { return text }
        let headDigits = head.drop { $0 == "-" || $0 == "+" }
        let whole = [tail.prefix { $0 != "." }] + groups.dropFirst().dropLast()
        let grouped =
            (1...3).contains(headDigits.count) && headDigits.utf8.allSatisfy(\.isDigit)
            && whole.allSatisfy { $0.count == 3 && $0.utf8.allSatisfy(\.isDigit) }
        return grouped ? groups.joined() : nil
    }
}
