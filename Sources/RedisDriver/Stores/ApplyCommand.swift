import ServiceRuntime
import Shared

extension RedisCommand {
    /// How old a decision may be when it is applied, ms (architecture §3).
    private static let mostAge = 2_000

    /// Writes what a chain of decisions changes, if the account still stands as it was loaded.
    init(applying write: AccountWrite) {
        var keys = KeyTable(write.account.portfolio)
        for check in write.checks { keys.use(check.key, "o") }
        for key in write.absent { keys.use(key, "h") }
        for write in write.writes { keys.use(write) }
        self.init(Scripts.apply, keys: keys.texts, slot: write.account.slot.number)
        var list = PackedList(reserving: 6_000)
        list.append(write.expectedToken?.text ?? "")
        list.append(write.loadedAt)
        list.append(Self.mostAge)
        list.append(keys.kinds)
        list.append(write.checks.count)
        for check in write.checks { list.append(check, keys.nextUse()) }
        list.append(write.absent.count)
        for _ in write.absent { list.append(keys.nextUse()) }
        for write in write.writes { list.append(write, keys.nextUse()) }
        append(list.packed())
    }
}

extension PackedList {
    fileprivate mutating func append(_ check: AccountWrite.OrderCheck, _ key: Int) {
        append(key)
        append(check.version.map { String($0) } ?? "")
        append(check.events.count)
        for event in check.events { append(event.text) }
    }

    fileprivate mutating func append(_ write: AccountWrite.KeyWrite, _ key: Int) {
        switch write {
        case .set(_, let fields):
            // A hash of no fields cannot be written, and there is nothing to write.
            if fields.isEmpty { return }
            append("set", key, 2 * fields.list.count)
            append(fields)
        case .unset(_, let names):
            if names.isEmpty { return }
            append("unset", key, names.count)
            for name in names { append(name) }
        case .addMember(_, let member):
            append("add", key, 1)
            append(member)
        case .removeMember(_, let member):
            append("remove", key, 1)
            append(member)
        case .expire(_, let milliseconds):
            append("expire", key, 1)
            append(milliseconds)
        case .persist: append("persist", key, 0)
        case .delete: append("delete", key, 0)
        }
    }

    private mutating func append(_ what: String, _ key: Int, _ count: Int) {
        append(what)
        append(key)
        append(count)
    }
}

/// The keys that a write uses, each once, and the order in which it uses them.
private struct KeyTable {
    private(set) var texts: [String]
    /// A letter a key: `o` an order that is checked, `h` another hash, `s` set.
    private(set) var kinds = "h"
    private var places: [String: Int]
    private var uses: [Int] = []
    private var used = 0

    init(_ first: HashKey) {
        texts = [first.text]
        places = [first.text: 1]
    }

    mutating func use(_ key: some RedisKey, _ kind: Character) {
        if let place = places[key.text] {
            uses.append(place)
            return
        }
        texts.append(key.text)
        kinds.append(kind)
        places[key.text] = texts.count
        uses.append(texts.count)
    }

    mutating func use(_ write: AccountWrite.KeyWrite) {
        switch write {
        case .set(let key, _), .unset(let key, _), .expire(let key, _), .persist(let key),
            .delete(let key):
            use(key, "h")
        case .addMember(let key, _), .removeMember(let key, _): use(key, "s")
        }
    }

    /// The place in KEYS of the next use, in the order in which they were made known.
    mutating func nextUse() -> Int {
        defer { used += 1 }
        return uses[used]
    }
}
