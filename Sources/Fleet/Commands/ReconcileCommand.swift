enum ReconcileCommand {
    static let spec = CommandSpec(path: ["reconcile"], summary: "", run: { _, _ in Report() })
}
