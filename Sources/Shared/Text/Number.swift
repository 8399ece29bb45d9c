/// Whole numbers in fields.
package enum Number {
    package static func int64(_ text: String) throws(FieldError) -> Int64 {
        guard let number = Int64(text) else {
            throw FieldError("number", text, rule: "is no whole number of 64 bits")
        }
        return number
    }
}
