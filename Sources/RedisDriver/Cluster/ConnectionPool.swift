/// One connection per node, made when first asked for.
final class ConnectionPool {
    let address: RedisAddress
    let options: RedisOptions
    private var connections: [RedisEndpoint: RedisConnection] = [:]
    var tap: ((UnsafeRawBufferPointer, _ commands: Int) -> Void)? {
        didSet { for connection in connections.values { connection.tap = tap } }
    }

    init(_ address: RedisAddress, _ options: RedisOptions) {
        self.address = address
        self.options = options
    }

    subscript(endpoint: RedisEndpoint) -> RedisConnection {
        if let known = connections[endpoint] { return known }
        let connection = separate(endpoint)
        connection.tap = tap
        connections[endpoint] = connection
        return connection
    }

    /// A connection that is not in the pool, for calls that block.
    func separate(_ endpoint: RedisEndpoint) -> RedisConnection {
        RedisConnection(endpoint, address: address, options: options)
    }

    func isConnected(_ endpoint: RedisEndpoint) -> Bool {
        connections[endpoint]?.openWire != nil
    }

    /// Drops the connections to nodes that serve nothing any more.
    func keep(only endpoints: [RedisEndpoint]) {
        connections = connections.filter { endpoints.contains($0.key) }
    }

    func closeAll() {
        for connection in connections.values { connection.close() }
    }
}
