import ServiceRuntime

extension Freshness {
    /// Whether it still may be done, as the scripts judge.
    ///
    /// - Parameter now: TIME of the server, ms. Before `since` it is the clock of another server, or
    ///   one that was set back, and tells nothing.
    func holds(at now: Int64) -> Bool { now >= since && now - since <= left }
}
