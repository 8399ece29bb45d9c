enum TraceCommand {
    static let spec = CommandSpec(path: ["trace"], summary: "", run: { _, _ in Report() })
}
