enum DeadCommands {
    static let list = CommandSpec(path: ["dead", "list"], summary: "", run: { _, _ in Report() })
    static let show = CommandSpec(path: ["dead", "show"], summary: "", run: { _, _ in Report() })
}
