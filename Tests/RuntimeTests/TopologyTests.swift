import Shared
import Testing

@testable import ServiceRuntime

@Suite("Topology") struct TopologyTests {
    private func topology(_ version: String, scripts: String = "1") throws -> Topology {
        try Topology(
            Fields([
                "partitions": "8", "version": version, "providers": "house,barclays",
                "paused": "open,close", "script_version": scripts,
            ]))
    }

    @Test("what is read is what all must agree on")
    func read() throws {
        let read = try topology("1")
        #expect(read.partitions == 8 && read.version == 1 && read.incarnation == 0)
        #expect(read.providers == [.house, try Provider("barclays")])
        #expect(read.paused == ["open", "close"])
        #expect(throws: FieldError.self) { try Topology(Fields()) }
    }

    @Test("a version that is no number above zero is named", arguments: ["", "0", "-1", "one"])
    func badVersion(_ text: String) {
        let error = #expect(throws: FieldError.self) { try topology(text) }
        #expect(error?.field == "version")
    }

    @Test("a version that this binary does not know is read, but nothing starts on it")
    func unknownVersion() throws {
        for version in MessageVersion.known {
            try topology("\(version)").checkVersions(scripts: "1")
        }
        let newer = try topology("\(MessageVersion.known.upperBound + 1)")
        let error = #expect(throws: FieldError.self) {
            try newer.checkVersions(scripts: "1")
        }
        #expect("\(error as Any)".contains("no version of messages that this process knows"))
    }

    @Test("nothing starts beside scripts of another version")
    func otherScripts() throws {
        let error = #expect(throws: FieldError.self) {
            try topology("1", scripts: "2").checkVersions(scripts: "1")
        }
        #expect(error?.description == "script_version '2': is not this process's, 1")
    }

    @Test("a process writes what is agreed, as far as it knows it")
    func written() {
        let (oldest, newest) = (MessageVersion.known.lowerBound, MessageVersion.known.upperBound)
        let version = AgreedVersion()
        #expect(version.written == oldest)
        #expect(!version.learn(oldest), "no news")
        #expect(version.learn(newest + 1), "news")
        #expect(!version.learn(newest + 1), "the same again")
        #expect(version.written == newest)
        #expect(version.learn(oldest) && version.written == oldest)
    }
}
