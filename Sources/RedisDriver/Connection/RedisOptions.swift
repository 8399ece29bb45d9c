/// Time limits and name of a connection.
package struct RedisOptions: Sendable {
    /// How long a connection may take to come about, and how long the server may then be silent while
    /// we introduce ourselves. A host that exceeds it is left alone for as long, then twice, then
    /// four times as long. Default 1 s.
    package var connectTimeout: Duration
    /// How long the server may be silent in the middle of a call: no byte taken, none answered.
    /// Default 2 s, less than the 3 s after which a lane's holder gives its lease up.
    package var replyTimeout: Duration
    /// What `CLIENT LIST` shows. No spaces. Default `orderfleet`.
    package var clientName: String
    /// Waits before a command that was answered `TRYAGAIN` is sent again; when they are used up it
    /// fails. Default 1, 2, 4, 8 and 16 ms.
    package var tryAgainWaits: [Duration]

    package init(
        connectTimeout: Duration = .seconds(1),
        replyTimeout: Duration = .seconds(2),
        clientName: String = "orderfleet",
        tryAgainWaits: [Duration] = [1, 2, 4, 8, 16].map { .milliseconds($0) }
    ) {
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.clientName = clientName
        self.tryAgainWaits = tryAgainWaits
    }
}
