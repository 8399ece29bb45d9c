import Glibc

/// A terminal that is drawn anew again and again, with plain control sequences. What stood there before
/// comes back when it is closed.
struct Screen {
    private let before: termios?

    /// Takes the terminal: keys come at once and are not shown.
    init() {
        var settings = termios()
        before = tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        if before != nil { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
        Terminal.draw("\u{1B}[?1049h\u{1B}[?25l")
    }

    func close() {
        Terminal.draw("\u{1B}[?25h\u{1B}[?1049l")
        if var before { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    }

    func show(_ text: String) {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
        Terminal.draw(
            Self.frame(
                text, columns: isKnown ? Int(size.ws_col) : 80,
                rows: isKnown ? Int(size.ws_row) : 24))
    }

    /// Lines that fit, from the top left corner; the rest of the screen is empty.
    static func frame(_ text: String, columns: Int, rows: Int) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(rows)
        let drawn = lines.map { $0.prefix(columns) + "\u{1B}[K" }.joined(separator: "\r\n")
        return "\u{1B}[H" + drawn + "\u{1B}[J"
    }

    /// The next key, or nil when the time is over.
    func key(within limit: Duration) -> Character? {
        var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.components.seconds * 1_000
        guard poll(&wait, 1, Int32(clamping: milliseconds)) > 0 else { return nil }
        var byte: UInt8 = 0
        // An input that has ended can never say q.
        guard read(STDIN_FILENO, &byte, 1) == 1 else { return "q" }
        return Character(UnicodeScalar(byte))
    }
}
