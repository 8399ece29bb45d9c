import Glibc

/// Where words go: results to the standard output, everything else to the standard error.
enum Terminal {
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Says how far a long command is: over the line before on a terminal, else as a line of its own.
    static func progress(_ text: String) {
        let onTerminal = isatty(STDERR_FILENO) == 1
        write(onTerminal ? "\r\u{1B}[K" + text : text + "\n", to: STDERR_FILENO)
    }

    /// Ends a progress line that stands on a terminal.
    static func endProgress() {
        if isatty(STDERR_FILENO) == 1 { write("\n", to: STDERR_FILENO) }
    }

    /// Writes everything, unless nobody reads any more.
    private static func write(_ text: String, to descriptor: Int32) {
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
