/// A key that knows its slot and what Redis stores under it, so that passing a hash's key to a
/// stream command does not compile. Only the factories in `Keys.swift` make them.
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
