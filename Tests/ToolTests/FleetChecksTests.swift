import RedisDriver
import ServiceRuntime
import Shared
import Testing

@testable import Fleet

/// What `fleet doctor` says of the processes that must run.
@Suite struct FleetChecksTests {
    private let topology: Topology

    init() throws {
        topology = try Topology(
            Fields([
                "partitions": "2", "version": MessageVersion.current,
                "providers": "house,barclays",
            ]))
    }

    private func process(
        _ service: String, _ partitions: String, queue: String = ""
    ) -> ProcessState {
        ProcessState(
            service: service, member: "m@h:1",
            Fields(["partitions": partitions, "queue": queue]))
    }

    private func result(of check: String, _ living: [ProcessState]) -> CheckResult? {
        FleetChecks.processes(living, topology).first { $0.check == check }
    }

    @Test func aProcessThatDoesNotRunIsSaid() {
        let check = "process worker-open"
        #expect(
            result(of: check, [process("worker-open", "0")])
                == .warning(check, "1 running, 1 of 2 partitions"))
        #expect(
            result(of: check, [process("worker-open", "0,1")])
                == .ok(check, "1 running, 2 of 2 partitions"))
    }

    @Test func aProviderOfTheTopologyNeedsItsConnection() {
        let check = "process provider-connection-barclays"
        #expect(result(of: check, []) == .warning(check, "0 running, 0 of 2 partitions"))
        let connections = ["0", "1"].map { process("provider-connection-barclays", $0) }
        #expect(result(of: check, connections) == .ok(check, "2 running, 2 of 2 partitions"))
        #expect(
            result(of: check, [process("provider-connection-other", "0,1")])
                == .warning(check, "0 running, 0 of 2 partitions"))
        #expect(
            result(of: check, [process("provider-simulator", "0,1", queue: "provider-barclays")])
                == .warning(
                    check, "0 running, 0 of 2 partitions; provider-simulator answers for it"))
    }

    /// The house has no wire, and nobody needs a provider that only answers from recordings.
    @Test func nothingElseIsDemanded() {
        let checks = FleetChecks.processes([], topology).map(\.check)
        #expect(!checks.contains("process provider-connection-house"))
        #expect(!checks.contains("process provider-simulator"))
        #expect(checks.count == FleetServices.names.count)
    }
}
