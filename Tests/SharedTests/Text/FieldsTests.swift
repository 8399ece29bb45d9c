import Testing

@testable import Shared

@Suite struct FieldsTests {
    @Test func namesAreFoundReplacedAndRemoved() {
        var fields = Fields(["a": "1", "b": "2"])
        fields["a"] = "3"
        fields["c"] = "4"
        fields["b"] = nil
        fields["nothing"] = nil
        #expect(fields == Fields(["a": "3", "c": "4"]))
        #expect(fields["b"] == nil)
        #expect(!fields.isEmpty)
        #expect(Fields().isEmpty)
    }

    @Test func anEmptyTextIsAsNone() throws {
        let fields = Fields(["empty": "", "full": "x"])
        #expect(fields["empty"] == "")
        #expect(fields.present("empty") == nil)
        #expect(fields.present("missing") == nil)
        #expect(fields.present("full") == "x")
        #expect(try fields.optional("empty") { try Price($0) } == nil)
        #expect(throws: FieldError("empty", "", rule: "is required")) {
            try fields.required("empty")
        }
    }

    @Test func aFaultNamesTheFieldWhateverReadIt() {
        let fields = Fields(["count": "many", "price": "1,5", "id": "{"])
        #expect(
            throws: FieldError("count", "many", rule: "is no whole number of 64 bits")
        ) { try fields.required("count", Number.int64) }
        #expect(throws: FieldError("price", "1,5", rule: "not_a_number '1,5'")) {
            try fields.required("price") { try Price($0) }
        }
        #expect(throws: FieldError("id", "{", rule: "id '{' holds a brace")) {
            try fields.optional("id") { try LifecycleID($0) }
        }
    }

    @Test(arguments: ["", "1.0", "9223372036854775808", "0x1", " 1", "1 "])
    func whatIsNoWholeNumberIsRefused(_ text: String) {
        #expect(throws: FieldError.self) { try Number.int64(text) }
    }
}
