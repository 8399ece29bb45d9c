import Shared
import TestSupport
import Testing

@testable import RedisDriver

/// What scripts are given and what they answer, packed: through a server there and back.
@Suite(.enabled(if: PrivateRedis.shouldRun))
struct PackedTests {
    private static let echo = Script(
        name: "echo", source: "#!lua\nreturn cmsgpack.pack(cmsgpack.unpack(ARGV[1]))")

    private func echoed(_ list: consuming PackedList) throws -> [UInt8] {
        let client = RedisClient(try Deployment.single.address)
        var command = RedisCommand(Self.echo, keys: [], slot: nil)
        command.append(list.packed())
        return try #require(try client.call(command).get().utf8)
    }

    @Test(arguments: [0, 1, 15, 31, 32, 255, 256, 65_535, 65_536, 200_000])
    func textsOfEveryLength(_ count: Int) throws {
        let text = String(repeating: "\u{0}", count: count)
        var list = PackedList()
        list.append(text)
        list.append("ü€𝄞")
        let (first, second) = try read(try echoed(list)) { reader in
            try reader.list(of: 2)
            return (try reader.text(), try reader.text())
        }
        #expect(first == text && second == "ü€𝄞")
    }

    @Test func numbersOfEverySize() throws {
        let numbers: [Int64] = [
            0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296,
            1_763_721_234_567, 1 << 53, -1, -32, -33, -128, -129, -32_769, -2_147_483_649,
        ]
        var list = PackedList()
        for number in numbers { list.append(number) }
        let read = try read(try echoed(list)) { reader in
            try reader.list(of: numbers.count)
            return try numbers.map { _ in try reader.number() }
        }
        #expect(read == numbers)
    }

    @Test(arguments: [0, 7, 8, 20, 40_000]) func listsOfEveryLength(_ count: Int) throws {
        let fields = Fields((0..<count).map { .init("n\($0)", "v") })
        var list = PackedList()
        list.append(fields)
        #expect(try read(try echoed(list)) { try $0.fields() } == fields)
    }

    @Test func whatIsCutShortOrSomethingElseIsRefused() throws {
        var list = PackedList()
        list.append("text")
        list.append("other text of more than thirty-one bytes")
        let whole = try echoed(list)
        _ = try read(whole) { try $0.fields() }
        for count in 0..<whole.count {
            #expect(throws: PackedReader.Malformed.self) {
                try read(Array(whole[..<count])) { try $0.fields() }
            }
        }
        for other in [[0xc0], [0xc3], [0x81, 0xa0, 0xa0], [0xcb, 0, 0]] as [[UInt8]] {
            #expect(throws: PackedReader.Malformed.self) { try read(other) { try $0.list() } }
            #expect(throws: PackedReader.Malformed.self) { try read(other) { try $0.number() } }
            #expect(throws: PackedReader.Malformed.self) { try read(other) { try $0.text() } }
        }
        #expect(throws: PackedReader.Malformed.self) {
            try read([0x93, 0xa0, 0xa0, 0xa0]) { try $0.fields() }
        }
    }

    @Test func bytesThatAreNoTextAreRepaired() throws {
        #expect(try read([0xa3, 0x61, 0xff, 0x62]) { try $0.text() } == "a\u{fffd}b")
    }

    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout PackedReader) throws -> Value
    ) throws -> Value {
        try bytes.withUnsafeBufferPointer { bytes in
            var reader = PackedReader(bytes)
            return try body(&reader)
        }
    }
}
