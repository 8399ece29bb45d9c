import Shared

/// An order as the scripts `load` and `order` answer it: `{1, holdings}` or `{0, order_done}`.
struct StoredReply {
    let order: StoredOrder
    /// The holdings hash; nil where it is gone.
    let holdings: Fields?

    /// Nil where the reply has another shape; throws where a field cannot be read.
    init?(_ reply: Reply, of account: AccountID) throws(FieldError) {
        guard let parts = reply.elements, parts.count == 2, let isKept = parts[0].flag,
            let fields = parts[1].fields
        else { return nil }
        holdings = isKept ? fields : nil
        if isKept {
            order = .kept(try Order(fields, account: account))
        } else {
            order = fields.isEmpty ? .unknown : .done(try OrderDone(fields))
        }
    }
}
