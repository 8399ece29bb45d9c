import Glibc
import TestSupport

/// The built binaries that this ring runs.
enum Binaries {
    /// `ORDERFLEET_BIN`, which `scripts/test.sh` sets, or else what `swift build` left in the package.
    static let folder: String = {
        if let named = getenv("ORDERFLEET_BIN").map({ String(cString: $0) }), !named.isEmpty {
            return named
        }
        return "\(package)/.build/debug"
    }()

    /// The package's own folder, three above this file's.
    static let package: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/")
    }()

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Every process of the fleet, in the order in which a message goes through them.
    static let processes = [
        "order-entry", "house-provider", "dispatcher", "worker-open", "worker-close",
        "worker-reject", "worker-pending", "worker-cancel", "worker-stop-loss",
        "worker-take-profit", "persistence-writer", "projector",
    ]

    /// Whether the fleet can run here: always in CI, where what is missing then fails.
    static let shouldRun: Bool = {
        if getenv("CI") != nil { return true }
        for name in processes + ["fleet"] where access(path(name), X_OK) != 0 {
            print("skipping: \(path(name)) is missing; run 'swift build' or set ORDERFLEET_BIN")
            return false
        }
        return PrivateRedis.shouldRun && PrivatePostgres.shouldRun
    }()

    /// Memory and idle time mean something only of what is optimised.
    static let areRelease: Bool = {
        let real = realpath(folder, nil)
        defer { free(real) }
        let path = real.map { String(cString: $0) } ?? folder
        return path.split(separator: "/").last == "release"
    }()
}
