enum ReplayCommand {
    static let spec = CommandSpec(path: ["replay"], summary: "", run: { _, _ in Report() })
}
