import RedisDriver
import ServiceRuntime
import Shared

/// `fleet init`: what all processes must agree on, and the consumer groups.
enum InitCommand {
    static let spec = CommandSpec(
        path: ["init"], summary: "set up an empty Redis: partitions, providers, consumer groups",
        options: [
            Option("partitions", "count", "partitions of every queue, 1 to 256 (default 8)"),
            Option(
                "providers", "names", "providers of executions, by commas (default house,barclays)"),
        ],
        notes: [
            "Again with the same values it changes nothing, makes groups that are missing, and adds "
                + "providers. Other partitions than before are refused while anything lies in them. "
                + "The version of messages stays: 'fleet upgrade' raises it."
        ],
        examples: ["fleet init", "fleet init --partitions 16 --providers house"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let partitions = try invocation.integer("partitions", in: 1...256) ?? 8
        let providers =
            try invocation.option("providers", Self.providers) ?? Self.providers("house,barclays")
        let topology = try RedisTopology.initialise(
            context.redis(), partitions: partitions, providers: providers)
        var report = Report()
        report.facts([
            .init("partitions", JSONValue(topology.partitions)),
            .init(
                "providers", .array(topology.providers.map(\.name).sorted().map { .string($0) })),
            .init("incarnation", JSONValue(topology.incarnation)),
            .init("message_version", JSONValue(topology.version)),
        ])
        return report
    }

    static func providers(_ text: String) throws -> Set<Provider> {
        var providers: Set<Provider> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard providers.insert(try Provider(String(name))).inserted else {
                throw Failure("'\(name)' stands there twice")
            }
        }
        guard providers.contains(.house) else { throw Failure("must contain house") }
        return providers
    }
}
