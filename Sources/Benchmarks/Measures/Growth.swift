import ServiceRuntime
import Shared

/// Whether the cost of a fill grows with the number of accounts that there are.
struct Growth {
    let server: Server
    let url: String
    let options: Options
    let report: Report

    /// The same for every number of accounts, so that only their number differs. One order of each is
    /// filled: two of one account in a batch would cost less than two of two accounts.
    private static let ordersPerAccount = 2
    private static let mostFills = 20_000
    /// Fewer fills are measured more often.
    private static let mostRounds = 5

    func measure() throws -> [(accounts: Int, runs: [Run])] {
        try options.growth.map { accounts in
            let scene = Scene(
                stage: .queued, accounts: accounts, ordersPerAccount: Growth.ordersPerAccount)
            let fills = min(accounts, Growth.mostFills)
            let rounds = max(1, min(Growth.mostRounds, Growth.mostFills / fills))
            report.progress("cost of a fill among \(accounts) accounts")
            var stage = try Stage(scene, fills: fills, in: server, logged: true)
            var runs: [Run] = []
            for _ in 0..<rounds {
                try stage.set(logged: true)
                let (run, worker) = try WorkerRun(scene, in: server).run(&stage, through: url)
                worker.stop()
                runs.append(run)
            }
            return (accounts, runs)
        }
    }
}
