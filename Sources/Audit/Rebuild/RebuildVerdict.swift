import Shared

/// What an account needs so that Redis and Postgres tell one story again. Pure.
package enum RebuildVerdict: Sendable, Equatable {
    case fine
    /// Nothing is lost: what is published is noted anew, and the account trades again.
    case resume(String)
    /// Redis takes over what Postgres remembers. `discards` are steps that only Redis knows.
    case restore(String, discards: Int64)
    /// Events are on their way to Postgres.
    case waits(String)

    /// Where an account stands, here and there.
    struct Standing: Sendable, Equatable {
        /// `orders_version` in Redis; nil where the account is not there.
        var number: Int64?
        var token = ""
        var parked: String?
        /// Records that are not published, number → token.
        var outbox: [Int64: String] = [:]
        var published: RedisView.Published?
        /// `orders_version` and token in Postgres.
        var stored: Int64
        var storedToken: String
        /// Whether the account's persistence has stopped.
        var isStopped = false
    }

    init(_ standing: Standing) {
        guard let number = standing.number else {
            self = .restore("it is not in Redis", discards: 0)
            return
        }
        let stored = standing.stored
        let published = standing.published?.number ?? 0
        if number < stored {
            self = .restore("Redis is at \(number), Postgres at \(stored)", discards: 0)
        } else if number == stored {
            self = Self.atOneNumber(standing)
        } else if standing.isStopped {
            self = .restore("its persistence stopped at \(stored)", discards: number - stored)
        } else if published > stored {
            let isFine = standing.parked == nil
            self = isFine ? .fine : .waits("events up to \(published), Postgres at \(stored)")
        } else {
            self = Self.aheadInOutbox(standing, number)
        }
    }

    /// Both know the same number; its tokens tell whether they mean the same.
    private static func atOneNumber(_ standing: Standing) -> RebuildVerdict {
        let number = standing.stored
        // Parking gave a token of its own; what was published, or is to be, has the true one.
        let token =
            standing.parked == nil
            ? standing.token
            : standing.outbox[number]
                ?? (standing.published?.number == number ? standing.published?.token : nil)
        guard token == standing.storedToken else {
            return .restore("number \(number) is another step in Postgres", discards: 0)
        }
        if standing.published != RedisView.Published(number: number, token: standing.storedToken) {
            return .resume("what is published was lost")
        }
        return standing.parked.map { .resume("it was parked: \($0)") } ?? .fine
    }

    /// What Postgres does not have must lie in the outbox.
    private static func aheadInOutbox(_ standing: Standing, _ number: Int64) -> RebuildVerdict {
        let missing = (standing.stored + 1...number).filter { standing.outbox[$0] == nil }
        if let first = missing.first {
            return .restore("step \(first) was lost", discards: number - standing.stored)
        }
        let isKnown =
            standing.published?.number == standing.stored
            && standing.published?.token == standing.storedToken
        guard isKnown else { return .resume("what is published was lost") }
        return standing.parked.map { .resume("it was parked: \($0)") } ?? .fine
    }
}

extension RebuildVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fine: "fine"
        case .resume(let why): "resume: " + why
        case .waits(let why): "waits: " + why
        case .restore(let why, 0): "restore: " + why
        case .restore(let why, let discards): "restore, discarding \(discards) steps: " + why
        }
    }
}
