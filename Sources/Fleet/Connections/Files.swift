import Glibc

/// Files, read whole.
enum Files {
    static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else {
            throw Failure("\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&block, 1, block.count, file)
            guard count > 0 else { break }
            bytes.append(contentsOf: block.prefix(count))
        }
        guard ferror(file) == 0 else {
            throw Failure("\(path): \(String(cString: strerror(errno)))")
        }
        return bytes
    }

    static func json(of path: String) throws -> JSONValue {
        do {
            return try JSONParser.parse(try bytes(of: path))
        } catch let error as JSONError {
            throw Failure("\(path): \(error)")
        }
    }

    /// The last part of a path without its extension: `us30` of `data/us30.csv`.
    static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }
}
