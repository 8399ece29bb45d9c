import Testing

@testable import RedisDriver

struct RedisAddressTests {
    private static func tcp(_ host: String, _ port: UInt16) -> RedisEndpoint {
        .tcp(host: host, port: port)
    }

    private static let accepted: [(String, RedisAddress)] = [
        ("redis://h:7000/3", RedisAddress(topology: .single(tcp("h", 7000)), database: 3)),
        ("redis://h", RedisAddress(topology: .single(tcp("h", 6379)))),
        ("redis://h/", RedisAddress(topology: .single(tcp("h", 6379)))),
        ("redis://[::1]:7000/", RedisAddress(topology: .single(tcp("::1", 7000)))),
        ("redis://[::1]", RedisAddress(topology: .single(tcp("::1", 6379)))),
        (
            "redis://ann:p%40s%2Fs@h:1/0",
            RedisAddress(
                topology: .single(tcp("h", 1)), user: "ann", password: Secret("p@s/s"))
        ),
        (
            "redis://:hush@h:1",
            RedisAddress(topology: .single(tcp("h", 1)), password: Secret("hush"))
        ),
        ("redis+unix:///run/r.sock", RedisAddress(topology: .single(.unix(path: "/run/r.sock")))),
        (
            "redis+unix://ann:hush@/run/r.sock",
            RedisAddress(
                topology: .single(.unix(path: "/run/r.sock")), user: "ann",
                password: Secret("hush"))
        ),
        (
            "redis+cluster://ann:hush@a:1,b:2,c",
            RedisAddress(
                topology: .cluster([tcp("a", 1), tcp("b", 2), tcp("c", 6379)]), user: "ann",
                password: Secret("hush"))
        ),
    ]

    @Test(arguments: accepted)
    func reads(text: String, address: RedisAddress) throws {
        #expect(try RedisAddress(text) == address)
    }

    private static let refused: [(String, RedisAddressError.Rule)] = [
        ("", .scheme), ("h:6379", .scheme), ("http://h", .scheme), ("rediss://h", .plain),
        ("redis://", .host), ("redis://:6379", .host), ("redis://a b", .host),
        ("redis://h:", .port), ("redis://h:0", .port), ("redis://h:65536", .port),
        ("redis://h:x", .port), ("redis://h:1/x", .database), ("redis://h:1/-1", .database),
        ("redis://h:1/1/2", .database), ("redis+cluster://h:1/1", .database),
        ("redis+cluster://", .host), ("redis+cluster://a:1,", .host),
        ("redis+unix://run/r", .path), ("redis+unix:///", .path),
        ("redis+unix:///" + String(repeating: "x", count: 107), .path),
        ("redis://ann@h", .login), ("redis://ann:@h", .login), ("redis://ann:%zz@h", .login),
        ("redis://ann:%f@h", .login), ("redis://ann:%ff@h", .login),
    ]

    @Test(arguments: refused)
    func refuses(text: String, rule: RedisAddressError.Rule) {
        let error = RedisAddressError(setting: "SOME_URL", rule: rule)
        #expect(throws: error) { try RedisAddress(text, setting: "SOME_URL") }
        #expect(error.description.hasPrefix("SOME_URL: "))
    }

    @Test(arguments: accepted)
    func neverShowsThePassword(text: String, address: RedisAddress) {
        let shown = "\(address) \(String(reflecting: address)) \(address.topology)"
        var dumped = ""
        dump(address, to: &dumped)
        for secret in ["hush", "p@s/s", "p%40s%2Fs"] {
            #expect(!shown.contains(secret))
            #expect(!dumped.contains(secret))
        }
    }

    @Test func showsTheRest() throws {
        #expect("\(try RedisAddress("redis://ann:x@h:7000/3"))" == "redis://ann:***@h:7000/3")
        let cluster = try RedisAddress("redis+cluster://[::1]:1,b")
        #expect("\(cluster)" == "redis+cluster://[::1]:1,b:6379")
    }
}
