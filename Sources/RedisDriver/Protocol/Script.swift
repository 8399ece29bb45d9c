import Synchronization

/// A server-side script: its name, its source, and the digest by which servers know it once one of
/// them has told us.
///
/// Declared once per process (`static let`): connections remember by identity which ones they have
/// loaded.
package final class Script: Sendable {
    /// Short, for errors, logs and counters.
    package let name: String
    /// Lua, with its `#!lua` line.
    package let source: String
    private let learned = Mutex<[UInt8]?>(nil)

    package init(name: String, source: String) {
        self.name = name
        self.source = source
    }

    /// The hexadecimal SHA1 that `SCRIPT LOAD` answered; `nil` before the first load. It depends on
    /// the source alone, so one server's answer holds for all.
    package var digest: [UInt8]? { learned.withLock { $0 } }

    func learn(_ digest: [UInt8]) { learned.withLock { $0 = digest } }

    var loadCommand: RedisCommand { RedisCommand("SCRIPT", slot: nil, ["LOAD", source]) }
}
