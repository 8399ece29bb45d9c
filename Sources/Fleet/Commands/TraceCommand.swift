import PostgresDriver
import RedisDriver
import ServiceRuntime
import Shared

/// `fleet trace`: the whole story of an order.
enum TraceCommand {
    static let spec = CommandSpec(
        path: ["trace"], summary: "tell the whole story of an order, found by any of its ids",
        positionals: [
            Positional("id", "the order id, or the id of any of its requests")
        ],
        notes: [
            "Commands, transitions, ledger rows and rejections from Postgres; what lies in queues, "
                + "waits or died, and how the order stands, from Redis. In order of time."
        ],
        examples: ["fleet trace 8412349871234", "fleet trace CLS8412349875555 --json"],
        run: { try run($0, $1) })

    private static func run(_ invocation: Invocation, _ context: Context) throws -> Report {
        let id = try invocation.word(0, "id") { try LifecycleID($0) }
        guard let key = try OrderFinder.find(id, context) else {
            throw Failure("nobody knows '\(id)'")
        }
        var report = Report()
        report.facts([
            .init("order_id", .string(key.order.text)), .init("account", .string(key.account.tag)),
        ])
        var chapters: [Chapter] = []
        if context.hasDatabase {
            chapters += try StoredStory.chapters(of: key, try context.database())
        } else {
            report.line("without Postgres: DATABASE_URL is not set")
        }
        chapters += try LivingStory.chapters(of: key, context)
        var table = Table([
            .init("time"), .init("what"), .init("number"), .init("from"), .init("to"),
            .init("detail"),
        ])
        for chapter in chapters.sorted(by: { $0.place < $1.place }) { table.add(chapter.cells) }
        report.table(table, "story")
        try addStanding(of: key, to: &report, context)
        return report
    }

    private static func addStanding(
        of key: OrderKey, to report: inout Report, _ context: Context
    ) throws {
        let hashes = try context.redis().fields(of: [
            key.account.holdings(key.order), key.account.orderDone(key.order),
        ])
        if !hashes[0].isEmpty {
            report.facts(OrderViews.facts(of: hashes[0]), under: "redis")
        } else if !hashes[1].isEmpty {
            report.facts(
                hashes[1].list.map { .init($0.name, .string($0.value)) }, under: "redis_done")
        } else {
            report.line("nothing of it is left in Redis", "redis", .null)
        }
    }
}

/// One line of a story.
struct Chapter {
    let time: Int64
    /// Among lines of one millisecond: the account's number, then what comes first of one step.
    let number: Int64?
    let rank: Int
    let what: String
    var from: String?
    var to: String?
    var detail = ""

    var place: (Int64, Int64, Int) { (time, number ?? .max, rank) }

    var cells: [JSONValue] {
        [
            .string(Timestamp.text(time)), .string(what), number.map { JSONValue($0) } ?? .null,
            JSONValue(from), JSONValue(to), .string(detail),
        ]
    }
}
