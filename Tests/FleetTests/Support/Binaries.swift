import Glibc
import TestSupport

/// The built binaries that this ring runs.
enum Binaries {
    /// `ORDERFLEET_BIN`, which `scripts/test.sh` sets, or else what `swift build` left in the package.
    static let folder = named("ORDERFLEET_BIN") ?? "\(package)/.build/debug"

    /// `ORDERFLEET_NEXT_BIN`: some of them once more, of the version of messages that comes next.
    static let nextFolder = named("ORDERFLEET_NEXT_BIN") ?? "\(package)/.build/next/debug"

    private static func named(_ variable: String) -> String? {
        guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty else {
            return nil
        }
        return text
    }

    /// The package's own folder, three above this file's.
    static let package: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/")
    }()

    static func path(_ name: String, in folder: String = folder) -> String { "\(folder)/\(name)" }

    /// Every process of the fleet, in the order in which a message goes through them.
    static let processes = [
        "order-entry", "house-provider", "dispatcher", "worker-open", "worker-close",
        "worker-reject", "worker-pending", "worker-cancel", "worker-stop-loss",
        "worker-take-profit", "persistence-writer", "projector",
    ]

    /// Those that write or read the message that the next version changes, as far as a trade of market
    /// orders needs them; the others go on as they are. scripts/next.sh builds them.
    static let next = ["dispatcher", "worker-close", "worker-open"]

    /// Whether the fleet can run here: always in CI, where what is missing then fails.
    static let shouldRun: Bool = {
        if getenv("CI") != nil { return true }
        for name in processes + ["fleet"] where access(path(name), X_OK) != 0 {
            print("skipping: \(path(name)) is missing; run 'swift build' or set ORDERFLEET_BIN")
            return false
        }
        return PrivateRedis.shouldRun && PrivatePostgres.shouldRun
    }()

    /// Whether an upgrade can be tried here too.
    static let shouldUpgrade: Bool = {
        guard shouldRun, getenv("CI") == nil else { return shouldRun }
        let missing = next.filter { access(path($0, in: nextFolder), X_OK) != 0 }
        if let first = missing.first {
            print("skipping: \(path(first, in: nextFolder)) is missing; scripts/next.sh builds it")
        }
        return missing.isEmpty
    }()

    /// Memory and idle time mean something only of what is optimised.
    static let areRelease: Bool = {
        let real = realpath(folder, nil)
        defer { free(real) }
        let path = real.map { String(cString: $0) } ?? folder
        return path.split(separator: "/").last == "release"
    }()
}
