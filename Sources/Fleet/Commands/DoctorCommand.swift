enum DoctorCommand {
    static let spec = CommandSpec(path: ["doctor"], summary: "", run: { _, _ in Report() })
}
