import Glibc

/// Why there is no connection to the provider, or no longer.
struct LinkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A short bounded name, to count by.
    enum Code: String, Sendable {
        case connect
        case closed
        case broken
        case stalled
        case malformed
    }

    let code: Code
    let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The failure of a system call.
    init(_ code: Code, _ call: String, errno number: CInt) {
        self.init(code, "\(call): \(String(cString: strerror(number)))")
    }

    var description: String { "\(code.rawValue): \(detail)" }
}
