/// Which account is told what when, so that every moment sees reports of every kind: each account has
/// one order of each life, and what two reports say of one order lies far apart.
struct Storyline {
    /// How many accounts it takes.
    let accounts: Int
    /// How many rounds later an order's second answer comes than its first one. Until then a round is
    /// of first answers only.
    private let lag: Int
    private static let firsts = Life.allCases.count

    /// - Parameter reports: how many will be asked for, at least 100.
    init(reports: Int) {
        lag = min(1_000, reports / 50)
        let seconds = Life.story.count - Storyline.firsts
        accounts = (reports + seconds * lag + Life.story.count - 1) / Life.story.count
    }

    /// - Parameter number: of the report, from 0 on.
    func report(_ number: Int) -> (account: Int, place: Int, answer: Life.Answer) {
        let early = Storyline.firsts * lag
        let (round, index) =
            number < early
            ? number.quotientAndRemainder(dividingBy: Storyline.firsts)
            : (number - early + Life.story.count * lag).quotientAndRemainder(
                dividingBy: Life.story.count)
        let (place, answer) = Life.story[index]
        let asked = index < Storyline.firsts ? round : round - lag
        // The lives of one account lie an eighth of the run apart.
        let account = (asked + place * (accounts / Storyline.firsts)) % accounts
        return (account, place, answer)
    }
}
