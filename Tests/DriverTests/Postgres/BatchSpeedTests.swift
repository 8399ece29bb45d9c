import Glibc
import PostgresDriver
import Testing

/// Prints how fast batches are written; `ORDERFLEET_MEASURE=1` runs it.
@Suite("Postgres speed", .enabled(if: getenv("ORDERFLEET_MEASURE") != nil))
struct PostgresSpeedTests {
    static let orders = BatchTable(
        "orders",
        PostgresSchemaTests.rows["orders", default: [:]].keys.sorted().map { name in
            .init(name, types[name, default: "text"])
        },
        key: ["order_id"], onConflict: .keepNewest(by: "orders_version"))

    static let types = [
        "snapshot": "jsonb", "order_id": "bigint", "orders_version": "bigint",
        "order_version": "bigint", "created_ms": "bigint", "updated_ms": "bigint",
        "order_quantity": "numeric", "order_price": "numeric", "leverage": "numeric",
        "commission_entry": "numeric", "commission_exit": "numeric", "swap": "numeric",
        "profit": "numeric", "net_profit": "numeric", "close_price": "numeric",
    ]

    @Test("Rows a second, new and again, in batches of a thousand with 1 kB of JSON each")
    func upserts() throws {
        let connection = try PostgresSchemaTests().connection()
        let row = PostgresSchemaTests.rows["orders", default: [:]].mapValues {
            $0.replacing("'", with: "")
        }
        let json = "{" + (0..<40).map { "\"field_\($0)\": \"value \($0)\"" }.joined(separator: ", ")
        for version in 1...3 {
            let own = clock()
            let took = try ContinuousClock().measure {
                for start in stride(from: 1, through: 20_001, by: 1_000) {
                    var batch = Batch(Self.orders)
                    for id in start..<start + 1_000 {
                        var values = row
                        values["order_id"] = String(id)
                        values["orders_version"] = String(version)
                        values["snapshot"] = json + "}"
                        try batch.append(Self.orders.columns.map { values[$0.name] })
                    }
                    let written = try connection.pipeline([batch.statement])[0].affected
                    #expect(written == 1_000)
                }
            }
            let rate = Int(21_000 / (took / .seconds(1)))
            print(
                "version \(version): \(rate) rows a second, \((clock() - own) / 21) ns of ours each"
            )
        }
    }
}
