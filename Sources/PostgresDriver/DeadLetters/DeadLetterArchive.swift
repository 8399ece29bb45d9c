package import ServiceRuntime
import Shared

/// The table `dead_letters`: every letter that died, and who did what with it (architecture §5). The
/// persistence writer archives them as they die; whoever acts on one archives it too, since the
/// writer may not have come by yet.
package struct DeadLetterArchive {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) { self.connection = connection }

    package enum Action: String, Sendable {
        case redriven, resolved, dropped
    }

    /// Who does what, and why.
    package struct Actor: Sendable {
        package let name: String
        package let note: String?

        package init(name: String, note: String?) {
            self.name = name
            self.note = note
        }
    }

    private static let columns = "(queue, partition, entry_id, reason, fields, died_ms)"

    /// Notes letters that died; those that are noted stay as they are.
    package func archive(_ letters: [DeadLetter]) throws(PostgresError) {
        guard !letters.isEmpty else { return }
        _ = try connection.query(
            """
            INSERT INTO dead_letters \(Self.columns)
            SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::jsonb[],
                $6::bigint[]) AS letter \(Self.columns) ORDER BY queue, partition, entry_id
            ON CONFLICT (queue, partition, entry_id) DO NOTHING
            """, Self.values(letters))
    }

    /// Notes who does what with letters, before it is done: what was done without a note would never be
    /// known, and what was noted and not done is still on the list of letters.
    ///
    /// - Returns: the names of the letters that are the caller's to act on. Missing are those that
    ///   somebody else acted on within the last minute.
    package func claim(
        _ letters: [DeadLetter], _ action: Action, by actor: Actor
    ) throws(PostgresError) -> Set<String> {
        try archive(letters)
        guard !letters.isEmpty else { return [] }
        let rows = try connection.query(
            """
            UPDATE dead_letters SET action = $4, actor = $5, note = $6,
                acted_at = clock_timestamp()
            WHERE (action IS NULL OR action = $4 AND actor = $5
                    OR acted_at < clock_timestamp() - interval '1 minute')
                AND (queue, partition, entry_id) IN
                    (SELECT * FROM unnest($1::text[], $2::int[], $3::text[]))
            RETURNING queue, partition, entry_id
            """,
            Array(Self.values(letters).prefix(3)) + [
                .text(action.rawValue), .text(actor.name), .optional(actor.note),
            ])
        var names: Set<String> = []
        for row in rows {
            names.insert(
                try row.text("queue") + ":" + row.text("partition") + "/" + row.text("entry_id"))
        }
        return names
    }

    private static func values(_ letters: [DeadLetter]) -> [PostgresValue] {
        [
            .array(letters.map(\.lane.queueName)),
            .integers(letters.map { Int64($0.lane.partition) }),
            .array(letters.map { "\($0.entry.id)" }),
            .array(letters.map { $0.reasonText.isEmpty ? "unknown" : keepable($0.reasonText) }),
            .array(letters.map { JSONText.object(keepable($0.entry.fields)) }),
            .integers(letters.map(\.diedAt)),
        ]
    }

    /// Postgres keeps no NUL, in no text; it may be the very byte that a message died of.
    private static func keepable(_ fields: Fields) -> Fields {
        Fields(fields.list.map { .init(keepable($0.name), keepable($0.value)) })
    }

    private static func keepable(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}
