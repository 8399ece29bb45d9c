package import Shared

/// Where a provider of ours writes its reports: `queue:{reports:p}`, p of the account where it is
/// known, else of the id (domain §4).
package protocol ReportSink: AnyObject {
    func send(_ reports: [PlacedReport]) -> [Result<Void, StoreError>]
}

package struct PlacedReport: Sendable, Equatable {
    package let partition: Int
    package let report: ExecutionReport

    package init(partition: Int, report: ExecutionReport) {
        self.partition = partition
        self.report = report
    }
}
