import Glibc
import ServiceRuntime

/// Pipelines, byte for byte as they were sent, in the order in which they were sent.
struct Tape {
    private struct Pipeline {
        let bytes: Range<Int>
        let commands: Int
        /// What its last command is: the name of its script, or the command's own.
        var name = ""
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

    /// Sends everything again on one connection, a pipeline at a time. The bytes are the same but
    /// for one number in each `apply`: a decision must not be older than two seconds, so it says that
    /// its account was loaded just now.
    ///
    /// - Parameter done: called after each pipeline with its name.
    mutating func replay(
        on connection: RawConnection, done: (String) throws -> Void = { _ in }
    ) throws {
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
            try done(pipeline.name)
        }
    }
}

extension Tape {
    /// Names the pipelines, and finds the numbers that a replay must renew.
    ///
    /// - Parameters:
    ///   - earlier: what its connections sent before.
    ///   - digest: what the server calls a script.
    mutating func prepare(
        after earlier: Tape = Tape(), digest: (String) throws -> String
    ) throws {
        var names: [String: String] = [:]
        for source in earlier.scripts().union(scripts()) {
            names[try digest(source)] = Tape.name(ofScript: source)
        }
        let apply = names.first { $0.value == "apply" }?.key
        for index in pipelines.indices {
            var pipeline = pipelines[index]
            try bytes.withUnsafeBytes { all in
                try Tape.eachCommand(in: pipeline.bytes, of: all) { arguments in
                    let words = arguments.prefix(2).map { String(decoding: all[$0], as: UTF8.self) }
                    pipeline.name = words.last.flatMap { names[$0] } ?? words[0].lowercased()
                    guard words.count == 2, words[1] == apply, let last = arguments.last else {
                        return
                    }
                    pipeline.stamps.append(try Tape.stamp(in: last, of: all))
                }
            }
            pipelines[index] = pipeline
        }
    }

    private static func eachCommand(
        in range: Range<Int>, of bytes: UnsafeRawBufferPointer,
        _ body: (_ arguments: [Range<Int>]) throws -> Void
    ) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            guard let (arguments, end) = Resp.command(at: position, in: bytes) else {
                throw BenchmarkError("a recorded pipeline does not end with a command")
            }
            try body(arguments)
            position = end
        }
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

    /// The scripts that connections loaded, each once.
    private func scripts() -> Set<String> {
        bytes.withUnsafeBytes { all in
            var sources: Set<String> = []
            var position = 0
            while let (arguments, end) = Resp.command(at: position, in: all) {
                position = end
                guard arguments.count == 3, let last = arguments.last,
                    all[arguments[0]].elementsEqual("SCRIPT".utf8)
                else { continue }
                sources.insert(String(decoding: all[last], as: UTF8.self))
            }
            return sources
        }
    }

    /// Its second line begins with the name: `-- apply, version 1. …`.
    private static func name(ofScript source: String) -> String {
        let lines = source.split(separator: "\n", maxSplits: 2)
        guard lines.count > 1 else { return "script" }
        return String(lines[1].dropFirst(3).prefix { $0 != "," })
    }
}
