import RedisDriver
import ServiceRuntime
import Shared

/// Sends kept reports again; the dispatcher and the workers know what they have seen.
enum Resend {
    /// Returns how many were sent. The first that could not be sent ends it with its error.
    static func run(_ path: String, since: Int64, _ settings: Settings) throws -> Int {
        let text = String(decoding: try TextFile.bytes(path), as: UTF8.self)
        let reports = try ReportFile.read(text, since: since)
        let address = try RedisAddress(try settings.text("REDIS_URL"))
        let sink = RedisStores(address, partitions: 1).reports
        for start in stride(from: 0, to: reports.count, by: 1_000) {
            let batch = reports[start..<min(start + 1_000, reports.count)]
            let placed = batch.map { PlacedReport(partition: $0.partition, report: $0.report) }
            for result in sink.send(placed) { try result.get() }
        }
        return reports.count
    }
}
