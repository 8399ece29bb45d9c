/// The versions of messages and records. A form carries the version that last changed it. A fleet
/// agrees on a version (`fleet:topology`), up to which its processes write; what a process reads is a
/// range. So binaries are replaced one by one while all write what the older ones read, and the
/// version is raised when none of those is left.
///
/// What lies outside of the range is a dead letter that returns by redrive, once a binary that knows it
/// reads the queue; an account with an unpublished record of such a version waits.
package enum MessageVersion {
    #if ORDERFLEET_NEXT_MESSAGES
        /// With one more version, as a later binary: what the test of an upgrade is compiled with.
        package static let known = 1...2
    #else
        /// What this binary reads, and writes where it is agreed.
        package static let known = 1...1
    #endif

    /// Carried by every form that no version has changed.
    package static let current = "1"

    /// `known` as a heartbeat tells it and people read it: `1`, `1-2`.
    package static let knownText = text(of: known)

    /// A range of versions as `knownText` has it.
    package static func text(of versions: ClosedRange<Int>) -> String {
        let (oldest, newest) = (versions.lowerBound, versions.upperBound)
        return oldest == newest ? "\(oldest)" : "\(oldest)-\(newest)"
    }

    /// The version of a message, one that is known.
    @discardableResult
    package static func check(_ fields: Fields) throws(MessageError) -> Int {
        guard let version = fields.present("v") else {
            throw .unreadable(FieldError("v", "", rule: "is required"))
        }
        return try check(version)
    }

    @discardableResult
    package static func check(_ text: String) throws(MessageError) -> Int {
        guard let version = known.first(where: { String($0) == text }) else {
            throw .unknownVersion(text)
        }
        return version
    }
}
