import Shared

/// Reads the fields of an entry of `queue:{reports:p}` in all spellings of domain §4.
enum ReportReader {
    static func read(_ fields: Fields) throws(ReportFault) -> Report {
        guard normal(fields["type"]) == "execution_report" else { throw .notAReport }
        do {
            if let version = fields.present("v") { try MessageVersion.check(version) }
            for field in fields.list { try ReportReader.checkKeepable(field.name, field.value) }
            let raw = try fields.present("raw").map { text throws(FieldError) in
                try RawFrame(json: text)
            }
            return try Spellings(fields: fields, raw: raw ?? .none).report()
        } catch let fault as ReportFault {
            throw fault
        } catch MessageError.unknownVersion(let version) {
            throw .unknownVersion(version)
        } catch let error as FieldError {
            throw .unreadable(error)
        } catch {
            throw .unreadable(FieldError("report", "", rule: "\(error)"))
        }
    }

    /// Postgres keeps no NUL byte, in no text; such a report would stop its account's persistence.
    fileprivate static func checkKeepable(_ name: String, _ text: String) throws(FieldError) {
        guard !name.utf8.contains(0), !text.utf8.contains(0) else {
            throw FieldError(name, text, rule: "holds a NUL byte")
        }
    }

    fileprivate static func normal(_ text: String?) -> String {
        let text = text ?? ""
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}

/// A report's fields and its raw frame, each value under any of its names.
private struct Spellings {
    let fields: Fields
    let raw: RawFrame

    /// A value with the name under which it was found, so that a fault names the right field.
    struct Found {
        let name: String
        let text: String
    }

    func report() throws -> Report {
        for tag in RawFrame.Tag.allCases {
            if let text = raw[tag] { try ReportReader.checkKeepable(tag.name, text) }
        }
        let reported = try identifier()
        return Report(
            id: try Fields.read(reported.name, reported.text) { try LifecycleID($0) },
            content: try content(), execID: execID(besides: reported),
            token: (field("idempotency") ?? field("ideampotency")
                ?? tag(.idempotency) ?? tag(.ideampotency))?.text,
            averagePrice: try price(), cumulativeQuantity: try quantity(),
            reason: (field("reason") ?? tag(.text))?.text,
            timestamp: try fields.optional("ts", Number.int64),
            key: try fields.optional("key") { try OrderKey(text: $0) })
    }

    private func field(_ name: String) -> Found? {
        fields.present(name).map { Found(name: name, text: $0) }
    }

    private func tag(_ tag: RawFrame.Tag) -> Found? {
        raw[tag].map { Found(name: tag.name, text: $0) }
    }

    /// The reported id, in the reference's order of names.
    private func identifier() throws(FieldError) -> Found {
        let found =
            field("order_id") ?? field("exec_id") ?? tag(.clientOrderID) ?? tag(.execID)
        guard let found else { throw FieldError("order_id", "", rule: "is required") }
        return found
    }

    private func execID(besides reported: Found) -> String? {
        [field("exec_id"), tag(.execID)].compactMap { $0 }
            .first { $0.name != reported.name }?.text
    }

    private func content() throws -> Report.Content {
        guard ReportReader.normal(fields["mode"]) != "recovery" else {
            return .recovery(try fields.required("_recovery_new_id") { try LifecycleID($0) })
        }
        guard let found = field("ord_status") ?? tag(.status) else {
            throw FieldError("ord_status", "", rule: "is required")
        }
        guard let status = OrdStatus(text: ReportReader.normal(found.text)) else {
            throw ReportFault.unknownStatus(found.text)
        }
        return .status(status)
    }

    private func price() throws -> Price? {
        let price: Price? = try amount(field("avgpx") ?? tag(.averagePrice))
        return price?.isZero == true ? nil : price
    }

    private func quantity() throws -> Quantity? {
        try amount(field("cumqty") ?? tag(.cumulativeQuantity))
    }

    private func amount<Unit>(_ found: Found?) throws -> Fixed<Unit>? {
        guard let found else { return nil }
        let amount: Fixed<Unit>
        do {
            amount = try Fixed(found.text)
        } catch {
            let fault = FieldError(found.name, found.text, rule: error.code)
            switch error {
            case .tooManyDecimals: throw ReportFault.tooManyDecimals(fault)
            case .empty, .notANumber, .outOfRange, .overflow, .divisionByZero, .noRate:
                throw ReportFault.unreadable(fault)
            }
        }
        guard !amount.isNegative else {
            throw FieldError(found.name, found.text, rule: "is negative")
        }
        return amount
    }
}
