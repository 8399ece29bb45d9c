import PostgresDriver
import TestSupport
import Testing

@Suite("Postgres batches", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresBatchTests {
    static let table = BatchTable(
        "t",
        [
            .init("owner", "text"), .init("id", "bigint"), .init("version", "bigint"),
            .init("amount", "numeric"), .init("fields", "jsonb"),
        ],
        key: ["owner", "id"], onConflict: .keepNewest(by: "version"))

    private func connection() throws -> PostgresConnection {
        let connection = try SharedServer.connection()
        try connection.run(
            script: """
                CREATE TABLE t (owner text, id bigint, version bigint NOT NULL,
                    amount numeric(20,8) CHECK (amount < 1000000), fields jsonb,
                    PRIMARY KEY (owner, id))
                """)
        return connection
    }

    private func batch(_ rows: [[String?]], _ table: BatchTable = table) throws -> Batch {
        var batch = Batch(table)
        for row in rows { try batch.append(row) }
        return batch
    }

    private func write(
        _ rows: [[String?]], _ connection: PostgresConnection, _ table: BatchTable = table
    ) throws -> Int {
        try connection.pipeline([try batch(rows, table).statement])[0].affected
    }

    private func versions(_ connection: PostgresConnection) throws -> [Int64] {
        try connection.query("SELECT version FROM t ORDER BY owner, id").map {
            try $0.int64("version")
        }
    }

    @Test("The newest version of a row stays, whatever comes later")
    func newest() throws {
        let connection = try connection()
        let first = try write(
            [
                ["b", "2", "5", "1.00000001", #"{"a": "\"{,}\\"}"#], ["a", "1", "5", nil, nil],
                ["c", "3", "5", "3", "{}"],
            ], connection)
        #expect(first == 3)
        let second = try write(
            [["a", "1", "4", "9", nil], ["b", "2", "5", "9", nil], ["c", "3", "6", "9", nil]],
            connection)
        #expect(second == 1)
        #expect(try versions(connection) == [5, 5, 6])
        let rows = try connection.query("SELECT amount, fields->>'a' AS a FROM t ORDER BY id")
        #expect(
            try rows.map { try $0.optionalText("amount") } == [nil, "1.00000001", "9.00000000"])
        #expect(try rows.map { try $0.optionalText("a") } == [nil, #""{,}\"#, nil])
    }

    @Test("`keep` keeps what is there, `refuse` refuses the batch")
    func conflicts() throws {
        let connection = try connection()
        let row: [String?] = ["a", "1", "1", "1", nil]
        _ = try write([row], connection)
        let other: [String?] = ["a", "2", "1", "1", nil]
        let columns = Self.table.columns
        let key = ["owner", "id"]
        let refuse = BatchTable("t", columns, key: key, onConflict: .refuse)
        let error = failure { _ = try write([other, row], connection, refuse) }
        #expect(error?.name == "refused.23505")
        #expect(try versions(connection) == [1])
        let keep = BatchTable("t", columns, key: key, onConflict: .keep)
        #expect(try write([other, ["a", "1", "9", "1", nil]], connection, keep) == 1)
        #expect(try versions(connection) == [1, 1])
    }

    @Test("A row that Postgres refuses fails its batch whole")
    func refused() throws {
        let connection = try connection()
        let good: [String?] = ["a", "1", "1", "1", nil]
        for bad in ["1000000", "1e20", "x", ""] {
            let error = failure {
                _ = try write([good, ["a", "2", "1", bad, nil]], connection)
            }
            #expect(error?.code == .refused)
        }
        #expect(try versions(connection).isEmpty)
    }

    @Test("Wrong shapes, too many rows and a key twice are faults; an empty batch writes nothing")
    func shapes() throws {
        let connection = try connection()
        var batch = Batch(Self.table)
        #expect(try connection.pipeline([batch.statement])[0].affected == 0)
        for row in [["a"], ["a", "1", "1", "1", nil, nil]] {
            #expect(failure { try batch.append(row) }?.code == .fault)
        }
        for number in 0..<Batch.mostRows { try batch.append(["a", "\(number)", "1", "0", nil]) }
        #expect(failure { try batch.append(["a", "0", "1", "0", nil]) }?.code == .fault)
        #expect(batch.count == Batch.mostRows)
        #expect(try connection.pipeline([batch.statement])[0].affected == Batch.mostRows)
        let twice = failure {
            _ = try write([["a", "1", "2", "0", nil], ["a", "1", "3", "0", nil]], connection)
        }
        #expect(twice?.name == "fault.21000")
    }
}
