import Shared
import Testing

@testable import Fleet

@Suite struct OutgoingCommandTests {
    private let account = try? AccountID(tag: "live:42")

    /// What is sent must be what is read at the other end.
    @Test func commandsAreReadAsTheyWereMeant() throws {
        let account = try #require(account)
        let request = try RequestID("r:1")
        let order = OrderID(number: 7)
        let terms = AccountTerms(
            account: account, group: "G", leverage: 100, sendingOrders: "rock", accountNumber: nil)
        let all: [(OutgoingCommand, CommandKind, [String])] =
            [
                (
                    .create(terms, request: request), .accountCreate,
                    ["group", "leverage", "sending_orders"]
                ),
                (.deposit(5, to: account, request: request), .deposit, ["amount"]),
                (.withdraw(5, from: account, request: request), .withdraw, ["amount"]),
                (
                    .place(account, try Symbol("EURUSD"), .buy, 1, request: request),
                    .order(.place),
                    ["symbol", "order_type", "order_quantity"]
                ),
                (
                    .place(account, try Symbol("EURUSD"), .buyStop, 1, price: 2, request: request),
                    .order(.placePending),
                    ["symbol", "order_type", "order_quantity", "order_price"]
                ),
            ] + (try aboutOrder(account, order, request))
        let common = ["v", "command", "request_id", "user_type", "user_id", "ts"]
        for (sent, kind, own) in all {
            let read = try Command(sent.fields, entry: "1-0")
            #expect(read.account == account && read.requestID == request)
            #expect(sent.fields["command"] == kind.name)
            #expect(sent.fields.list.map(\.name) == common + own)
        }
    }

    private func aboutOrder(
        _ account: AccountID, _ order: OrderID, _ request: RequestID
    ) throws -> [(OutgoingCommand, CommandKind, [String])] {
        [
            (
                .place(
                    account, try Symbol("EURUSD"), .sellLimit, 1, price: 2, stopLoss: 3,
                    takeProfit: 1, request: request),
                .order(.placePending),
                [
                    "symbol", "order_type", "order_quantity", "order_price", "stop_loss",
                    "take_profit",
                ]
            ),
            (
                .close(order, of: account, request: request), .order(.close),
                ["order_id", "initiator"]
            ),
            (
                .modify(order, of: account, price: 2, lots: nil, request: request),
                .order(.modify), ["order_id", "order_price", "initiator"]
            ),
            (
                .modify(order, of: account, price: 2, lots: 1, request: request),
                .order(.modify), ["order_id", "order_price", "order_quantity", "initiator"]
            ),
            (
                .cancel(order, of: account, request: request), .order(.cancel),
                ["order_id", "initiator"]
            ),
            (
                .set(.stopLoss, at: 2, on: order, of: account, request: request),
                .order(.setStopLoss), ["order_id", "stop_loss", "initiator"]
            ),
            (
                .set(.takeProfit, at: 2, on: order, of: account, request: request),
                .order(.setTakeProfit), ["order_id", "take_profit", "initiator"]
            ),
            (
                .cancel(.stopLoss, on: order, of: account, request: request),
                .order(.cancelStopLoss), ["order_id", "initiator"]
            ),
            (
                .cancel(.takeProfit, on: order, of: account, request: request),
                .order(.cancelTakeProfit), ["order_id", "initiator"]
            ),
            (
                .setSwap(-2, on: order, of: account, request: request), .order(.setSwap),
                ["order_id", "swap", "initiator"]
            ),
        ]
    }

    /// An answer under the same request id, but to other fields, is no answer to this command.
    @Test func anAnswerToOtherFieldsSaysThatTheIDWasUsed() throws {
        let account = try #require(account)
        let request = try RequestID("r:1")
        let asked = OutgoingCommand.deposit(5, to: account, request: request)
        let digest = try #require(try Command(asked.fields, entry: "1-0").request?.digest)
        let answer = CommandResult(
            digest: digest, isAccepted: true, reason: nil, order: nil, lifecycleID: nil,
            timestamp: 1)
        #expect(try asked.answer(in: answer) == answer)
        let later = OutgoingCommand.deposit(5, to: account, request: request)
        #expect(try later.answer(in: answer) == answer)
        let other = try OutgoingCommand.deposit(6, to: account, request: request)
            .answer(in: answer)
        #expect(!other.isAccepted)
        #expect(other.reason == "request_id_reused")
    }

    @Test func requestIDsOfPeopleAreNeverTheSame() throws {
        let ids = try (0..<1_000).map { _ in try FreshRequest.id() }
        #expect(Set(ids).count == 1_000)
    }
}
