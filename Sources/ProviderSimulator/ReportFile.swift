import Glibc
import Shared
import Synchronization

/// Every report that was ever made, one line each: `<partition> <netstring of names and values>`.
/// It is written before the report is sent, so what was sent can be sent again.
final class ReportFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Mutex<CInt>

    init(path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        self.descriptor = Mutex(descriptor)
    }

    func append(_ reports: [(partition: Int, report: ExecutionReport)]) throws(Failure) {
        var bytes: [UInt8] = []
        for (partition, report) in reports {
            let pairs = report.fields.list.flatMap { [$0.name, $0.value] }
            bytes += "\(partition) \(Netstring.encode(pairs))\n".utf8
        }
        let written = descriptor.withLock { descriptor in
            bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
        guard written == bytes.count else {
            throw Failure(description: "write: \(String(cString: strerror(errno)))")
        }
    }

    /// The reports of a file whose `ts` is at or behind `since`, ms; a line that is cut short is an
    /// error that names it.
    static func read(
        _ text: String, since: Int64
    ) throws(Failure) -> [(partition: Int, report: ExecutionReport)] {
        var reports: [(partition: Int, report: ExecutionReport)] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            guard let space = line.firstIndex(of: " "), let partition = Int(line[..<space]),
                let parts = Netstring.decode(String(line[line.index(after: space)...])),
                parts.count.isMultiple(of: 2)
            else { throw Failure(description: "line \(index + 1) is no report") }
            let fields = Fields(
                stride(from: 0, to: parts.count, by: 2).map { .init(parts[$0], parts[$0 + 1]) })
            guard let timestamp = fields["ts"].flatMap({ Int64($0) }) else {
                throw Failure(description: "line \(index + 1) has no ts")
            }
            if timestamp >= since { reports.append((partition, ExecutionReport(fields: fields))) }
        }
        return reports
    }
}
