import ServiceRuntime
import Shared
import TestSupport

/// Dead letters are exactly those that the provider's misdeeds deserve.
extension Checks {
    func deserved() -> [String] {
        let letters = evidence.letters
        let dead = Set(letters.compactMap(\.told))
        let applied = Set(events.values.joined().compactMap { $0["event_id"] })
        let arrivals = Set(
            events.values.joined().map { event in
                "\(event["event_id"] ?? "") \(event[EventField.arrival] ?? "")"
            })
        var found = evidence.provider.unread.map { "provider cannot read \($0)" }
        for letter in letters {
            if !isDeserved(letter) { found.append("1: \(letter.name) is dead for nothing") }
            // Another one of the same event may have been applied behind it where the provider
            // contradicted itself; the report itself not.
            let isPlain = letter.order.flatMap { evidence.provider.orders[$0] }?.isPlain ?? true
            let isApplied = isPlain && applied.contains(letter.event)
            let isSame = arrivals.contains("\(letter.event) \(letter.arrival ?? "")")
            if letter.isReport, isApplied || isSame {
                found.append("1: report \(letter.name) is dead and applied")
            }
        }
        for part in evidence.provider.parts where !dead.contains(part) {
            found.append("1: part \(part) is no dead letter")
        }
        return found
    }

    private func isDeserved(_ letter: LeftLetter) -> Bool {
        let provider = evidence.provider
        if let told = letter.told, provider.parts.contains(told) { return true }
        guard let id = letter.order, let truth = provider.orders[id], let reason = letter.reason
        else { return false }
        return !truth.isPlain && DeadReason.judgements.contains(reason)
    }
}

extension DeadReason {
    /// What contradictory reports may come to.
    fileprivate static let judgements: Set<DeadReason> = [
        .ambiguous, .ambiguousFill, .impossible, .lateFill, .partialFill, .secondFill,
        .tooManyDecimals, .unreadable, .unmappedCancelState,
    ]
}
