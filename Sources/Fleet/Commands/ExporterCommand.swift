import Glibc
import HttpDriver
import ServiceRuntime
import Shared

/// `fleet exporter`: the fleet as metrics for Prometheus, over HTTP.
enum ExporterCommand {
    static let spec = CommandSpec(
        path: ["exporter"], summary: "serve metrics for Prometheus, until it is stopped",
        options: [
            Option("listen", "address:port", "where (default: EXPORTER_ADDRESS)"),
            Option("once", nil, "print the metrics and end", aloneButFor: []),
        ],
        notes: [
            "GET /metrics asks Redis and Postgres each time; /healthz tells that it runs. There is no "
                + "password: bind it to loopback or a private network. SIGTERM or SIGINT ends it.",
            "Alert rules and a dashboard are in deploy/prometheus and deploy/grafana.",
        ],
        examples: [
            "fleet exporter", "fleet exporter --listen 0.0.0.0:9890", "fleet exporter --once",
        ],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        var source = MetricSource(context)
        if invocation.has("once") {
            var report = Report()
            report.line(String(try source.text().dropLast()))
            return report
        }
        let address =
            try invocation.option("listen") { try HttpAddress($0) }
            ?? HttpAddress(context.settings.text("EXPORTER_ADDRESS"))
        var signals = SignalWaiter([SIGTERM, SIGINT])
        let server = try HttpServer(address) { path in
            switch path {
            case "/metrics":
                HttpResponse(
                    status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
                    body: source.lenientText())
            case "/healthz": HttpResponse(status: 200, body: "ok\n")
            case "/": HttpResponse(status: 200, body: "metrics of OrderFleet: /metrics\n")
            default: HttpResponse(status: 404, body: "there is only /metrics and /healthz\n")
            }
        }
        Terminal.complain("fleet exporter: serving on \(address.host) port \(server.port)")
        while signals.wait(for: .zero) == nil { server.serve(for: .milliseconds(250)) }
        return Report()
    }
}

/// Takes a snapshot for each answer, and says once when something is away.
private struct MetricSource {
    private let context: Context
    private var lastComplaint: String?

    init(_ context: Context) { self.context = context }

    mutating func text() throws -> String {
        FleetMetrics.text(try FleetSnapshot.take(context), version: CommandLineHelp.version)
    }

    /// A server that is away is itself what Prometheus must be told.
    mutating func lenientText() -> String {
        do {
            let snapshot = try FleetSnapshot.take(context)
            if case .failure(let error)? = snapshot.database {
                complain("\(error)")
            } else {
                complain(nil)
            }
            return FleetMetrics.text(snapshot, version: CommandLineHelp.version)
        } catch {
            complain("\(error)")
            return FleetMetrics.text(nil, version: CommandLineHelp.version)
        }
    }

    private mutating func complain(_ text: String?) {
        if let text, text != lastComplaint { Terminal.complain("fleet exporter: \(text)") }
        lastComplaint = text
    }
}
