import RedisDriver
import ServiceRuntime
import Shared

/// `fleet pause` and `resume`: a queue is not read for a while, and nothing of it is lost.
enum PauseCommands {
    private static let role = Positional(
        "role",
        "open, close, cancel, reject, pending, stoploss, takeprofit, orders, reports, "
            + "provider-<name>, events/persistence or events/projection")

    static let pause = CommandSpec(
        path: ["pause"], summary: "stop reading a queue; what comes waits in it",
        positionals: [role], options: [CommonOptions.patience],
        notes: [
            "Processes learn of it with their next heartbeat. They finish what they have in hand, keep "
                + "their leases, and say in 'fleet status' that they are paused. Processes that start "
                + "later are paused too."
        ],
        examples: ["fleet pause close", "fleet pause provider-house"],
        run: { try run($0, $1, true) })

    static let resume = CommandSpec(
        path: ["resume"], summary: "read a paused queue again",
        positionals: [role], options: [CommonOptions.patience],
        examples: ["fleet resume close"],
        run: { try run($0, $1, false) })

    private static func run(
        _ invocation: Invocation, _ context: Context, _ isPaused: Bool
    ) throws -> Report {
        let patience = try invocation.patience()
        let topology = try context.topology()
        let queue = invocation.word(0)
        let names = LaneID.all(of: 0, topology.providers).map(\.queueName)
        guard names.contains(queue) else {
            throw invocation.fail("'\(queue)' is none of \(names.joined(separator: ", "))")
        }
        let redis = try context.redis()
        let isNew = try RedisTopology.pause(redis, queue: queue, isPaused)
        var report = Report()
        report.facts([
            .init("role", .string(queue)), .init("paused", .bool(isPaused)),
            .init("changed", .bool(isNew)),
        ])
        let members = try ProcessSurvey.settled(redis, within: patience) {
            $0.queue == queue
        } when: {
            $0.isPaused == isPaused
        }
        let all = members.allSatisfy { $0.isPaused == isPaused }
        report.facts([
            .init("processes", JSONValue(members.count)),
            .init("settled", .bool(all)),
        ])
        if !all { report.fail() }
        return report
    }
}
