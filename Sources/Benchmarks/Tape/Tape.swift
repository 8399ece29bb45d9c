import Glibc
import ServiceRuntime

/// Pipelines, byte for byte as they were sent, in the order in which they were sent.
struct Tape {
    private struct Pipeline {
        let bytes: Range<Int>
        let commands: Int
        /// Where `apply` says when its account was loaded.
        var stamps: [Int] = []
    }

    private var bytes: [UInt8] = []
    private var pipelines: [Pipeline] = []

    var commands: Int { pipelines.reduce(0) { $0 + $1.commands } }
    var size: Int { bytes.count }
    var count: Int { pipelines.count }

    mutating func append(_ more: UnsafeRawBufferPointer, commands: Int) {
        let start = bytes.count
        bytes.append(contentsOf: more)
        pipelines.append(Pipeline(bytes: start..<bytes.count, commands: commands))
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        pipelines.removeAll(keepingCapacity: true)
    }

    /// Sends everything again on one connection, a pipeline at a time. The bytes are the same but
    /// for one number in each `apply`: a decision must not be older than two seconds, so it says that
    /// its account was loaded just now.
    mutating func replay(on connection: RawConnection) throws {
        for pipeline in pipelines {
            let now = WallClock.milliseconds()
            for stamp in pipeline.stamps {
                withUnsafeBytes(of: now.bigEndian) { number in
                    for index in 0..<8 { bytes[stamp + index] = number[index] }
                }
            }
            try bytes.withUnsafeBytes { all in
                try connection.exchange(
                    UnsafeRawBufferPointer(rebasing: all[pipeline.bytes]),
                    replies: pipeline.commands)
            }
        }
    }
}

extension Tape {
    /// Finds the numbers that a replay must renew.
    ///
    /// - Parameter digest: the name of the script `apply` at the server.
    mutating func findStamps(digest: String) throws {
        let name = Array(digest.utf8)
        let found = try bytes.withUnsafeBytes { all in
            try pipelines.map { try Tape.stamps(of: $0, in: all, name) }
        }
        for (index, stamps) in found.enumerated() { pipelines[index].stamps = stamps }
    }

    private static func stamps(
        of pipeline: Pipeline, in bytes: UnsafeRawBufferPointer, _ digest: [UInt8]
    ) throws -> [Int] {
        var stamps: [Int] = []
        var position = pipeline.bytes.lowerBound
        while position < pipeline.bytes.upperBound {
            guard let (arguments, end) = Resp.command(at: position, in: bytes) else {
                throw BenchmarkError("a recorded pipeline does not end with a command")
            }
            position = end
            guard arguments.count > 2, bytes[arguments[1]].elementsEqual(digest),
                let last = arguments.last
            else { continue }
            stamps.append(try stamp(in: last, of: bytes))
        }
        return stamps
    }

    /// The list of `apply` begins with the token that was loaded and the time of the load: a header
    /// of five bytes, a text, and `d3` before 64 bits.
    private static func stamp(in list: Range<Int>, of bytes: UnsafeRawBufferPointer) throws -> Int {
        let text = list.lowerBound + 5
        let length: Int
        switch bytes[text] {
        case 0xa0..<0xc0: length = 1 + Int(bytes[text] & 0x1f)
        case 0xd9: length = 2 + Int(bytes[text + 1])
        case 0xda: length = 3 + Int(bytes[text + 1]) << 8 + Int(bytes[text + 2])
        default: throw BenchmarkError("the list of an apply does not begin with a token")
        }
        guard bytes[text + length] == 0xd3 else {
            throw BenchmarkError("the list of an apply has no time behind its token")
        }
        return text + length + 1
    }

    /// The source of `apply`, as a connection loaded it.
    func applySource() throws -> String {
        try bytes.withUnsafeBytes { all in
            var position = 0
            while let (arguments, end) = Resp.command(at: position, in: all) {
                position = end
                guard arguments.count == 3, let last = arguments.last else { continue }
                let source = String(decoding: all[last], as: UTF8.self)
                if source.hasPrefix("#!lua\n-- apply, ") { return source }
            }
            throw BenchmarkError("no connection loaded the script apply")
        }
    }
}
