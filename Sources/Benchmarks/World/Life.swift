import Shared

/// What an order waits for before a run, and what its provider reports of it.
enum Life: Int, CaseIterable {
    case fill
    case close
    case rest
    case change
    case cancel
    case stopLoss
    case takeProfit
    case rejection

    /// Whether the order was placed to rest until the market reaches its price.
    var rests: Bool {
        switch self {
        case .rest, .change, .cancel: true
        case .fill, .close, .stopLoss, .takeProfit, .rejection: false
        }
    }

    /// An answer of the provider: to which id of the order, with what status.
    struct Answer {
        let kind: IDKind
        let status: OrdStatus
    }

    /// The queue of the worker that books its first answer.
    var role: Role {
        switch self {
        case .fill: .open
        case .close: .close
        case .rest, .change: .pending
        case .cancel: .cancel
        case .stopLoss: .stopLoss
        case .takeProfit: .takeProfit
        case .rejection: .reject
        }
    }

    /// In the order in which the provider gives them. What rests is filled later, and so is a stop
    /// loss.
    var answers: [Answer] {
        switch self {
        case .fill: [Answer(kind: .order, status: .executed)]
        case .close: [Answer(kind: .close, status: .executed)]
        case .rest:
            [
                Answer(kind: .order, status: .pending),
                Answer(kind: .order, status: .executed),
            ]
        case .change: [Answer(kind: .modify, status: .pending)]
        case .cancel: [Answer(kind: .cancel, status: .cancelled)]
        case .stopLoss:
            [
                Answer(kind: .stopLoss, status: .pending),
                Answer(kind: .stopLoss, status: .executed),
            ]
        case .takeProfit: [Answer(kind: .takeProfit, status: .pending)]
        case .rejection: [Answer(kind: .order, status: .rejected)]
        }
    }

    /// Every life's answers, in an order that keeps each life's own: what an account with one order
    /// of each kind is told.
    static let story: [(place: Int, answer: Answer)] = {
        var story: [(Int, Answer)] = []
        for life in allCases { story.append((life.rawValue, life.answers[0])) }
        for life in allCases where life.answers.count > 1 {
            story.append((life.rawValue, life.answers[1]))
        }
        return story
    }()
}
