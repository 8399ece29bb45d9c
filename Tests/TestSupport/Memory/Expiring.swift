package import Shared

/// Keys of one type with their expiry by virtual time, as one server keeps them.
package struct Expiring<Key: RedisKey, Value> {
    private var slots: [String: Slot] = [:]

    private struct Slot {
        var value: Value
        var expires: Int64?
    }

    package init() {}

    /// Setting keeps the expiry of what is there, as HSET does; setting nil deletes.
    package subscript(key: Key, at now: Int64) -> Value? {
        get {
            guard let slot = slots[key.text], slot.expires.map({ now < $0 }) ?? true else {
                return nil
            }
            return slot.value
        }
        set {
            guard let newValue else {
                slots[key.text] = nil
                return
            }
            if self[key, at: now] == nil {
                slots[key.text] = Slot(value: newValue, expires: nil)
            } else {
                slots[key.text]?.value = newValue
            }
        }
    }

    /// Sets when a key goes; nil keeps it for good. Nothing where there is no such key.
    package mutating func expire(_ key: Key, at moment: Int64?) {
        slots[key.text]?.expires = moment
    }

    /// Every key that lives, sorted.
    package func living(at now: Int64) -> [(key: String, value: Value)] {
        slots.filter { $0.value.expires.map { now < $0 } ?? true }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }
    }
}
