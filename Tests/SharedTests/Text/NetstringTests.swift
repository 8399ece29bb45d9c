import Testing

@testable import Shared

@Suite struct NetstringTests {
    @Test(
        arguments: [
            ([], ""), ([""], "0:"), (["abc"], "3:abc"), (["", "é", "1:x"], "0:2:é3:1:x"),
        ] as [([String], String)])
    func textsFollowTheirLengths(_ texts: [String], _ encoded: String) {
        #expect(Netstring.encode(texts) == encoded)
        #expect(Netstring.decode(encoded) == texts)
    }

    @Test(
        arguments: [
            ":", ":a", "1", "12", "3:ab", "3:abcd", "1:a2", "1:a2:", "a:1", "-1:a", "+1:a",
            " 1:a", "1 :a", "1:é", "0000000001:a", "9999999999:a", "999999999:a", "1:a\n",
        ])
    func whatIsBrokenIsNone(_ text: String) {
        #expect(Netstring.decode(text) == nil)
    }

    @Test func anyTextsComeBackAlsoNested() {
        var random = Seeded(seed: 13)
        let pieces = [
            "", ":", "1:", "0", "é", "😀", "\u{0}", "a b", String(repeating: "x", count: 300),
        ]
        for _ in 0..<500 {
            let texts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (0..<Int.random(in: 0...3, using: &random))
                    .compactMap { _ in pieces.randomElement(using: &random) }.joined()
            }
            let encoded = Netstring.encode(texts)
            #expect(Netstring.decode(encoded) == texts)
            #expect(Netstring.decode(Netstring.encode([encoded]))?.first == encoded)
        }
    }

    /// Cut short anywhere, a list is no list, or it is one with fewer texts: never another one.
    @Test func aCutListIsSeenOrShorter() {
        let texts = ["abc", "", "12:34", "é"]
        let encoded = Array(Netstring.encode(texts).utf8)
        for length in 0..<encoded.count {
            let cut = String(decoding: encoded.prefix(length), as: UTF8.self)
            guard let read = Netstring.decode(cut) else { continue }
            #expect(read == Array(texts.prefix(read.count)))
            #expect(read.count < texts.count)
        }
    }
}
