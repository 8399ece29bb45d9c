import ServiceRuntime

/// Alarms of what a store refuses. What is held comes again twenty times a second, and is alarmed
/// once until it goes well; a store that is away is nobody's fault.
struct StoreAlarms {
    private let counters: any OutcomeCounting
    private var alarmed: Set<String> = []

    init(_ counters: any OutcomeCounting) { self.counters = counters }

    /// - Parameter error: nil where it went well.
    mutating func note(_ error: StoreError?, _ message: StaticString, _ subject: String) {
        guard let error, !error.isUnavailable else {
            if error == nil { alarmed.remove(subject) }
            return
        }
        guard alarmed.insert(subject).inserted else { return }
        counters.alarm(message, ["subject": subject, "detail": error.description])
    }
}

extension Result where Failure == StoreError {
    /// Why it went wrong; nil where it did not.
    var failure: StoreError? {
        switch self {
        case .success: nil
        case .failure(let error): error
        }
    }
}
