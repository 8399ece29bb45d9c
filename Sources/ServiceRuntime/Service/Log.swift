import Glibc
import Shared
import Synchronization

package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug
    case info
    case warning
    case error

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

package enum LogFormat: String, Sendable, CaseIterable {
    case text
    case json
}

/// Lines on standard error: a constant message and named values. Lines below `warning` are written
/// a batch at a time.
package final class Log: Sendable {
    private let level: LogLevel
    private let format: LogFormat
    private let service: String
    private let buffer = Mutex<[UInt8]>([])
    private static let most = 64 * 1_024

    package init(service: String, level: LogLevel, format: LogFormat) {
        self.service = service
        self.level = level
        self.format = format
    }

    package convenience init(service: String, settings: Settings) throws(SettingError) {
        self.init(
            service: service, level: try settings.choice("LOG_LEVEL", LogLevel.self),
            format: try settings.choice("LOG_FORMAT", LogFormat.self))
    }

    package func isEnabled(_ level: LogLevel) -> Bool { level >= self.level }

    package func write(
        _ level: LogLevel, _ message: StaticString, _ values: KeyValuePairs<String, String> = [:]
    ) {
        guard isEnabled(level) else { return }
        let line = line(level, message, values)
        let full = buffer.withLock { buffer in
            buffer.append(contentsOf: line.utf8)
            return level >= .warning || buffer.count >= Log.most
        }
        if full { flush() }
    }

    /// Writes what waits. Called after each batch and before the end.
    package func flush() {
        buffer.withLock { buffer in
            var start = 0
            while start < buffer.count {
                let written = buffer.withUnsafeBytes { bytes in
                    Glibc.write(2, bytes.baseAddress.map { $0 + start }, bytes.count - start)
                }
                // Nobody reads standard error any more: there is no one to tell.
                guard written > 0 else { break }
                start += written
            }
            buffer.removeAll(keepingCapacity: true)
        }
    }

    private func line(
        _ level: LogLevel, _ message: StaticString, _ values: KeyValuePairs<String, String>
    ) -> String {
        let time = WallClock.milliseconds()
        switch format {
        case .text:
            let named = values.map { " \($0.key)=\(Log.quoted($0.value))" }.joined()
            return "\(Log.stamp(time)) \(level.rawValue) \(service) \(message)\(named)\n"
        case .json:
            let named = values.map { ",\(JSONText.string($0.key)):\(JSONText.string($0.value))" }
                .joined()
            return "{\"ts\":\(time),\"level\":\"\(level.rawValue)\",\"service\":\"\(service)\","
                + "\"message\":\(JSONText.string("\(message)"))\(named)}\n"
        }
    }

    private static func stamp(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let thousandth = String(1_000 + milliseconds % 1_000).dropFirst()
        return "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(thousandth)Z"
    }

    private static func quoted(_ text: String) -> String {
        let plain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 != 34 && $0 != 127 }
        return plain ? text : JSONText.string(text)
    }
}
