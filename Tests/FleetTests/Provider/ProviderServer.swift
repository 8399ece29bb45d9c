import FoundationEssentials
import Glibc
import TestSupport

/// The Python provider at the other end of the wire (`Tests/Fixtures/provider`), in a folder of its
/// own.
final class ProviderServer {
    let address: String
    private let folder: String
    private(set) var process: Subprocess
    /// Debian's, which has python3-msgpack; another one in `PATH` may not.
    private static let python = "/usr/bin/python3"
    private static let script =
        "\(Binaries.package)/Tests/Fixtures/provider/provider_server.py"

    static let shouldRun = Programs.shouldRun("python3", folders: ["/usr/bin"])

    /// - Parameter port: listens there on the loopback interface; nil for a unix socket.
    init(port: UInt16? = nil) throws {
        folder = try TestFolder.fresh("p")
        address = port.map { "tcp:127.0.0.1:\($0)" } ?? "unix:\(folder)/s"
        process = try Self.launch(address, folder)
    }

    private static func launch(_ address: String, _ folder: String) throws -> Subprocess {
        try Subprocess(python, ["-B", script, address, folder], folder: folder)
    }

    /// Dies at once; what lies unread in its socket is gone.
    func kill() { process.killNow() }

    /// Starts again, as it was at first; what it has logged stays.
    func start() throws {
        _ = remove("\(folder)/control")
        process = try Self.launch(address, folder)
    }

    func stop() {
        process.stop()
        TestFolder.remove(folder)
    }

    /// Has it obey from now on; it looks every few milliseconds.
    func tell(_ order: String) throws {
        let path = "\(folder)/control"
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw ServerError.last("open \(path)") }
        defer { close(file) }
        let line = Array((order + "\n").utf8)
        guard write(file, line, line.count) == line.count else {
            throw ServerError.last("write \(path)")
        }
        usleep(30_000)
    }

    /// Everything that arrived whole, in order.
    var received: [[String: String]] {
        get throws {
            try Files.read("\(folder)/received.jsonl").split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8)).fields
            }
        }
    }

    /// The ids that the answers to what arrived report on.
    var receivedIDs: [String] {
        get throws { try received.map { $0["close_id"] ?? $0["order_id"] ?? "?" } }
    }

    var errors: String { process.errors }

    /// A message as text, whatever its values were.
    private struct Line: Decodable {
        let fields: [String: String]

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            var fields: [String: String] = [:]
            for name in container.allKeys {
                if let text = try? container.decode(String.self, forKey: name) {
                    fields[name.stringValue] = text
                } else {
                    fields[name.stringValue] = "\(try container.decode(Decimal.self, forKey: name))"
                }
            }
            self.fields = fields
        }
    }
}
