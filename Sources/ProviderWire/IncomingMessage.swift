package import Shared

/// What a provider's frame says (`workers.md` §2.3, `portfolio.md` §5.3).
package enum IncomingMessage: Sendable, Equatable {
    case report(IncomingReport)
    /// It says itself that it is something else.
    case other(type: String)

    /// A map that is called an execution report, or that names an id and a status, in the names of
    /// the wire or as FIX tags, is a report; the dispatcher judges the rest of it. Senders wrap
    /// reports in `fields` or `message` too.
    ///
    /// - Parameter received: the time of a report that names none, ms since 1970.
    package init(_ value: WireValue, received: Int64) throws(WireError) {
        guard let outer = value.map else { throw .notAMap }
        let frame = outer["fields"]?.map ?? outer["message"]?.map ?? outer
        let type = try frame["type"]?.fieldText("type") ?? ""
        let reader = ReportFrame(frame)
        var isReport = ReportFrame.normal(type) == ReportFrame.type
        if !isReport { isReport = try reader.names() }
        if isReport {
            self = .report(
                IncomingReport(
                    fields: try reader.fields(received: received), id: try reader.id(),
                    status: try reader.status()))
        } else if !type.isEmpty {
            self = .other(type: type)
        } else {
            throw .notAReport
        }
    }
}

/// An execution report from outside.
package struct IncomingReport: Sendable, Equatable {
    /// For `queue:{reports:p}`.
    package let fields: Fields
    /// The reported id, which decides p; empty where the report names it in no known place.
    package let id: String
    /// As it came; empty where it names none.
    package let status: String
}

/// One report's map. Its fields are those of domain §4; the rest stays readable in `raw`.
private struct ReportFrame {
    static let type = "execution_report"
    /// Copied under their own names, as text.
    private static let copied = [
        "order_id", "exec_id", "ord_status", "avgpx", "cumqty", "side", "reason", "idempotency",
        "ideampotency", "mode", "_recovery_new_id",
    ]
    private static let ids = ["order_id", "exec_id", "11", "17"]
    private static let statuses = ["ord_status", "39"]

    private let frame: WireMap
    private let raw: WireMap?

    init(_ frame: WireMap) {
        self.frame = frame
        raw = frame["raw"]?.map
    }

    static func normal(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }

    /// The reported id, in the order in which the dispatcher looks for it.
    func id() throws(WireError) -> String { try text(under: Self.ids) ?? "" }

    func status() throws(WireError) -> String { try text(under: Self.statuses) ?? "" }

    /// Whether it names an id together with a status, or with the id that replaces it.
    func names() throws(WireError) -> Bool {
        guard try text(under: Self.ids) != nil else { return false }
        if try !status().isEmpty { return true }
        return Self.normal(try frame["mode"]?.fieldText("mode") ?? "") == "recovery"
    }

    private func text(under names: [String]) throws(WireError) -> String? {
        for map in [frame, raw].compactMap({ $0 }) {
            for name in names {
                if let text = try map[name]?.fieldText(name), !text.isEmpty { return text }
            }
        }
        return nil
    }

    /// Without names of ours: what a sender calls `key`, `arrival` or the like stays in `raw` alone.
    func fields(received: Int64) throws(WireError) -> Fields {
        var fields = Fields([.init("v", MessageVersion.current), .init("type", Self.type)])
        for name in Self.copied {
            if let text = try frame[name]?.fieldText(name) { fields.append(name, text) }
        }
        fields.append("ts", String(timestamp ?? received))
        fields.append("raw", original)
        return fields
    }

    /// The sender's own `raw` is what it had from its market, so it stands as it is where the report
    /// says nothing beyond it; else the whole frame is kept.
    private var original: String {
        let known = Set(Self.copied + ["type", "ts", "raw"])
        let isTold = frame.pairs.allSatisfy { known.contains($0.name) }
        guard isTold, let raw else { return flattened.json }
        return WireValue.map(raw).json
    }

    /// The frame with the tags of its `raw` at the top, where they are looked up.
    private var flattened: WireValue {
        var all = WireMap()
        for pair in frame.pairs + (raw?.pairs ?? []) where all[pair.name] == nil {
            all.append(pair)
        }
        return .map(all)
    }

    /// Milliseconds; nil where it is missing or no whole number.
    private var timestamp: Int64? {
        switch frame["ts"] {
        case .integer(let value)?: value
        case .double(let value)?: Int64(exactly: value)
        case .float(let value)?: Int64(exactly: value)
        case .text(let text)?: Int64(text)
        case .null?, .bool?, .unsigned?, .bytes?, .array?, .map?, nil: nil
        }
    }
}
