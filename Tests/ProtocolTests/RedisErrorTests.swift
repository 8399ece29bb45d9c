import Testing

@testable import RedisDriver

struct RedisErrorTests {
    private typealias Row = (text: String, name: RedisError.Name, code: RedisError.Code)

    private static let answers: [Row] = [
        ("LOADING Redis is loading the dataset in memory", .loading, .unavailable),
        ("CLUSTERDOWN The cluster is down", .clusterDown, .unavailable),
        ("TRYAGAIN Multiple keys request during rehashing of slot", .tryAgain, .unavailable),
        ("MASTERDOWN Link with MASTER is down", .masterDown, .unavailable),
        ("OOM command not allowed when used memory > 'maxmemory'.", .outOfMemory, .unavailable),
        ("MISCONF Redis is configured to save RDB snapshots", .misconfigured, .unavailable),
        ("READONLY You can't write against a read only replica.", .readOnly, .unavailable),
        ("NOREPLICAS Not enough good replicas to write.", .noReplicas, .unavailable),
        ("BUSY Redis is busy running a script.", .busy, .unavailable),
        ("UNBLOCKED force unblock from blocking operation", .unblocked, .unavailable),
        ("IOERR error or timeout writing to target instance", .inputOutput, .unavailable),
        ("ERR max number of clients reached", .tooManyClients, .unavailable),
        ("NOSCRIPT No matching script.", .scriptUnknown, .unavailable),
        ("MOVED 1 127.0.0.1:7001", .moved, .unavailable),
        ("ASK 1 127.0.0.1:7001", .ask, .unavailable),
        ("WRONGTYPE Operation against a key", .wrongType, .refused),
        ("CROSSSLOT Keys in request don't hash to the same slot", .crossSlot, .refused),
        ("NOGROUP No such key 'q' or consumer group 'g'", .noGroup, .refused),
        ("BUSYGROUP Consumer Group name already exists", .groupExists, .refused),
        ("ERR user_script:1: oops script: f00, on @user_script:1.", .scriptFailed, .refused),
        ("ERR Error compiling script (new function): x", .scriptFailed, .refused),
        ("ERR Protocol error: invalid bulk length", .protocolBroken, .refused),
        ("ERR unknown command 'FOO'", .rejected, .refused),
        ("FORK an answer of a script's own", .rejected, .refused),
        ("", .rejected, .refused),
        ("NOAUTH Authentication required.", .notAuthenticated, .auth),
        ("WRONGPASS invalid username-password pair", .wrongPassword, .auth),
        ("NOPERM this user has no permissions", .noPermission, .auth),
        ("DENIED Redis is running in protected mode", .denied, .auth),
    ]

    @Test(arguments: answers.indices)
    func knowsTheServersErrors(row: Int) {
        let (text, name, code) = Self.answers[row]
        let error = RedisError(RedisReplyError(text: text), operation: "SET")
        #expect(error.name == name)
        #expect(error.code == code)
        #expect(error.detail == text)
        #expect(!error.mayHaveRun)
    }

    @Test func namesAreDistinctWords() {
        let names = RedisError.Name.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) } })
    }

    private static let asked = RedisEndpoint.tcp(host: "10.0.0.1", port: 7000)
    private static let redirects: [(String, Redirect?)] = [
        (
            "MOVED 3999 127.0.0.1:6381",
            .moved(slot: 3999, to: .tcp(host: "127.0.0.1", port: 6381))
        ),
        ("MOVED 3999 :6381", .moved(slot: 3999, to: .tcp(host: "10.0.0.1", port: 6381))),
        ("MOVED 3999 ?:6381", .moved(slot: 3999, to: .tcp(host: "10.0.0.1", port: 6381))),
        ("MOVED 1 ::1:6381", .moved(slot: 1, to: .tcp(host: "::1", port: 6381))),
        ("MOVED 1 h:0", nil), ("MOVED x h:1", nil), ("MOVED 1", nil), ("MOVED 1 h:99999", nil),
        ("ASK 3999 127.0.0.1:6381", .ask(.tcp(host: "127.0.0.1", port: 6381))),
        ("TRYAGAIN x", .tryAgain), ("NOSCRIPT x", .reload), ("CLUSTERDOWN x", nil),
        ("WRONGTYPE x", nil),
    ]

    @Test(arguments: redirects.indices)
    func readsRedirects(row: Int) {
        let (text, redirect) = Self.redirects[row]
        let error = RedisError(RedisReplyError(text: text), operation: "SET")
        #expect(Redirect(error, from: Self.asked) == redirect)
    }
}
