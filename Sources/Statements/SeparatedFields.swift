/// Splits one line into fields. A field may stand in quotes, and then hold separators and, doubled,
/// quotes; blanks around fields are not part of them.
struct SeparatedFields {
    private(set) var fields: [String] = []
    private var field = ""
    private var state = State.plain

    /// Where in a field the splitter stands.
    private enum State { case plain, quoted, afterQuote }

    /// The fields of `line`, which has no line end.
    static func split(
        _ line: String, at separator: Unicode.Scalar
    ) throws(StatementError.Rule) -> [String] {
        var splitter = SeparatedFields()
        for scalar in line.unicodeScalars { try splitter.take(scalar, separator) }
        if splitter.state == .quoted { throw .unclosedQuote }
        splitter.endField()
        return splitter.fields
    }

    private mutating func take(
        _ scalar: Unicode.Scalar, _ separator: Unicode.Scalar
    ) throws(StatementError.Rule) {
        switch state {
        case .quoted where scalar == "\"": state = .afterQuote
        case .quoted: field.unicodeScalars.append(scalar)
        case .plain, .afterQuote:
            if scalar == separator { return endField() }
            try takeOutside(scalar)
        }
    }

    private mutating func takeOutside(_ scalar: Unicode.Scalar) throws(StatementError.Rule) {
        switch (state, scalar) {
        case (.afterQuote, "\""):
            field.unicodeScalars.append(scalar)
            state = .quoted
        case (.afterQuote, " "), (.afterQuote, "\t"):
            break
        case (.afterQuote, _):
            throw .textAfterQuote
        case (_, "\"") where field.allSatisfy(\.isBlank):
            field = ""
            state = .quoted
        case (_, _):
            field.unicodeScalars.append(scalar)
        }
    }

    private mutating func endField() {
        fields.append(state == .plain ? field.trimmingBlanks : field)
        field = ""
        state = .plain
    }
}

extension Character {
    /// True for what pads a field: space, tab, and the no-break spaces that group digits.
    var isBlank: Bool {
        switch self {
        case " ", "\t", "\u{A0}", "\u{202F}", "\u{2009}": true
        default: false
        }
    }
}

extension String {
    /// Without the blanks at both ends.
    fileprivate var trimmingBlanks: String {
        var rest = self[...]
        while rest.first?.isBlank == true { rest.removeFirst() }
        while rest.last?.isBlank == true { rest.removeLast() }
        return String(rest)
    }
}
