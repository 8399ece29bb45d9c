import ServiceRuntime
import Testing

@testable import ProviderConnection

struct AddressTests {
    @Test(arguments: [
        ("unix:/run/fx/exec.sock", ProviderAddress.unix(path: "/run/fx/exec.sock")),
        ("tcp:127.0.0.1:9001", .tcp(host: "127.0.0.1", port: 9001)),
        ("tcp:[::1]:9001", .tcp(host: "::1", port: 9001)),
        ("tcp:lp.example:65535", .tcp(host: "lp.example", port: 65535)),
    ])
    func anAddressIsReadAsItIsWritten(_ text: String, _ address: ProviderAddress) throws {
        #expect(try ProviderAddress(text) == address)
    }

    @Test(arguments: [
        "", "unix", "unix:", "unix:relative", "unix:/" + String(repeating: "x", count: 107), "tcp:",
        "tcp:host", "tcp::9001", "tcp:host:0", "tcp:host:65536", "tcp:host:x", "udp:host:1",
        "/path",
    ])
    func anythingElseIsNamed(_ text: String) {
        #expect(throws: ProviderAddress.Mistake.self) { try ProviderAddress(text) }
    }

    @Test(arguments: [
        ["PROVIDER_ADDRESS": "unix:/s"], ["PROVIDER_NAME": "lp"],
        ["PROVIDER_NAME": "house", "PROVIDER_ADDRESS": "unix:/s"],
        ["PROVIDER_NAME": "lp", "PROVIDER_ADDRESS": "nowhere"],
    ])
    func settingsThatCannotBeUsedAreNamed(_ environment: [String: String]) throws {
        let settings = try Settings(environment: environment)
        #expect(throws: SettingError.self) { try ConnectionRules(settings) }
    }

    @Test func theWaitDoublesUpToTheLongestAndIsScattered() {
        var low = Backoff(Backoff.Rules())
        var high = low
        let full: [Int64] = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
        for expected in full {
            #expect(low.next(chance: 0) == .milliseconds(expected) / 2)
            let most = UInt64(expected * 1_000_000 / 2)
            #expect(high.next(chance: most) == .milliseconds(expected))
        }
        low.reset()
        #expect(low.next(chance: 0) == .milliseconds(125))
        for _ in 0..<100 { #expect(high.next(chance: .max) <= .seconds(30)) }
    }
}
