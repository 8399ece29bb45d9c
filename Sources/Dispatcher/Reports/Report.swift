import Shared

/// One execution report, read: what a provider says of an id, with all spellings resolved
/// (domain §4).
struct Report: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case status(OrdStatus)
        /// Recovery: the provider has given what goes by `Report.id` this new id.
        case recovery(LifecycleID)
    }

    /// The id that is reported on.
    let id: LifecycleID
    let content: Content
    /// Nil too where the only exec id had to serve as the reported id: it identifies no fill.
    let execID: String?
    /// The idempotency token.
    let token: String?
    /// Above zero. Providers write 0 where nothing was filled yet.
    let averagePrice: Price?
    /// Zero or more; what a provider means by it is its own (lots or units).
    let cumulativeQuantity: Quantity?
    let reason: String?
    /// The provider's time, ms since 1970.
    let timestamp: Int64?
    /// What the report itself says of its order. Anybody can write it: trusted only if that order
    /// has the reported id.
    let key: OrderKey?
}

/// Why an entry of `queue:{reports:p}` is no report that can be named.
enum ReportFault: Error, Sendable, Equatable {
    /// Its type is another: ignored.
    case notAReport
    case unknownVersion(String)
    case unknownStatus(String)
    /// A number with more than eight decimals; rounding it would be a guess.
    case tooManyDecimals(FieldError)
    case unreadable(FieldError)

    /// What becomes of the entry; nil where it is ignored.
    var deadReason: DeadReason? {
        switch self {
        case .notAReport: nil
        case .unknownVersion: .unknownVersion
        case .unknownStatus: .unknownStatus
        case .tooManyDecimals: .tooManyDecimals
        case .unreadable: .unreadable
        }
    }
}

extension ReportFault: CustomStringConvertible {
    /// For the dead letter: the field and the rule that it breaks.
    var description: String {
        switch self {
        case .notAReport: "type is not execution_report"
        case .unknownVersion(let version): "v '\(version)' is not \(MessageVersion.knownText)"
        case .unknownStatus(let text): "ord_status '\(text)' is none that is known"
        case .tooManyDecimals(let error), .unreadable(let error): error.description
        }
    }
}
