import Glibc
import Shared
import TestSupport
import Testing

/// What every binary says of itself, and what it says to what it does not understand.
@Suite(.serialized, .enabled(if: Binaries.shouldRun))
struct BinaryTests {
    private static let services =
        Binaries.processes + ["provider-simulator", "provider-connection"]
    /// Of a server that is not there: whoever reads its settings first never asks for it.
    private static let nowhere = [
        "REDIS_URL": "redis+unix:///nonexistent/s", "DATABASE_URL": "host=/nonexistent",
    ]

    @Test(arguments: services + ["fleet"])
    func `it tells its usage and its version`(name: String) throws {
        let help = try Subprocess.run(Binaries.path(name), ["--help"])
        #expect(help.exit == .exited(0))
        #expect(help.errors.isEmpty)
        #expect(help.output.contains("REDIS_URL"), "\(help.output)")
        #expect(help.output.lowercased().contains("usage"), "\(help.output)")
        let version = try Subprocess.run(Binaries.path(name), ["--version"])
        #expect(version.exit == .exited(0))
        #expect(version.output.hasPrefix("\(name) "), "\(version.output)")
        #expect(version.output.split(separator: "\n").count == 1)
    }

    @Test(arguments: services + ["fleet"])
    func `an unknown argument is named in one line`(name: String) throws {
        let run = try Subprocess.run(
            Binaries.path(name), ["--frobnicate"], environment: Self.nowhere)
        #expect(run.exit == .exited(2))
        expectOneLine(run, naming: "frobnicate", of: name)
    }

    struct BadSetting: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String
        /// Processes that stop over it; `nil` for all.
        var processes: [String]?
        var testDescription: String { "\(name)=\(value)" }
    }

    @Test(arguments: [
        BadSetting(name: "LOG_LEVEL", value: "loud"), BadSetting(name: "LOG_FORMAT", value: "xml"),
        BadSetting(name: "LOG_LEVLE", value: "info"), BadSetting(name: "REDIS_HOST", value: "here"),
        BadSetting(name: "MAX_PRICE_AEG", value: "5"), BadSetting(name: "REDIS_URL", value: ""),
        BadSetting(name: "REDIS_URL", value: "http://127.0.0.1"),
        BadSetting(name: "REDIS_URL", value: "redis://127.0.0.1:99999/0"),
        BadSetting(name: "REDIS_TIMEOUT", value: "soon"),
        BadSetting(name: "REDIS_TIMEOUT", value: "-1"),
        BadSetting(name: "REDIS_WAIT_REPLICAS", value: "17"),
        BadSetting(name: "MAX_PRICE_AGE", value: "0"),
        BadSetting(name: "MAX_RATE_AGE", value: "1.5"),
        BadSetting(name: "MAX_OPEN_ORDERS", value: "many"),
        BadSetting(name: "ORDER_RETENTION", value: "99999999"),
        BadSetting(name: "MARKET_HOURS", value: "sometimes"),
        BadSetting(name: "DEFAULT_PROVIDER", value: "{x}"),
        BadSetting(name: "REQUEST_ALARM", value: "0"),
        BadSetting(name: "STOP_TIMEOUT", value: "601"),
        BadSetting(name: "PROVIDER_NAEM", value: "lp"),
        BadSetting(name: "PROVIDER_NAME", value: "{"),
        BadSetting(name: "PROVIDER_TIMEOUT", value: "99"),
        BadSetting(name: "PROVIDER_NAME", value: "", processes: ["provider-connection"]),
        BadSetting(name: "PROVIDER_NAME", value: "house", processes: ["provider-connection"]),
        BadSetting(name: "DATABASE_URL", value: "", processes: ["persistence-writer"]),
        BadSetting(
            name: "DATABASE_URL", value: "host=/x port=high", processes: ["persistence-writer"]),
    ])
    func `a setting that cannot be used stops the process`(setting: BadSetting) throws {
        var environment = Self.nowhere
        environment[setting.name] = setting.value
        for name in setting.processes ?? Binaries.processes {
            let run = try Subprocess.run(
                Binaries.path(name), environment: environment, within: .seconds(5))
            #expect(run.exit == .exited(1), "\(name)")
            expectOneLine(run, naming: setting.name, of: name)
        }
    }

    @Test func `no secret of a setting is printed`() throws {
        for (name, value) in [
            ("REDIS_URL", "redis://fleet:sesame@127.0.0.1:x/0"),
            ("DATABASE_URL", "postgresql://fleet:sesame@a@b/c"),
        ] {
            var environment = Self.nowhere
            environment[name] = value
            let run = try Subprocess.run(
                Binaries.path("persistence-writer"), environment: environment, within: .seconds(5))
            #expect(run.exit == .exited(1))
            expectOneLine(run, naming: name, of: "persistence-writer")
            #expect(!run.errors.contains("sesame"), "\(run.errors)")
        }
    }

    @Test func `SIGTERM ends every process in order and frees its leases`() throws {
        let fleet = try FleetUnderTest()
        defer { fleet.end() }
        for member in fleet.members {
            for lane in FleetUnderTest.lanes(ofProcess: member.name) {
                #expect(try fleet.count("EXISTS", lane.lease) == 1, "\(lane)")
            }
            let began = ContinuousClock.now
            #expect(member.stop() == .exited(0), "\(member.name): \(member.log)")
            #expect(ContinuousClock.now - began < .seconds(5), "\(member.name)")
            for lane in FleetUnderTest.lanes(ofProcess: member.name) {
                #expect(try fleet.count("EXISTS", lane.lease) == 0, "\(lane)")
            }
            #expect(try fleet.owners(of: member.name).isEmpty, "\(member.name)")
        }
    }

    @Test func `a process without its topology says what to do, and ends`() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var environment = Self.nowhere
        environment["REDIS_URL"] = redis.url
        for name in Binaries.processes {
            let run = try Subprocess.run(
                Binaries.path(name), environment: environment, within: .seconds(5))
            #expect(run.exit == .exited(1), "\(name)")
            expectOneLine(run, naming: "fleet init", of: name)
        }
    }

    private func expectOneLine(
        _ run: Subprocess.Finished, naming text: String, of name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(name): \(run.errors)", sourceLocation: sourceLocation)
        #expect(run.errors.contains(text), "\(name): \(run.errors)", sourceLocation: sourceLocation)
        #expect(run.output.isEmpty, "\(name): \(run.output)", sourceLocation: sourceLocation)
    }
}
