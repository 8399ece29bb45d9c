import Testing

@testable import Shared

@Suite struct JSONTextTests {
    @Test(
        arguments: [
            (Fields(), "{}"),
            (Fields(["a": "1", "b": ""]), #"{"a":"1","b":""}"#),
            (Fields(["q\"": "back\\slash"]), #"{"q\"":"back\\slash"}"#),
            (Fields(["n": "line\nbreak\u{1}\u{1f}"]), #"{"n":"line\u000abreak\u0001\u001f"}"#),
            (Fields(["u": "§ € 😀"]), #"{"u":"§ € 😀"}"#),
            (Fields(["raw": #"{"6":"1"}"#]), #"{"raw":"{\"6\":\"1\"}"}"#),
        ])
    func fieldsBecomeAnObject(_ fields: Fields, _ text: String) {
        #expect(JSONText.object(fields) == text)
    }
}
