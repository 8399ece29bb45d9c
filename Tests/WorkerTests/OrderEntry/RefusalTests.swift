import ServiceRuntime
import Shared
import Testing

@testable import OrderEntry

/// One command that is refused, and the exact answer.
struct RefusalRow: Sendable, CustomTestStringConvertible {
    let text: String
    let fields: [String: String]
    let change: @Sendable (inout EntryWorld) throws -> Void

    init(
        _ text: String, _ command: [String: String], _ changes: [String: String?] = [:],
        in change: @escaping @Sendable (inout EntryWorld) throws -> Void = { _ in }
    ) {
        self.text = text
        fields = command.with(changes)
        self.change = change
    }

    var testDescription: String { "\(fields["command"] ?? "none"): \(text)" }

    func check() throws {
        #expect(try EntryWorld(change).decide(fields) == .refuse(text))
    }
}

@Suite("What order-entry refuses, and with which text") struct RefusalTests {
    private static let place: [String: String] = EntryWorld.place
    private static let close: [String: String] = EntryWorld.close
    private static let create: [String: String] = EntryWorld.create
    private static let deposit = ["command": "deposit", "amount": "100"]
    private static let withdraw = ["command": "withdraw", "amount": "100"]
    private static let twelveHours: Int64 = 12 * 3_600_000

    @Test(
        "any command",
        arguments: [
            RefusalRow("missing_field: command", [:]),
            RefusalRow("missing_field: command", ["command": ""]),
            RefusalRow("unknown_command", ["command": "plaice"]),
            RefusalRow("unknown_field: lots", place, ["lots": "1"]),
            RefusalRow("unknown_field: order_id", place, ["order_id": "41"]),
            RefusalRow("unknown_field: symbol", close, ["symbol": "EURUSD"]),
            RefusalRow("unknown_field: group", deposit, ["group": "VIP"]),
            RefusalRow("unknown_field: amount", create, ["amount": "5"]),
            RefusalRow("unknown_field: a%20b:", place, ["a b:": "1"]),
            RefusalRow(
                "invalid_field: ts is no whole number of 64 bits", place, ["ts": "soon"]),
            RefusalRow(ttlText, place, ["ttl_ms": "0"]),
            RefusalRow(ttlText, place, ["ttl_ms": "-1"]),
            RefusalRow(ttlText, place, ["ttl_ms": "43200001"]),
            RefusalRow(ttlText, place, ["ttl_ms": "1.5"]),
            RefusalRow("expired", place) { $0.acceptedAt = $0.now - twelveHours - 1 },
            RefusalRow("expired", place, ["ttl_ms": "1000"]) { $0.acceptedAt = $0.now - 1_001 },
            RefusalRow("expired", close, ["ttl_ms": "4"]),
            RefusalRow("expired", deposit, ["ttl_ms": "4"]),
            RefusalRow("expired", withdraw, ["ttl_ms": "4"]),
            RefusalRow("expired", create, ["ttl_ms": "4"]),
        ])
    func everyCommand(row: RefusalRow) throws { try row.check() }

    private static let ttlText = "invalid_field: ttl_ms must be a whole number from 1 to 43200000"

    @Test("a field that comes twice")
    func twice() throws {
        let world = EntryWorld()
        let account = try world.account()
        var fields = try world.command(EntryWorld.place).fields
        fields.append("order_quantity", "50")
        let command = try Command(fields, entry: "\(world.acceptedAt)-0")
        let outcome = try world.handler().decide(
            command, on: account, in: try world.context(for: command, on: account))
        #expect(outcome == .refuse("invalid_field: order_quantity is given twice"))
    }

    @Test(
        "account_create and account_configure",
        arguments: [
            RefusalRow("missing_field: group", create, ["group": nil]),
            RefusalRow("missing_field: group", create, ["group": ""]),
            RefusalRow("missing_field: leverage", create, ["leverage": nil]),
            RefusalRow(
                "invalid_field: group must be 1 to 64 of A-Z a-z 0-9 . _ -", create,
                ["group": "{VIP}"]),
            RefusalRow("not_a_number: leverage", create, ["leverage": "1e2"]),
            RefusalRow("too_many_decimals: leverage", create, ["leverage": "0.000000001"]),
            RefusalRow("out_of_range: leverage", create, ["leverage": "99999999999999"]),
            RefusalRow("invalid_leverage", create, ["leverage": "0"]),
            RefusalRow("invalid_leverage", create, ["leverage": "-100"]),
            RefusalRow(
                "invalid_field: sending_orders must be 1 to 32 of a-z 0-9 _ -", create,
                ["sending_orders": "Rock"]),
            RefusalRow(
                "invalid_field: account_number must be 1 to 64 of A-Z a-z 0-9 . _ -", create,
                ["account_number": "7 7"]),
            RefusalRow("invalid_field: status must be 0 or 1", create, ["status": "yes"]),
            RefusalRow("account_exists", create),
            RefusalRow("account_unknown", configure, ["leverage": "50"]) { $0.balance = nil },
            RefusalRow(
                "missing_field: account_number or group or leverage or sending_orders or status",
                configure),
            RefusalRow("invalid_leverage", configure, ["leverage": "0"]),
            RefusalRow("invalid_field: status must be 0 or 1", configure, ["status": "2"]),
        ])
    func accounts(row: RefusalRow) throws { try row.check() }

    private static let configure = ["command": "account_configure"]

    @Test(
        "deposit and withdraw",
        arguments: [deposit, withdraw].flatMap { command in
            [
                RefusalRow("missing_field: amount", command, ["amount": nil]),
                RefusalRow("not_a_number: amount", command, ["amount": "ten"]),
                RefusalRow("invalid_field: amount must be above zero", command, ["amount": "0"]),
                RefusalRow("invalid_field: amount must be above zero", command, ["amount": "-1"]),
                RefusalRow("too_many_decimals: amount", command, ["amount": "1.001"]),
                RefusalRow("too_many_decimals: amount", command, ["amount": "1.000000001"]),
                RefusalRow("out_of_range: amount", command, ["amount": "100000000000"]),
                RefusalRow("account_unknown", command) { $0.balance = nil },
            ]
        } + [
            RefusalRow("out_of_range: amount", deposit, ["amount": "90000000000"]) {
                $0.balance = "90000000000"
            },
            RefusalRow("insufficient_free_margin", withdraw, ["amount": "10000.01"]),
            // 10,000 less a position's margin of 1,100.2 at the ask and its floating loss of 20.
            RefusalRow("insufficient_free_margin", withdraw, ["amount": "8879.81"]) {
                $0.orders = [try $0.order(41, .open)]
            },
        ])
    func money(row: RefusalRow) throws { try row.check() }

    @Test(
        "close",
        arguments: [
            RefusalRow("missing_field: order_id", close, ["order_id": nil]),
            RefusalRow(orderIDText, close, ["order_id": "x41"]),
            RefusalRow(orderIDText, close, ["order_id": "0"]),
            RefusalRow(
                "invalid_field: initiator is none of USER, ADMIN, AUTOCUTOFF, COPY", close,
                ["initiator": "user"]),
            RefusalRow("account_unknown", close) { $0.balance = nil },
            RefusalRow("order_unknown", close),
            RefusalRow("order_unknown", close) { $0.orders = [try $0.order(42, .open)] },
            RefusalRow("state: closed", close) {
                $0.done = [OrderID(number: 41): OrderDone(try $0.order(41, .closed))]
            },
        ]
            + OrderState.allCases.filter { $0 != .open }.map { state in
                RefusalRow("state: \(state.rawValue)", close) {
                    $0.orders = [try $0.order(41, state)]
                }
            })
    func closing(row: RefusalRow) throws { try row.check() }

    private static let orderIDText =
        "invalid_field: order_id must be a positive decimal number of 63 bits"
}
