import Glibc

/// What the kernel tells in a file of /proc, by lines of at most 255 bytes.
enum KernelFile {
    static func lines(of path: String) throws -> [String] {
        guard let file = fopen(path, "r") else { throw BenchmarkError("\(path) cannot be read") }
        defer { fclose(file) }
        var lines: [String] = []
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, CInt(line.count), file) != nil {
            lines.append(
                String(
                    decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return lines
    }
}
