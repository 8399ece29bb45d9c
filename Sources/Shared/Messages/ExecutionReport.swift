/// What a provider says of an id, as it lies in `queue:{reports:p}` (domain §4). Fields from
/// outside stay as they came: the dispatcher reads them with all their spellings.
package struct ExecutionReport: Sendable, Equatable {
    package var fields: Fields

    package init(fields: Fields) { self.fields = fields }

    /// A report of one of our own providers. They echo `key`; others cannot.
    ///
    /// - Parameter timestamp: milliseconds since 1970.
    package init(
        on id: LifecycleID, key: OrderKey?, status: OrdStatus, execID: String?,
        averagePrice: Price?, quantity: Quantity?, reason: String?, timestamp: Int64
    ) {
        fields = Fields([
            .init("v", MessageVersion.current), .init("type", "execution_report"),
            .init("order_id", id.text), .init("ord_status", status.rawValue),
            .init("ts", String(timestamp)),
        ])
        fields["key"] = key?.text
        fields["exec_id"] = execID
        fields["avgpx"] = averagePrice?.text
        fields["cumqty"] = quantity?.text
        fields["reason"] = reason
    }
}
