import Glibc
import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared
import TestSupport
import Testing

@testable import PersistenceWriter

/// Prints how fast the writer is, its lane included; `ORDERFLEET_MEASURE=1` runs it.
@Suite("Persistence speed", .enabled(if: getenv("ORDERFLEET_MEASURE") != nil))
struct WriterSpeedTests {
    @Test("Events a second, of trades on fifty accounts")
    func events() throws {
        let server = try PrivatePostgres(config: ["fsync = on", "synchronous_commit = on"])
        let world = try PersistenceWorld(server: server)
        var traders = try (1...50).map { TradedAccount(try AccountID(.live, "\($0)")) }
        var records: [Record] = []
        for index in traders.indices { records.append(try traders[index].step(Steps.created)) }
        for round in 0..<130 {
            for index in traders.indices {
                records += try traders[index].trade(Int64(index * 100_000 + round + 1))
            }
        }
        try world.emit(records)
        let writer = try world.writer()
        let backend = try writer.connection.backend()
        let own = clock()
        let took = try ContinuousClock().measure { try writer.work() }
        let cpu = Double(clock() - own) / Double(CLOCKS_PER_SEC)
        #expect(try world.count("order_events") == Int64(records.count))
        let rate = Int(Double(records.count) / (took / .seconds(1)))
        let size = try world.postgres.query(
            "SELECT avg(length(fields::text))::int AS n FROM order_events")[0].int64("n")
        print(
            "\(records.count) events of \(size) bytes: \(rate) a second,",
            "\(Int(cpu * 1e6 / Double(records.count))) µs of ours and",
            "\(Int(1e6 * seconds(of: backend) / Double(records.count))) of Postgres' each")
    }

    /// What a process has used of a processor.
    private func seconds(of pid: Int32) -> Double {
        let fields = Files.read("/proc/\(pid)/stat").split(separator: " ")
        guard fields.count > 14, let user = Double(fields[13]), let system = Double(fields[14])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
