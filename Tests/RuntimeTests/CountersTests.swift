import Shared
import Testing

@testable import ServiceRuntime

@Suite("Counters") struct CountersTests {
    private let counters = Counters(log: Log(service: "test", level: .error, format: .text))

    @Test("alarms are counted by their words")
    func alarms() {
        #expect(counters.fields["alarms"] == nil)
        for reason in ["fork", "gap"] { counters.alarm("account parked", ["reason": reason]) }
        counters.alarm("report's account not readable", [:])
        let alarms = counters.fields["alarms"]
        #expect(alarms == "account_parked=2 report%27s_account_not_readable=1")
    }

    @Test("a gauge is what was said last")
    func gauges() {
        counters.gauge("link_up", 0)
        counters.gauge("link_losses", 2)
        counters.gauge("link_up", 1)
        #expect(counters.fields["gauges"] == "link_losses=2 link_up=1")
    }
}
