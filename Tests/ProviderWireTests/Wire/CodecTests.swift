import MessagePackDriver
import ProviderWire
import TestSupport
import Testing

/// MessagePack by libmsgpack, against the bytes that the specification names.
struct CodecTests {
    static let table: [(WireValue, [UInt8])] = [
        (.null, [0xc0]), (.bool(false), [0xc2]), (.bool(true), [0xc3]),
        (.integer(0), [0x00]), (.integer(127), [0x7f]), (.integer(128), [0xcc, 0x80]),
        (.integer(-1), [0xff]), (.integer(-33), [0xd0, 0xdf]),
        (.integer(65_536), [0xce, 0, 1, 0, 0]),
        (.integer(.min), [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        (.integer(.max), [0xcf, 0x7f] + [UInt8](repeating: 0xff, count: 7)),
        (.unsigned(.max), [0xcf] + [UInt8](repeating: 0xff, count: 8)),
        (.double(1.5), [0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]),
        (.float(1.5), [0xca, 0x3f, 0xc0, 0, 0]),
        (.text("ab"), [0xa2, 0x61, 0x62]), (.text(""), [0xa0]), (.text("ü"), [0xa2, 0xc3, 0xbc]),
        (.bytes([1, 2]), [0xc4, 2, 1, 2]), (.array([.null, .integer(1)]), [0x92, 0xc0, 1]),
        (.map(["a": .integer(1)]), [0x81, 0xa1, 0x61, 1]),
    ]

    @Test(arguments: table)
    func valuesAreTheBytesOfTheSpecification(_ value: WireValue, _ bytes: [UInt8]) throws {
        #expect(try MessagePack.encode(value) == bytes)
        #expect(try MessagePack.decode(bytes) == value)
    }

    @Test func namesMayBeNumbersAndBytes() throws {
        let map = try MessagePack.decode([0x82, 11, 1, 0xc4, 1, 0x61, 2])
        #expect(map == .map(["11": .integer(1), "a": .integer(2)]))
    }

    static let malformed: [([UInt8], WireError)] = [
        ([], .truncated(at: 0)), ([0xc1], .badType(0xc1, at: 0)),
        ([0xd4, 1, 2], .badType(0xd4, at: 0)), ([0xc7, 1, 1, 1], .badType(0xc7, at: 0)),
        ([0xa2, 0x61], .truncated(at: 0)), ([0xcb, 0, 0], .truncated(at: 0)),
        ([0xd9], .truncated(at: 1)), ([0xc0, 0xc0], .trailing(at: 1)),
        ([0x81, 0xa1, 0x61], .truncated(at: 3)),
        // Four thousand million elements that are not there.
        ([0xdd, 0xff, 0xff, 0xff, 0xff], .truncated(at: 0)),
        ([0xdf, 0xff, 0xff, 0xff, 0xff, 0], .truncated(at: 0)),
        ([0xdb, 0xff, 0xff, 0xff, 0xff, 0], .truncated(at: 0)),
        ([UInt8](repeating: 0x91, count: 20) + [0xc0], .tooDeep(at: 8, limit: 8)),
        ([0xa1, 0xff], .notUTF8), ([0x81, 0xa1, 0xff, 1], .notUTF8),
        ([0x81, 0xc0, 1], .keyNotText), ([0x81, 0x90, 1], .keyNotText),
        ([0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2], .duplicateKey("a")),
        ([0x82, 0xa1, 0x31, 1, 1, 2], .duplicateKey("1")),
    ]

    @Test(arguments: malformed)
    func whatIsMalformedIsATypedError(_ bytes: [UInt8], _ error: WireError) {
        #expect(throws: error) { try MessagePack.decode(bytes) }
        #expect(!error.description.isEmpty && !error.code.contains(" "))
    }

    @Test func aFrameBeyondTheLimitIsNotParsed() {
        #expect(throws: WireError.frameTooLong(length: 5, limit: 4)) {
            try MessagePack.decode([0, 0, 0, 0, 0], limits: WireLimits(frame: 4))
        }
    }

    /// Whatever is packed comes back; a byte of it changed, cut or added either reads as something
    /// that packs and reads again the same, or is an error of ours, and never more than that.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anythingComesBackAndNothingBreaksTheParser(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let value = Self.value(&random, depth: 0)
            var bytes = try MessagePack.encode(value)
            #expect(try MessagePack.decode(bytes) == value)
            Self.damage(&bytes, &random)
            do throws(WireError) {
                let other = try MessagePack.decode(bytes)
                let again = try MessagePack.encode(other)
                #expect(try MessagePack.encode(try MessagePack.decode(again)) == again)
            } catch {
                #expect(!error.code.isEmpty)
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        for _ in 0...random.below(3) where !bytes.isEmpty {
            switch random.below(4) {
            case 0: bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeLast(1 + random.below(bytes.count))
            case 2: bytes.insert(0xdf, at: random.below(bytes.count))
            default: bytes.append(UInt8(truncatingIfNeeded: random.next()))
            }
        }
    }

    private static func value(_ random: inout SplitMix64, depth: Int) -> WireValue {
        switch random.below(depth < 6 ? 11 : 9) {
        case 0: return .null
        case 1: return .bool(random.once(in: 2))
        case 2: return .integer(Int64(bitPattern: random.next()) >> Int64(random.below(64)))
        case 3: return .unsigned(random.next() | 1 << 63)
        case 4: return .double(Double(random.below(1_000_000)) / 1_000)
        case 5: return .float(Float(random.below(10_000)) / 8)
        case 6: return .text(String(repeating: "ü", count: random.below(40)))
        case 7: return .bytes((0..<random.below(300)).map { UInt8(truncatingIfNeeded: $0) })
        case 8: return .text("t\(random.next())")
        case 9:
            return .array((0..<random.below(20)).map { _ in value(&random, depth: depth + 1) })
        default:
            var map = WireMap()
            for index in 0..<random.below(20) {
                do throws(WireError) {
                    try map.add("n\(index)", value(&random, depth: depth + 1))
                } catch {
                    preconditionFailure("names differ: \(error)")
                }
            }
            return .map(map)
        }
    }
}
