internal import CLibpq

/// Parts of an error or notice that are read here (Postgres manual, §55.8). libpq's own names for
/// them are macros that Swift does not see.
enum ErrorField: Unicode.Scalar {
    /// Not translated: ERROR, FATAL, PANIC, WARNING, …
    case severity = "V"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case table = "t"
    case column = "c"
    case constraint = "n"

    /// Nil where the result has no such part.
    func read(_ result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(rawValue.value)).map { String(cString: $0) }
    }
}
