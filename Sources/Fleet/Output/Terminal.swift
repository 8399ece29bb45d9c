import Glibc
import ServiceRuntime

/// Where words go: results to the standard output, everything else to the standard error.
enum Terminal {
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Control sequences and text for the screen, as they are.
    static func draw(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes everything, unless nobody reads any more.
    fileprivate static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno != EINTR {
                return
            }
        }
    }
}

/// Says how far a long command is: over the line before on a terminal, else now and then a line of its
/// own.
struct Progress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = MonotonicTime.now()
    private var hasLine = false

    /// Says it if enough time has gone since it was last said.
    mutating func say(_ text: @autoclosure () -> String) {
        let now = MonotonicTime.now()
        guard now.since(last) >= (isTerminal ? .milliseconds(200) : .seconds(2)) else { return }
        last = now
        hasLine = true
        Terminal.write(isTerminal ? "\r\u{1B}[K" + text() : text() + "\n", to: STDERR_FILENO)
    }

    /// Ends the line that stands on a terminal.
    mutating func end() {
        if isTerminal, hasLine { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
        hasLine = false
    }
}
