import Glibc
import ServiceRuntime
import Shared

/// `fleet top`: the fleet, live.
enum TopCommand {
    static let spec = CommandSpec(
        path: ["top"], summary: "watch queues and processes, refreshed each second",
        options: [Option("partitions", nil, "a line for each partition instead of each queue")],
        notes: [
            "q ends it, p switches between queues and partitions. Where the output is no terminal, it "
                + "prints once, with the rates of one second.",
            "in/s: entries appended. out/s: entries handled; for events those acknowledged.",
        ],
        examples: ["fleet top", "fleet top --partitions", "fleet top --json"],
        run: { try run($0, $1) })

    private static let rest: Duration = .seconds(1)

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        var byPartition = invocation.has("partitions")
        var last = try FleetSnapshot.take(context)
        guard !invocation.isJSON, isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1 else {
            Thread.rest(rest)
            return TopView(last, try FleetSnapshot.take(context), byPartition: byPartition).report
        }
        let screen = Screen()
        defer { screen.close() }
        screen.show(TopView(last, last, byPartition: byPartition).report.text(json: false))
        while true {
            switch screen.key(within: rest) {
            case "q"?, "Q"?, "\u{3}"?, "\u{4}"?: return Report()
            case "p"?, "P"?: byPartition.toggle()
            default: break
            }
            do {
                let now = try FleetSnapshot.take(context)
                screen.show(TopView(last, now, byPartition: byPartition).report.text(json: false))
                last = now
            } catch {
                screen.show("waiting: \(error)")
            }
        }
    }
}
