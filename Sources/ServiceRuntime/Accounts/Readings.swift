import Shared

/// What the decisions of a batch read from other slots: terms first, since they name currencies,
/// then all prices in one call.
struct Readings {
    let terms: [TermsKey: Fields]
    let prices: Prices

    init<Handler: MessageHandler>(
        for ready: [(work: AccountWork<Handler.Message>, loaded: LoadedAccount)],
        by handler: Handler, from store: any AccountStore
    ) throws(StoreError) {
        var needs = Needs()
        for (work, loaded) in ready {
            for item in work.items {
                // What cannot be asked for fails again, and is reported, in the decision.
                guard let more = try? handler.needs(item.message, on: loaded.account) else {
                    continue
                }
                needs.symbols.formUnion(more.symbols)
                needs.terms.formUnion(more.terms)
            }
        }
        let terms = needs.terms.isEmpty ? [:] : try store.terms(Array(needs.terms))
        for (work, loaded) in ready {
            for item in work.items {
                let more = try? handler.furtherNeeds(
                    item.message, on: loaded.account, terms: terms)
                needs.symbols.formUnion(more ?? [])
            }
        }
        self.terms = terms
        prices = needs.symbols.isEmpty ? Prices() : try store.prices(needs.symbols)
    }
}
