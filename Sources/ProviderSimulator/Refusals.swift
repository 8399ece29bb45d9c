import Shared
import Statements

/// Requests that are refused once although the recording answers them: of each statement named, one
/// of every kind that it has, chosen by seed. Only a row's first request of its kind is refused; asked
/// again under the next number it is answered.
struct Refusals: Sendable, Equatable {
    /// What can be refused, each on its own terms (domain §3).
    enum Kind: UInt64, Sendable, CaseIterable { case placement, modify, cancel, close, leg }

    let requests: Set<RowRequest>

    static let none = Refusals(requests: [])

    private init(requests: Set<RowRequest>) { self.requests = requests }

    init(of statement: Statement, named name: String, seed: UInt64) {
        let chosen = Kind.allCases.compactMap { kind -> RowRequest? in
            let candidates = statement.rows.flatMap { Self.requests(kind, of: $0, name) }
            guard !candidates.isEmpty else { return nil }
            var draw = SplitMix(seed: seed ^ (kind.rawValue &+ 1) &* 0x9e37_79b9_7f4a_7c15)
            return candidates[Int(draw.next() % UInt64(candidates.count))]
        }
        requests = Set(chosen)
    }

    func union(_ other: Refusals) -> Refusals {
        Refusals(requests: requests.union(other.requests))
    }

    func refuses(_ request: ProviderRequest) -> Bool {
        request.idempotencyKey.flatMap { RowRequest($0) }.map(requests.contains) ?? false
    }

    /// The requests of a kind that a row's client makes.
    private static func requests(
        _ kind: Kind, of row: StatementRow, _ name: String
    ) -> [RowRequest] {
        func request(_ step: RowRequest.Step?) -> RowRequest {
            RowRequest(name, row: row.number, step)
        }
        switch (kind, row.kind) {
        case (.placement, .position), (.placement, .pending): return [request(nil)]
        case (.modify, .pending): return [request(.modify)]
        case (.cancel, .pending): return [request(.cancel)]
        case (.close, .position(let position)):
            return position.closingLeg == nil ? [request(.close)] : []
        case (.leg, .position(let position)):
            return [
                position.stopLoss.map { _ in request(.stopLoss) },
                position.takeProfit.map { _ in request(.takeProfit) },
            ].compactMap { $0 }
        case (_, .balance), (.modify, .position), (.cancel, .position), (.close, .pending),
            (.leg, .pending):
            return []
        }
    }
}
