import PostgresDriver
import ServiceRuntime
import Shared

/// Archives the dead letters of one partition, of every role and group, as they die. After a take-over
/// it begins at the oldest letter once more; what is archived already stays as it is.
final class DeadLetterKeeper {
    private let store: any DeadLetterStore
    private let archive: DeadLetterArchive
    private let providers: Set<Provider>
    private let counters: any OutcomeCounting
    private var behind: [(lane: LaneID, last: EntryID)] = []
    private var nextLook = MonotonicTime.distantPast
    private static let lookEvery: Duration = .seconds(1)
    /// Letters of a lane in one look.
    private static let most = 256

    init(
        store: any DeadLetterStore, archive: DeadLetterArchive, providers: Set<Provider>,
        counters: any OutcomeCounting
    ) {
        self.store = store
        self.archive = archive
        self.providers = providers
        self.counters = counters
    }

    /// One round trip, at most once a second; more at once while there are more letters.
    func look(_ partition: Int, at now: MonotonicTime) throws {
        guard now >= nextLook else { return }
        nextLook = now.advanced(by: DeadLetterKeeper.lookEvery)
        if behind.isEmpty {
            behind = LaneID.all(of: partition, providers).map { ($0, .zero) }
        }
        let found = try store.letters(behind: behind, count: DeadLetterKeeper.most)
        let letters = found.flatMap { $0 }
        for start in stride(from: 0, to: letters.count, by: DeadLetterKeeper.most) {
            let end = min(start + DeadLetterKeeper.most, letters.count)
            try keep(Array(letters[start..<end]))
        }
        for (index, page) in found.enumerated() {
            if let last = page.last { behind[index].last = last.entry.id }
            if page.count == DeadLetterKeeper.most { nextLook = now }
        }
    }

    /// A letter that Postgres refuses stays among the letters in Redis alone, and holds up no other.
    private func keep(_ letters: [DeadLetter]) throws(PostgresError) {
        do {
            try archive.archive(letters)
        } catch  where error.code == .refused {
            guard letters.count > 1 else {
                return counters.alarm(
                    "dead letter not archived",
                    ["letter": letters[0].name, "error": "\(error)"])
            }
            for letter in letters { try keep([letter]) }
        }
    }
}
