import ProviderWire
import ServiceRuntime
import Shared

/// How a provider connection works, from the settings.
struct ConnectionRules: Sendable {
    let provider: Provider
    let link: LinkRules
    let sending: SendRules

    /// Throws where a setting is missing or wrong; `house` is no provider at the end of a wire.
    init(_ settings: Settings) throws(SettingError) {
        provider = try settings.provider("PROVIDER_NAME")
        guard provider != .house else {
            throw SettingError("PROVIDER_NAME", rule: "is 'house', which house-provider serves")
        }
        do {
            link = LinkRules(
                address: try ProviderAddress(try settings.text("PROVIDER_ADDRESS")),
                timeout: .milliseconds(try settings.number("PROVIDER_TIMEOUT")))
        } catch let error as SettingError {
            throw error
        } catch {
            throw SettingError("PROVIDER_ADDRESS", rule: "\(error)")
        }
        sending = SendRules(requestAlarm: try settings.number("REQUEST_ALARM") * 1_000)
    }
}

/// How the connection itself is kept.
struct LinkRules: Sendable {
    var address: ProviderAddress
    /// How long connecting may take, a peer may take no byte, and a frame may stay incomplete.
    var timeout: Duration
    var limits = WireLimits()
    var backoff = Backoff.Rules()
    /// How long a stopping process waits for reports that are on their way, and after how much
    /// silence it thinks that there are none. It does not close its half of the stream first: some
    /// peers would then close theirs, with answers in it.
    var farewell: Duration = .seconds(1)
    var silence: Duration = .milliseconds(300)

    init(address: ProviderAddress, timeout: Duration = .seconds(3)) {
        self.address = address
        self.timeout = timeout
    }
}

/// How messages are sent.
struct SendRules: Sendable {
    /// Messages that are marked and written at once: so many may be in doubt after a kill.
    var batch = 32
    /// Messages that one turn of a lane sends at most, so that it comes back to its lease.
    var most = 1_024
    /// Milliseconds after which a request without an answer is shown (`REQUEST_ALARM`).
    var requestAlarm: Int64 = 30_000
    /// How often unanswered requests are counted.
    var watch: Duration = .seconds(5)
    var limits = WireLimits()
}
