package import Shared

extension OutcomeCounting {
    /// Counts a dead letter and tells of it.
    ///
    /// - Parameter detail: for people, in the dead letter.
    /// - Returns: what becomes of its entry.
    package func bury(_ entry: Entry, _ reason: DeadReason, _ detail: String?) -> EntryResult {
        count(.dead, reason.rawValue)
        alarm(
            "dead letter",
            [
                "entry": "\(entry.id)", "reason": reason.rawValue,
                "key": entry.fields.present("key") ?? "-",
                "event_id": entry.fields.present("event_id") ?? "-", "detail": detail ?? "-",
            ])
        var fields = Fields()
        fields[DeadField.detail] = detail
        return .settle(.dead(reason, fields))
    }

    /// The same of one that cannot be read.
    package func bury(_ entry: Entry, _ error: MessageError) -> EntryResult {
        bury(entry, error.deadReason, error.description)
    }
}
