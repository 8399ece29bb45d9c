internal import CLibpq

/// What a server says beside its answers: warnings, since sessions ask for nothing less, and why it
/// ends a session that does nothing.
package struct PostgresNotice: Sendable, Hashable {
    /// `WARNING`, `FATAL`, …
    package let severity: String
    package let sqlState: String
    package let message: String
}

/// Hands notices from libpq's C callback to a closure; libpq itself would print them.
final class NoticeSink {
    /// Set when the server has announced the end of the session.
    var sawEnd = false
    private let report: (PostgresNotice) -> Void

    init(_ report: @escaping (PostgresNotice) -> Void) { self.report = report }

    /// The caller keeps the sink alive for as long as the connection.
    func attach(to handle: OpaquePointer) {
        let receive: PQnoticeReceiver = { context, result in
            guard let context, let result else { return }
            let sink = Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue()
            sink.receive(result)
        }
        _ = PQsetNoticeReceiver(handle, receive, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The result belongs to libpq, which frees it.
    private func receive(_ result: OpaquePointer) {
        let severity = ErrorField.severity.read(result) ?? ""
        if severity == "FATAL" || severity == "PANIC" { sawEnd = true }
        report(
            PostgresNotice(
                severity: severity,
                sqlState: ErrorField.sqlState.read(result) ?? "",
                message: oneLine(ErrorField.message.read(result) ?? "")))
    }
}
