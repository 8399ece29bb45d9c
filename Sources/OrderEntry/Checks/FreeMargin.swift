import Shared

extension FreeMargin {
    /// The account's free margin for a command. Throws `Refusal` where a sum leaves the range of
    /// money, and what a damaged book throws.
    static func of(_ account: Account, portfolio: Portfolio, at prices: Prices) throws -> Money {
        let entries = try account.book.entries()
        do throws(NumberError) {
            return try of(entries, portfolio: portfolio, at: prices)
        } catch {
            throw Refusal(.outOfRange, "free margin")
        }
    }
}
