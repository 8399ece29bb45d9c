import Shared

/// `fleet docs …`: documents that are made from the code.
enum DocsCommand {
    static let states = CommandSpec(
        path: ["docs", "states"], summary: "print the table of states as docs/states.md has it",
        notes: ["The table that the processes decide by is the one that is printed."],
        examples: ["fleet docs states > docs/states.md"],
        run: { _, _ in
            var report = Report()
            var markdown = StateTableDocument.markdown
            while markdown.last == "\n" { markdown.removeLast() }
            report.line(markdown, "markdown", .string(StateTableDocument.markdown))
            return report
        })
}
