package import Shared

/// A command as it was submitted first.
package struct Submitted {
    package let account: AccountID
    package let fields: Fields
    /// Its place among all commands of the run.
    package let number: Int

    /// Whole: the command's own fields, and what every command has.
    ///
    /// - Parameters:
    ///   - request: its request id.
    ///   - time: milliseconds since 1970.
    package init(
        _ own: Fields, of account: AccountID, request: String, number: Int, at time: Int64
    ) {
        var fields = Fields([
            "v": "1", "request_id": request, "user_type": account.userType.rawValue,
            "user_id": account.userID, "ts": String(time),
        ])
        for field in own.list { fields[field.name] = field.value }
        self.account = account
        self.fields = fields
        self.number = number
    }

    /// As announcements name it.
    package var name: String { "\(account.tag) \(fields["request_id"] ?? "")" }
}
