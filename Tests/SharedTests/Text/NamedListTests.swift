import Testing

@testable import Shared

@Suite struct NamedListTests {
    @Test func namesKeepTheirOrder() {
        var list = NamedList()
        #expect(list.isEmpty)
        list.set("CLS1", "close")
        list.set("SL1", "stop_loss")
        list.set("TP1", "take_profit")
        #expect(list.text == "CLS1=close SL1=stop_loss TP1=take_profit")
        list.remove("SL1")
        list.remove("nobody")
        #expect(list.text == "CLS1=close TP1=take_profit")
        list.set("CLS1", "other")
        #expect(list.text == "TP1=take_profit CLS1=other")
        #expect(list["CLS1"] == "other")
        #expect(list["CLS"] == nil)
        #expect(!list.contains("SL1"))
        #expect(NamedList(text: list.text) == list)
    }

    @Test func aNameIsNotPartOfAnother() {
        let list = NamedList(text: "AB=1 A=2 B=3")
        #expect(list["A"] == "2")
        #expect(list["B"] == "3")
        #expect(list.entries.map(\.name) == ["AB", "A", "B"])
        #expect(list.entries.map(\.value) == ["1", "2", "3"])
    }

    @Test func anEntryWithoutASignHasAnEmptyValue() {
        #expect(NamedList(text: "alone b=")["alone"] == "")
        #expect(NamedList(text: "alone b=")["b"] == "")
    }

    /// Against a plain dictionary, with texts from outside escaped.
    @Test func aListIsADictionary() {
        var random = Seeded(seed: 11)
        let names = ["a", "b", "a b", "a=b", "ä", "%20", "", "x/y:z"].map(Escape.text)
        var list = NamedList()
        var dictionary: [String: String] = [:]
        for step in 0..<2_000 {
            let name = names.randomElement(using: &random) ?? ""
            guard !name.isEmpty else { continue }
            if Bool.random(using: &random) {
                list.set(name, String(step))
                dictionary[name] = String(step)
            } else {
                list.remove(name)
                dictionary[name] = nil
            }
            #expect(list.entries.count == dictionary.count)
            #expect(dictionary.allSatisfy { list[$0.key] == Substring($0.value) })
        }
    }
}

@Suite struct EscapeTests {
    @Test(
        arguments: [
            ("", ""), ("X1", "X1"), ("a.b_c:d/e-f", "a.b_c:d/e-f"), ("a b", "a%20b"),
            ("a=b", "a%3Db"), ("100%", "100%25"), ("{x}", "%7Bx%7D"), ("\n\u{1}", "%0A%01"),
            ("é", "%C3%A9"),
        ])
    func onlyPlainBytesStay(_ text: String, _ escaped: String) {
        #expect(Escape.text(text) == escaped)
    }

    /// Two exec ids never share a name, and no name breaks a list.
    @Test func differentTextsStayDifferent() {
        var random = Seeded(seed: 12)
        let letters = Array("aA0 =%25{}é\n")
        var seen: [String: String] = [:]
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...5, using: &random)
            let text = String((0..<count).compactMap { _ in letters.randomElement(using: &random) })
            let escaped = Escape.text(text)
            #expect(!escaped.contains { " =\n{}".contains($0) })
            #expect(seen[escaped, default: text] == text)
            seen[escaped] = text
        }
    }
}
