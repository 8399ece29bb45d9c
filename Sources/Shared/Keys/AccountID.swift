/// The four kinds of account. They differ in flow and in what happens beside an order (copying,
/// fees), never in the order's own path (domain §1).
package enum UserType: String, Sendable, CaseIterable, Hashable {
    case live
    case demo
    case strategyProvider = "strategy_provider"
    case copyFollower = "copy_follower"

    package init(text: String) throws(KeyError) {
        guard let known = UserType(rawValue: text) else { throw .unknownUserType(text) }
        self = known
    }
}

/// One account. Its text `<user_type>:<id>` is the hash tag that keeps all keys of the account in
/// one slot, so that one script can change them together.
package struct AccountID: Sendable {
    package let userType: UserType
    /// Decimal digits, as the reference has them.
    package let userID: String
    /// The hash tag, `live:42`.
    package let tag: String
    private let checksum: UInt16

    package init(_ userType: UserType, _ userID: String) throws(KeyError) {
        guard !userID.isEmpty else { throw .empty(field: "user_id") }
        guard !userID.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
        else { throw .brace(field: "user_id", text: userID) }
        guard userID.utf8.count <= 19, userID.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw .malformed(field: "user_id", text: userID, rule: "1 to 19 decimal digits")
        }
        self.userType = userType
        self.userID = userID
        tag = userType.rawValue + ":" + userID
        checksum = CRC16.checksum(tag.utf8)
    }

    /// Reads a hash tag, `live:42`.
    package init(tag: String) throws(KeyError) {
        guard !tag.isEmpty else { throw .empty(field: "account") }
        guard !tag.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
        else { throw .brace(field: "account", text: tag) }
        guard let colon = tag.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed(field: "account", text: tag, rule: "<user_type>:<id>")
        }
        let userType = try UserType(text: String(tag[..<colon]))
        try self.init(userType, String(tag[tag.utf8.index(after: colon)...]))
    }

    /// The Redis Cluster slot of all keys of this account.
    package var slot: Slot { Slot(tag: tag.utf8) }

    /// The partition of every queue in which this account's messages lie: `crc16(tag) mod count`.
    package func partition(of count: Int) -> Int { Int(checksum) % count }
}

extension AccountID: Hashable, Comparable, CustomStringConvertible {
    package static func == (left: AccountID, right: AccountID) -> Bool { left.tag == right.tag }
    package static func < (left: AccountID, right: AccountID) -> Bool { left.tag < right.tag }
    package func hash(into hasher: inout Hasher) { hasher.combine(tag) }
    package var description: String { tag }
}
