import Shared

/// An order as the script `load` packs it: {1, holdings} or {0, order_done}.
struct StoredReply {
    let order: StoredOrder
    /// The holdings hash; nil where it is gone.
    let holdings: Fields?

    /// Throws where the reply has another shape or a field cannot be read.
    init(_ reader: inout PackedReader, of account: AccountID) throws {
        try reader.list(of: 2)
        let isKept = try reader.number() == 1
        let fields = try reader.fields()
        holdings = isKept ? fields : nil
        if isKept {
            order = .kept(try Order(fields, account: account))
        } else {
            order = fields.isEmpty ? .unknown : .done(try OrderDone(fields))
        }
    }
}
