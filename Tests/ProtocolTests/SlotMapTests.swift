import Testing

@testable import RedisDriver

struct SlotMapTests {
    private static let asked = RedisEndpoint.tcp(host: "h", port: 1)

    private static func range(_ first: Int64, _ last: Int64, _ host: Reply, _ port: Int64) -> Reply
    {
        .array([
            .integer(first), .integer(last),
            .array([host, .integer(port), .text("id"), .array([])]),
            .array([.text("replica"), .integer(9), .text("id")]),
        ])
    }

    private static func port(_ port: UInt16, host: String = "h") -> RedisEndpoint {
        .tcp(host: host, port: port)
    }

    @Test func findsMastersAndHoles() throws {
        let reply = Reply.array([
            Self.range(0, 99, .text("a"), 1), Self.range(200, 299, .text("b"), 2),
            Self.range(300, 300, .text("a"), 1),
        ])
        let map = try #require(SlotMap(reply, from: Self.asked))
        #expect(map.masters == [Self.port(1, host: "a"), Self.port(2, host: "b")])
        #expect(map.owner(of: 0) == Self.port(1, host: "a"))
        #expect(map.owner(of: 99) == Self.port(1, host: "a"))
        #expect(map.owner(of: 100) == nil)
        #expect(map.owner(of: 250) == Self.port(2, host: "b"))
        #expect(map.owner(of: 300) == Self.port(1, host: "a"))
        #expect(map.owner(of: 16383) == nil)
        #expect(map.owner(of: 16384) == nil)
    }

    @Test(arguments: [Reply.null, .text(""), .text("?")])
    func aMissingHostIsTheOneAsked(host: Reply) throws {
        let map = try #require(
            SlotMap(.array([Self.range(0, 1, host, 5)]), from: Self.asked))
        #expect(map.owner(of: 1) == Self.port(5))
    }

    @Test func aSlotMovesAlone() throws {
        var map = try #require(
            SlotMap(.array([Self.range(0, 9, .text("a"), 1)]), from: Self.asked))
        map.move(5, to: Self.port(2, host: "b"))
        map.move(16384, to: Self.port(3, host: "c"))
        #expect(map.owner(of: 5) == Self.port(2, host: "b"))
        #expect(map.owner(of: 4) == Self.port(1, host: "a"))
        #expect(map.masters.count == 2)
    }

    @Test(arguments: [
        Reply.null, .integer(1), .array([.integer(1)]), .array([.array([.integer(0)])]),
        .array([range(5, 4, .text("a"), 1)]), .array([range(0, 16384, .text("a"), 1)]),
        .array([range(-1, 4, .text("a"), 1)]), .array([range(0, 1, .text("a"), 0)]),
        .array([range(0, 1, .text("a"), 65536)]),
    ])
    func refusesWhatIsNoMap(reply: Reply) {
        #expect(SlotMap(reply, from: Self.asked) == nil)
    }
}
