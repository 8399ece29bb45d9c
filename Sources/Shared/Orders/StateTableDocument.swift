/// `docs/states.md`: the state table as a document, printed from the table itself, so that the two
/// cannot differ. Without a last line break.
package enum StateTableDocument {
    package static var markdown: String {
        [
            introduction, states, events, legEvents, commands, legCommands,
        ].joined(separator: "\n\n")
    }

    private static let introduction = """
        # The states of an order

        Printed from the code by `fleet docs states`. Do not edit: `make check` compares it.
        """

    private static var states: String {
        """
        ## States

        The three texts are written to the order for other readers; nothing decides on them. The
        `status` of a position is its last leg request where there was one.

        \(table(
            ["state", "status", "order_status", "execution_status", "terminal"],
            OrderState.allCases.map { state in
                let texts = ReferenceStatus(state, lastLegRequest: nil)
                return [
                    code(state.rawValue), texts.status, texts.orderStatus,
                    texts.executionStatus, state.isTerminal ? "yes" : "",
                ]
            }))
        """
    }

    private static var events: String {
        """
        ## Events

        What a report does to an order, by the order's state. A state: the order moves there.
        *before*: it returns to the state before the request. *stays*: confirmed values are taken,
        the state stays. *leg*: the leg decides, see below. *waits*: the order is not that far.
        *late*: it changes nothing and is counted. A code: dead letter of that reason.

        An answer other than a fill applies only under the id of the last request of its kind, or
        the order's own; else it is late. A fill whose exec id is booked is a repeat, ignored in
        every state. A fill of part of the quantity is dead, `partial_fill`. A close under the
        order's own id without an exec id is dead, `ambiguous_fill`. A fill that would re-open an
        order that is no longer kept is dead, `late_fill`.

        \(table(
            ["event", "worker"] + OrderState.allCases.map(\.rawValue),
            OrderEventKind.allCases.map { event in
                [code(event.rawValue), event.role.name]
                    + OrderState.allCases.map { text(StateTable.verdict(event, in: $0)) }
            }))
        """
    }

    private static var legEvents: String {
        """
        ## Events about a leg of a position

        By the state of the stop loss or take profit that the event is about.

        \(table(
            ["event"] + LegState.allCases.map(\.rawValue),
            OrderEventKind.allCases.compactMap { event in
                let verdicts = LegState.allCases.compactMap {
                    StateTable.legVerdict(event, in: $0)
                }
                return verdicts.isEmpty ? nil : [code(event.rawValue)] + verdicts.map(text)
            }))
        """
    }

    private static var commands: String {
        """
        ## Commands

        What a command does. *kept*: the value is kept on the order, or taken off it. *leg*: the
        leg decides, see below. An empty field: refused, with the state.

        \(table(
            ["command", "no order"] + OrderState.allCases.map(\.rawValue),
            OrderCommandKind.allCases.map { command in
                [code(command.rawValue), CommandTable.firstState(command)?.rawValue ?? ""]
                    + OrderState.allCases.map { text(CommandTable.verdict(command, in: $0)) }
            }))
        """
    }

    private static var legCommands: String {
        """
        ## Commands about a leg of a position

        \(table(
            ["command"] + LegState.allCases.map(\.rawValue),
            OrderCommandKind.allCases.compactMap { command in
                let verdicts = LegState.allCases.map {
                    CommandTable.legVerdict(command, in: $0)?.rawValue ?? ""
                }
                guard verdicts.contains(where: { !$0.isEmpty }) else { return nil }
                return [code(command.rawValue)] + verdicts
            }))
        """
    }

    private static func text(_ verdict: Verdict) -> String {
        switch verdict {
        case .to(let state): state.rawValue
        case .restore: "*before*"
        case .keep: "*stays*"
        case .from(let state, let then, let otherwise):
            "from \(state.rawValue): \(text(then)); else \(text(otherwise))"
        case .replacement:
            "from modifying, behind the report that cancelled: pending, or cancelling while a "
                + "cancel is on its way; else *late*"
        case .byLeg: "*leg*"
        case .early: "*waits*"
        case .late: "*late*"
        case .dead(let reason): code(reason.rawValue)
        }
    }

    private static func text(_ verdict: LegVerdict) -> String {
        switch verdict {
        case .to(let state): state.rawValue
        case .late: "*late*"
        }
    }

    private static func text(_ verdict: CommandVerdict) -> String {
        switch verdict {
        case .to(let state): state.rawValue
        case .keep: "*kept*"
        case .byLeg: "*leg*"
        case .refused: ""
        }
    }

    private static func code(_ text: String) -> String { "`\(text)`" }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows)
            .map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}
