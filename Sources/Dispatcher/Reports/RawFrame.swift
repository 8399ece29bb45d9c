import FoundationEssentials
import Shared

/// The provider's original frame as a report carries it in `raw`: JSON with FIX tags. Only the tags
/// that a report falls back on are looked at (domain §4).
struct RawFrame: Sendable, Equatable {
    /// What a tag means here.
    enum Tag: String, CodingKey, CaseIterable {
        case averagePrice = "6"
        case clientOrderID = "11"
        case cumulativeQuantity = "14"
        case execID = "17"
        case status = "39"
        case text = "58"
        case idempotency
        /// So spelt by some senders.
        case ideampotency

        /// How a fault names the tag.
        var name: String { "raw." + rawValue }
    }

    private let values: [Tag: String]

    /// The text of a tag; nil where it is missing, null or empty.
    subscript(tag: Tag) -> String? { values[tag] }

    /// The frame of a report without `raw`.
    static let none = RawFrame(values: [:])

    private init(values: [Tag: String]) { self.values = values }

    init(json: String) throws(FieldError) {
        let parsed: Parsed
        do {
            parsed = try JSONDecoder().decode(Parsed.self, from: Data(json.utf8))
        } catch let error as FieldError {
            throw error
        } catch {
            throw FieldError("raw", String(json.prefix(80)), rule: "is no JSON object")
        }
        values = parsed.values
    }

    private struct Parsed: Decodable {
        let values: [Tag: String]

        init(from decoder: any Decoder) throws {
            let frame = try decoder.container(keyedBy: Tag.self)
            var values: [Tag: String] = [:]
            for tag in Tag.allCases where frame.contains(tag) {
                let text = try Parsed.text(of: tag, in: frame)
                if let text, !text.isEmpty { values[tag] = text }
            }
            self.values = values
        }

        /// Tags come as texts or as numbers. `Decimal` keeps the digits of a number as written.
        private static func text(
            of tag: Tag, in frame: KeyedDecodingContainer<Tag>
        ) throws -> String? {
            if try frame.decodeNil(forKey: tag) { return nil }
            if let text = try? frame.decode(String.self, forKey: tag) { return text }
            if let number = try? frame.decode(Decimal.self, forKey: tag) { return "\(number)" }
            throw FieldError(tag.name, "", rule: "is neither text nor number")
        }
    }
}
