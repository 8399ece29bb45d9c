/// Named values in order, as streams and hashes of Redis carry them.
package struct Fields: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var list: [Field]

    package init(_ list: [Field] = []) { self.list = list }

    package init(_ pairs: KeyValuePairs<String, String>) {
        list = pairs.map { Field($0.key, $0.value) }
    }

    /// The value of a name; nil where the name is missing. Setting replaces or appends; setting
    /// nil removes.
    package subscript(name: String) -> String? {
        get { index(of: name).map { list[$0].value } }
        set {
            let index = index(of: name)
            switch (index, newValue) {
            case (let index?, let value?): list[index].value = value
            case (let index?, nil): list.remove(at: index)
            case (nil, let value?): list.append(Field(name, value))
            case (nil, nil): break
            }
        }
    }

    /// Where a name stands. Lists are short and mostly asked in about their own order: whoever asks
    /// for many says where the last one stood, and the search begins behind it.
    package func index(of name: String, after last: Int = -1) -> Int? {
        for index in (last + 1)..<list.count where list[index].name == name { return index }
        for index in 0..<(last + 1) where list[index].name == name { return index }
        return nil
    }

    /// Makes room for so many fields in all.
    package mutating func reserve(_ count: Int) { list.reserveCapacity(count) }

    /// Adds without looking for the name; for names that are known to be new.
    package mutating func append(_ name: String, _ value: String) {
        list.append(Field(name, value))
    }

    /// The value of a name, where an empty text means the same as none: the reference writes
    /// empty texts for what it does not know.
    package func present(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    package var isEmpty: Bool { list.isEmpty }
}

/// A field of a hash or message that cannot be read.
package struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
    package let field: String
    package let text: String
    package let rule: String

    package init(_ field: String, _ text: String, rule: String) {
        self.field = field
        self.text = text
        self.rule = rule
    }

    package var description: String { "\(field) '\(text)': \(rule)" }
}

extension Fields {
    /// A field that must be there.
    package func required(_ name: String) throws(FieldError) -> String {
        guard let value = present(name) else {
            throw FieldError(name, "", rule: "is required")
        }
        return value
    }

    /// A field read by one of the failable readers of the domain; its error names the field.
    package func required<Value>(
        _ name: String, _ read: (String) throws -> Value
    ) throws(FieldError) -> Value {
        try Fields.read(name, try required(name), read)
    }

    /// As `required`, where the field may be missing or empty.
    package func optional<Value>(
        _ name: String, _ read: (String) throws -> Value
    ) throws(FieldError) -> Value? {
        guard let text = present(name) else { return nil }
        return try Fields.read(name, text, read)
    }

    package static func read<Value>(
        _ name: String, _ text: String, _ read: (String) throws -> Value
    ) throws(FieldError) -> Value {
        do {
            return try read(text)
        } catch let error as FieldError {
            // A reader of any text, such as that of whole numbers, cannot know the field.
            throw FieldError(name, text, rule: error.rule)
        } catch {
            throw FieldError(name, text, rule: "\(error)")
        }
    }
}
