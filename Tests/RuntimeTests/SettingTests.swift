import Testing

@testable import ServiceRuntime

@Suite("Settings") struct SettingTests {
    /// Else a misspelt one of the same kind would be taken for another program's and left alone.
    @Test("each setting belongs to a family", arguments: SettingRule.all.map(\.name))
    func family(name: String) {
        #expect(SettingRule.families.contains { name.hasPrefix($0) })
    }

    @Test(
        "a name that begins like a setting and is none stops the process",
        arguments: [
            "STOP_TIMEOT", "EXPORTER_PORT", "DEFAULT_PROVIDERS", "REDIS_ADDRESS", "PROVIDER_NAMES",
        ])
    func misspelt(name: String) throws {
        let error = try #require(throws: SettingError.self) {
            try Settings(environment: [name: "5"])
        }
        #expect(error.name == name)
    }

    @Test("other programs' variables are left alone", arguments: ["PATH", "ORDERFLEET_BIN", "TZ"])
    func foreign(name: String) throws { _ = try Settings(environment: [name: "5"]) }
}
