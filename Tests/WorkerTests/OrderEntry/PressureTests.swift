import ServiceRuntime
import Shared
import Testing

@Suite struct PressureTests {
    @Test(
        arguments: [
            (800, 10, Pressure.State.none), (801, 10, .memoryFull), (0, 11, .overloaded),
            (900, 99, .memoryFull),
        ])
    func newRiskIsRefusedWhileMemoryOrQueuesAreFull(
        _ memory: Int, _ depth: Int, _ state: Pressure.State
    ) {
        let pressure = Pressure(mostDepth: 10)
        #expect(pressure.take(Pressure.Reading(memory: memory, depth: depth)) == (state != .none))
        #expect(pressure.state == state)
        _ = pressure.take(Pressure.Reading(memory: 0, depth: 0))
        #expect(pressure.state == .none)
    }
}
