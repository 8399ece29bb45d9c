import Testing

@testable import RedisDriver

struct RedisCommandTests {
    private static func wire(_ command: RedisCommand, digest: String = "") -> String {
        var output: [UInt8] = []
        command.encode(into: &output, digest: Array(digest.utf8))
        #expect(output.count <= command.encodedSize)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func encodesWordsAndLengths() {
        let command = RedisCommand("SET", slot: nil, ["clé", ""])
        #expect(Self.wire(command) == "*3\r\n$3\r\nSET\r\n$4\r\nclé\r\n$0\r\n\r\n")
    }

    @Test(arguments: [
        (0, "$1\r\n0"), (9, "$1\r\n9"), (10, "$2\r\n10"), (-1, "$2\r\n-1"), (-10, "$3\r\n-10"),
        (Int64.max, "$19\r\n9223372036854775807"), (Int64.min, "$20\r\n-9223372036854775808"),
    ])
    func encodesNumbers(number: Int64, expected: String) {
        var command = RedisCommand("X", slot: nil)
        command.append(number)
        #expect(Self.wire(command) == "*2\r\n$1\r\nX\r\n\(expected)\r\n")
    }

    @Test func encodesBytesAsTheyAre() {
        var command = RedisCommand("X", slot: nil)
        command.append([0, 13, 10, 255])
        var output: [UInt8] = []
        command.encode(into: &output, digest: [])
        #expect(output == Array("*2\r\n$1\r\nX\r\n$4\r\n".utf8) + [0, 13, 10, 255, 13, 10])
    }

    @Test func putsAScriptsDigestAndKeysFirst() {
        let script = Script(name: "apply", source: "#!lua\nreturn 1")
        var command = RedisCommand(script, keys: ["k1", "k2"], slot: 7)
        command.append("a")
        let digest = String(repeating: "f", count: 40)
        #expect(
            Self.wire(command, digest: digest)
                == "*6\r\n$7\r\nEVALSHA\r\n$40\r\n\(digest)\r\n$1\r\n2\r\n$2\r\nk1\r\n$2\r\nk2\r\n"
                + "$1\r\na\r\n")
        #expect(command.operation == "apply")
        #expect(command.slot == 7)
    }
}
