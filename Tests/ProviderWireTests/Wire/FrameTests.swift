import ProviderWire
import TestSupport
import Testing

struct FrameTests {
    @Test func aFrameIsItsLengthAndItsBytes() throws {
        #expect(try Frame.encode([1, 2, 3]) == [0, 0, 0, 3, 1, 2, 3])
        let long = [UInt8](repeating: 7, count: 0x0102)
        #expect(try Frame.encode(long).prefix(5) == [0, 0, 1, 2, 7])
    }

    @Test func whatIsNoFrameIsNotSent() {
        #expect(throws: WireError.emptyFrame) { try Frame.encode([]) }
        #expect(throws: WireError.frameTooLong(length: 9, limit: 8)) {
            try Frame.encode([UInt8](repeating: 0, count: 9), limits: WireLimits(frame: 8))
        }
    }

    @Test func framesComeBackHoweverTheirBytesArrive() throws {
        var random = SplitMix64(seed: 11)
        let bodies = (0..<200).map { _ in
            (0..<(1 + random.below(300))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        let stream = try bodies.flatMap { try Frame.encode($0) }
        for most in [1, 2, 3, 5, 64, 1_000, stream.count] {
            var splitter = FrameSplitter()
            var found: [[UInt8]] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 + random.below(most))
                rest = rest.dropFirst(piece.count)
                splitter.feed(piece)
                while let frame = try splitter.next() { found.append(frame) }
            }
            #expect(found == bodies, "at most \(most) bytes at once")
            #expect(splitter.rest == 0)
        }
    }

    @Test(arguments: [
        ([0, 0, 0, 0], WireError.emptyFrame),
        ([0xff, 0xff, 0xff, 0xff], .frameTooLong(length: 0xffff_ffff, limit: 65_536)),
        ([0, 1, 0, 1], .frameTooLong(length: 65_537, limit: 65_536)),
    ])
    func aLengthThatCannotBeEndsTheStream(_ header: [UInt8], _ error: WireError) {
        var splitter = FrameSplitter()
        splitter.feed(header)
        #expect(throws: error) { try splitter.next() }
    }

    @Test func aFrameThatHasNotEndedIsWaitedFor() throws {
        var splitter = FrameSplitter()
        #expect(try splitter.next() == nil)
        splitter.feed([0, 0, 0])
        #expect(try splitter.next() == nil)
        #expect(splitter.rest == 3)
        splitter.feed([2, 9])
        #expect(try splitter.next() == nil)
        splitter.feed([8, 0])
        #expect(try splitter.next() == [9, 8])
        #expect(splitter.rest == 1)
    }
}
