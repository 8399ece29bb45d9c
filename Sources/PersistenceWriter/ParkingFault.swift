import PostgresDriver
import ServiceRuntime
import Shared

/// Why an account's persistence stopped: a row of `parked_accounts`.
struct ParkingFault: Equatable {
    enum Reason: String {
        /// Postgres refuses the row.
        case refused
        /// A number before it is missing.
        case gap
        /// Another token stands under its number.
        case fork
        /// The event cannot be read, or ended three writers.
        case unreadable
    }

    let reason: Reason
    /// `orders_version` of the event; 0 where it cannot be read.
    let number: Int64
    let detail: String
    var sqlState: String?
    var constraint: String?

    init(_ reason: Reason, _ number: Int64, _ detail: String) {
        self.reason = reason
        self.number = number
        self.detail = detail
    }

    /// What Postgres said of the row.
    init(_ row: EventRow, _ error: PostgresError) {
        self.init(.refused, row.number, error.detail)
        sqlState = error.sqlState.map { "\($0)" }
        constraint = error.constraint
    }

    /// An entry that cannot be read; its number, if it has one, is for the person who looks.
    init(unreadable entry: Entry, _ error: MessageError) {
        self.init(
            .unreadable, entry.fields["orders_version"].flatMap { Int64($0) } ?? 0, "\(error)")
    }
}
