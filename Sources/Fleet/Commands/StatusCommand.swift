enum StatusCommand {
    static let spec = CommandSpec(path: ["status"], summary: "", run: { _, _ in Report() })
}
