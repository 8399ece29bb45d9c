import PostgresDriver
import TestSupport
import Testing

@Suite("Postgres values", .enabled(if: PrivatePostgres.shouldRun))
struct PostgresValueTests {
    static let texts = [
        "", "plain", "NULL", "null", "with \"quotes\" and 'more'", "a,b", "back\\slash", "\\\"",
        "{braces}", "}{", " lead and trail ", "tab\tnew\nline\r", "naïve 日本語 🏦 e\u{301}", "$1",
        "%s", "\u{1}\u{7f}",
    ]

    @Test("A text comes back byte for byte", arguments: texts)
    func text(_ text: String) throws {
        let rows = try SharedServer.connection().query("SELECT $1::text AS v", [.text(text)])
        #expect(Array(try rows[0].text("v").utf8) == Array(text.utf8))
    }

    @Test("Arrays keep every element, NULLs among them")
    func arrays() throws {
        let connection = try SharedServer.connection()
        let elements: [String?] = Self.texts.map { $0 } + [nil, "last", nil]
        let rows = try connection.query(
            "SELECT v FROM unnest($1::text[]) WITH ORDINALITY AS a (v, n) ORDER BY n",
            [.array(elements)])
        #expect(try rows.map { try $0.optionalText("v") } == elements)
        #expect(rows.count == elements.count)
        let numbers: [Int64?] = [.min, -1, nil, 0, .max]
        let back = try connection.query(
            "SELECT v FROM unnest($1::bigint[]) WITH ORDINALITY AS a (v, n) ORDER BY n",
            [.integers(numbers)])
        #expect(try back.map { try $0.optionalInt64("v") } == numbers)
        let empty = try connection.query(
            "SELECT cardinality($1::text[]) AS t, cardinality($2::bigint[]) AS b",
            [.array([]), .integers([])])
        #expect(try empty[0].int64("t") == 0)
        #expect(try empty[0].int64("b") == 0)
    }

    @Test(
        "Decimals are exact",
        arguments: [
            "0.00000000", "0.00000001", "-0.00000001", "10.22500000", "999999999999.99999999",
            "-999999999999.99999999", "0.10000000",
        ])
    func decimals(_ text: String) throws {
        let connection = try SharedServer.connection()
        let sql = "SELECT $1::numeric(20,8) AS one, ($2::numeric[])[2]::numeric(20,8) AS two"
        let rows = try connection.query(sql, [.text(text), .array([nil, text])])
        #expect(try rows[0].text("one") == text)
        #expect(try rows[0].text("two") == text)
    }

    @Test("Integers, booleans and NULL")
    func scalars() throws {
        let connection = try SharedServer.connection()
        let row = try connection.query(
            "SELECT $1::bigint AS low, $2::bigint AS high, $3::boolean AS yes, $4::boolean AS no,"
                + " $5::text AS nothing, $6::text AS none",
            [
                .integer(.min), .integer(.max), .bool(true), .bool(false), .null,
                .optional(String?.none),
            ])[0]
        #expect(try row.int64("low") == .min)
        #expect(try row.int64("high") == .max)
        #expect(try row.bool("yes"))
        #expect(try !row.bool("no"))
        #expect(try row.isNull("nothing"))
        #expect(try row.optionalInt64("none") == nil)
    }

    @Test("JSON fields survive, also through an array")
    func json() throws {
        let text = #"{"a": "b\"c\\d", "e": "{,}", "ü": "\n"}"#
        let rows = try SharedServer.connection().query(
            "SELECT ($1::jsonb[])[1]->>'a' AS a, ($1::jsonb[])[1]->>'e' AS e", [.array([text])])
        #expect(try rows[0].text("a") == "b\"c\\d")
        #expect(try rows[0].text("e") == "{,}")
    }

    @Test("A zero byte is refused before anything is sent")
    func zeroByte() throws {
        let connection = try SharedServer.connection()
        for value in [PostgresValue.text("a\0b"), .array(["ok", "\0"])] {
            let error = failure { _ = try connection.query("SELECT $1::text", [value]) }
            #expect(error?.name == "refused.22021")
        }
        #expect(!connection.isConnected)
    }

    @Test("What a row does not hold is a fault that names the column")
    func reading() throws {
        let row = try SharedServer.connection().query("SELECT NULL::text AS n, 'x' AS t")[0]
        let faults: [(PostgresError?, String)] = [
            (failure { _ = try row.text("gone") }, "the answer has no column gone"),
            (failure { _ = try row.isNull("gone") }, "the answer has no column gone"),
            (failure { _ = try row.text("n") }, "column n is null"),
            (failure { _ = try row.int64("n") }, "column n is null"),
            (failure { _ = try row.int64("t") }, "column t is not a 64-bit integer"),
            (failure { _ = try row.bool("t") }, "column t is not a boolean"),
        ]
        for (error, detail) in faults {
            #expect(error?.code == .fault)
            #expect(error?.detail == detail)
        }
    }

    @Test("Counts of changed rows")
    func affected() throws {
        let connection = try SharedServer.connection()
        try connection.run(script: "CREATE TABLE t (n int)")
        let insert = "INSERT INTO t SELECT generate_series(1, $1::int)"
        #expect(try connection.query(insert, [.integer(7)]).affected == 7)
        #expect(try connection.query("DELETE FROM t WHERE n > 5").affected == 2)
        #expect(try connection.query("UPDATE t SET n = 0 WHERE false").affected == 0)
        #expect(try connection.query("SELECT * FROM t").count == 5)
    }
}
