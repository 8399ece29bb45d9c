import Glibc
import Synchronization

/// This process's own folder for servers' files, removed when the process ends.
///
/// Its name and the `owner` file in it (pid, start time, boot) are those of a run folder, so that
/// `scripts/sweep.sh` removes what a killed test process left.
package enum TestFolder {
    private static let root: Result<String, ServerError> = make()
    private static let counter = Mutex(0)

    /// A new folder for one server, short enough that a socket fits in it.
    package static func fresh(_ label: String) throws(ServerError) -> String {
        let number = counter.withLock { count in
            count += 1
            return count
        }
        let path = "\(try root.get())/\(label)\(number)"
        try makeFolder(path)
        return path
    }

    package static func makeFolder(_ path: String) throws(ServerError) {
        // Another user, whose server we start, passes through but does not list.
        guard mkdir(path, 0o711) == 0 else { throw ServerError.last("mkdir \(path)") }
    }

    /// Removes a folder and all that is in it; one that is not there is no error.
    package static func remove(_ path: String) {
        for name in Files.names(in: path) { remove("\(path)/\(name)") }
        _ = Glibc.remove(path)
    }

    private static func make() -> Result<String, ServerError> {
        Result { () throws(ServerError) in
            let name = "orderfleet.\(geteuid()).\(getpid()).\(hex(UInt16.random(in: 0...0xffff)))"
            let path = "\(base(for: name))/\(name)"
            try makeFolder(path)
            try Files.write(ownerLine(), to: "\(path)/owner")
            atexit { TestFolder.atExit() }
            return path
        }
    }

    /// The kernel takes socket paths of 107 bytes; servers' sockets add up to 40 to the folder.
    private static func base(for name: String) -> String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let trimmed = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        return trimmed.utf8.count + 1 + name.utf8.count + 40 <= 107 ? trimmed : "/tmp"
    }

    private static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func ownerLine() -> String {
        // After the name, which may hold blanks, the start time is the twentieth field.
        let stat = Files.read("/proc/self/stat")
        let fields = stat.suffix(from: stat.lastIndex(of: ")") ?? stat.startIndex).split(
            separator: " ")
        let start = fields.count > 20 ? String(fields[20]) : "0"
        return "\(getpid()) \(start) \(Files.read("/proc/sys/kernel/random/boot_id"))"
    }

    private static func atExit() {
        Subprocess.endAll()
        if case .success(let path) = root { remove(path) }
    }
}

extension ServerError {
    /// The failure of the system call just made.
    package static func last(_ operation: String) -> ServerError {
        .system(operation: operation, reason: String(cString: strerror(errno)))
    }
}

/// Small whole files.
package enum Files {
    /// What a folder holds; nothing when it is none. A link to a folder is none.
    package static func names(in path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return []
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    package static func write(_ text: String, to path: String) throws(ServerError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ServerError.last("open \(path)") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ServerError.last("write \(path)") }
            rest = rest.dropFirst(count)
        }
    }

    /// What is in a file, and nothing when there is none.
    package static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
