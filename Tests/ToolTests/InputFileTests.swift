import Shared
import Testing

@testable import Fleet

@Suite struct InputFileTests {
    private static let terms =
        #""type":1,"contract_size":100000,"profit":"USD","spread":2,"#
        + #""spread_pip":0.0001,"min_lot":0.01,"max_lot":100,"lot_step":0.01"#

    @Test func termsAreReadInTheOrderOfTheFile() throws {
        let json = try JSONParser.parse(
            #"{"B":{"EURUSD":{\#(Self.terms)}},"A":{"gbpusd":{\#(Self.terms),"commission_type":3}}}"#
        )
        let all = try TermsInput.all(in: json, of: "terms.json")
        #expect(all.map(\.group) == ["B", "A"])
        #expect(all.map(\.symbol.text) == ["EURUSD", "GBPUSD"])
        #expect(all[0].halfSpread.text == "0.0001")
        #expect(all[0].storedFields["contract_size"] == "100000")
    }

    @Test(arguments: [
        (#"[]"#, "must be an object"),
        (#"{}"#, "holds no terms"),
        (#"{"A":{"EURUSD":{"type":1}}}"#, "A EURUSD: terms_missing contract_size"),
        (#"{"A":{"EURUSD":{\#(terms),"colour":"red"}}}"#, "unknown field 'colour'"),
        (#"{"A":{"EURUSD":{\#(terms),"commission_rate":true}}}"#, "must be a text or a number"),
        (#"{"A b":{"EURUSD":{\#(terms)}}}"#, "a group's name is"),
        (#"{"A}":{"EURUSD":{\#(terms)}}}"#, "a group's name is"),
        (#"{"A":{"EUR USD":{\#(terms)}}}"#, "bad_symbol"),
    ])
    func termsThatCannotBeTradedOnAreRefused(text: String, message: String) throws {
        let json = try JSONParser.parse(text)
        let error = #expect(throws: Failure.self) { try TermsInput.all(in: json, of: "terms.json") }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func accountsComeByTheHundred() throws {
        let json = try JSONParser.parse(
            """
            [{"account":"live:9","count":3,"group":"G","leverage":100,"deposit":10.5},
             {"account":"demo:1","group":"H","leverage":"50","sending_orders":"rock"}]
            """)
        let entries = try AccountsFile.read(json, of: "accounts.json")
        #expect(entries.map(\.terms.account.tag) == ["live:9", "live:10", "live:11", "demo:1"])
        #expect(entries.map { $0.deposit?.text } == ["10.5", "10.5", "10.5", nil])
        #expect(entries.map(\.terms.sendingOrders) == [nil, nil, nil, "rock"])
    }

    @Test(arguments: [
        (#"{}"#, "must be a list"), (#"[]"#, "holds no accounts"), (#"[1]"#, "must be an object"),
        (#"[{"account":"live:1","group":"G","leverage":1,"color":2}]"#, "unknown field 'color'"),
        (#"[{"account":"live","group":"G","leverage":1}]"#, "is not <user_type>:<id>"),
        (#"[{"account":"live:1","leverage":1}]"#, "group"),
        (#"[{"account":"live:1","group":"G"}]"#, "leverage"),
        (#"[{"account":"live:1","group":"G","leverage":"x"}]"#, "leverage"),
        (#"[{"account":"live:1","group":"G","leverage":1,"count":0}]"#, "count"),
        (#"[{"account":"live:1","group":"G","leverage":1,"deposit":1.123456789}]"#, "deposit"),
        (
            #"[{"account":"live:1","group":"G","leverage":1,"count":2},"#
                + #"{"account":"live:2","group":"G","leverage":1}]"#, "live:2 stands there twice"
        ),
    ])
    func accountsThatMakeNoSenseAreRefused(text: String, message: String) throws {
        let json = try JSONParser.parse(text)
        let error = #expect(throws: Failure.self) {
            try AccountsFile.read(json, of: "accounts.json")
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("house", nil), ("house,barclays", nil), ("barclays", "must contain house"),
        ("house,house", "stands there twice"), ("house,", "is empty"),
        ("house,A", "is not 1 to 32"),
    ])
    func providersAreNames(text: String, message: String?) {
        guard let message else {
            #expect(throws: Never.self) { try InitCommand.providers(text) }
            return
        }
        let error = #expect(throws: (any Error).self) { try InitCommand.providers(text) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(String(describing: error))")
    }
}
