import RedisDriver
import TestSupport

/// The Redis that a fleet under test runs on.
enum FleetRedis {
    case single(PrivateRedis)
    case cluster(PrivateRedisCluster)

    var url: String {
        switch self {
        case .single(let server): server.url
        case .cluster(let cluster): cluster.url
        }
    }

    var address: RedisAddress {
        switch self {
        case .single(let server): server.address
        case .cluster(let cluster): cluster.address
        }
    }

    func stop() {
        switch self {
        case .single(let server): server.stop()
        case .cluster(let cluster): cluster.stop()
        }
    }
}
