/// A key that knows its slot and what Redis stores under it: what writes one, or reads it as one
/// kind, does not compile with a key of another. Keys are put together in `Shared/Keys` only.
package protocol RedisKey: Sendable {
    var text: String { get }
    var slot: Slot { get }
}

package struct HashKey: RedisKey, Hashable {
    package let text: String
    package let slot: Slot
}

package struct SetKey: RedisKey, Hashable {
    package let text: String
    package let slot: Slot
}

package struct SortedSetKey: RedisKey, Hashable {
    package let text: String
    package let slot: Slot
}

package struct StringKey: RedisKey, Hashable {
    package let text: String
    package let slot: Slot
}

package struct StreamKey: RedisKey, Hashable {
    package let text: String
    package let slot: Slot
}
