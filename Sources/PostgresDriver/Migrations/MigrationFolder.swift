internal import Glibc

/// One file of SQL that takes the schema a step further.
package struct Migration: Sendable, Hashable {
    /// From 1, without gaps.
    package let version: Int64
    /// The file's name.
    package let name: String
    package let sql: String
}

/// The migrations of a folder, in their order.
package struct MigrationFolder: Sendable {
    package let migrations: [Migration]

    /// Reads every `.sql` file; other files are not looked at.
    ///
    /// - Throws: `folderUnreadable`, `badName`, `badOrder`.
    package init(path: String) throws(MigrationError) {
        var migrations: [Migration] = []
        for name in try Self.fileNames(in: path) where name.hasSuffix(".sql") {
            let version = try Self.version(of: name)
            let sql = try Self.text(of: "\(path)/\(name)")
            migrations.append(Migration(version: version, name: name, sql: sql))
        }
        migrations.sort { $0.version < $1.version }
        guard !migrations.isEmpty else {
            throw MigrationError(.folderUnreadable, "", "no .sql file in \(path)")
        }
        for (expected, migration) in zip(Int64(1)..., migrations)
        where migration.version != expected {
            throw MigrationError(.badOrder, migration.name, "expected version \(expected)")
        }
        self.migrations = migrations
    }

    /// `0001_accounts.sql` is 1: four digits, `_`, then small letters, digits and `_`.
    private static func version(of name: String) throws(MigrationError) -> Int64 {
        let stem = name.dropLast(".sql".count)
        let parts = stem.split(separator: "_", maxSplits: 1)
        let isName = parts.last?.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 95
        }
        guard parts.count == 2, isName == true, parts[0].utf8.count == 4,
            parts[0].utf8.allSatisfy({ (48...57).contains($0) }), let version = Int64(parts[0])
        else {
            throw MigrationError(.badName, name, "expected 0001_small_letters.sql")
        }
        return version
    }

    private static func fileNames(in path: String) throws(MigrationError) -> [String] {
        guard let folder = opendir(path) else { throw unreadable(path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    names.append(String(cString: $0))
                }
            }
        }
        return names
    }

    private static func text(of path: String) throws(MigrationError) -> String {
        guard let file = fopen(path, "r") else { throw unreadable(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&block, 1, block.count, file)
            guard count > 0 else { break }
            bytes.append(contentsOf: block.prefix(count))
        }
        guard ferror(file) == 0 else { throw unreadable(path) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MigrationError(.folderUnreadable, path, "not UTF-8")
        }
        return text
    }

    private static func unreadable(_ path: String) -> MigrationError {
        MigrationError(.folderUnreadable, path, String(cString: strerror(errno)))
    }
}
