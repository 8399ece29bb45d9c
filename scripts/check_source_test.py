#!/usr/bin/env python3
"""Tests of check_source.py: for each rule a text that breaks it and a near miss that does not."""

import sys
import unittest

sys.dont_write_bytecode = True
import check_source as check  # noqa: E402  (after the line above: leave no bytecode behind)

OURS = {"Shared", "ServiceRuntime", "RedisDriver", "PostgresDriver", "CHiredis", "CLibpq"}


def body(lines: int) -> str:
    return "{\n" + "x()\n" * (lines - 2) + "}\n"


# (rule, path, text, number of findings)
CASES = [
    ("imports", "Sources/Shared/A.swift", "import Foundation\n", 1),
    ("imports", "Sources/Shared/A.swift", "// import Foundation\n", 0),
    ("imports", "Sources/Shared/A.swift", "package import Glibc\n", 1),
    ("imports", "Sources/WorkerOpen/A.swift", "internal import Glibc\nimport Shared\n", 0),
    ("imports", "Sources/WorkerOpen/A.swift", "import FoundationEssentials\n", 1),
    ("imports", "Sources/WorkerOpen/A.swift", "import PostgresDriver\n", 1),
    ("imports", "Sources/WorkerOpen/A.swift", "import CHiredis\n", 1),
    ("imports", "Sources/RedisDriver/A.swift", "import CHiredis\n", 0),
    ("imports", "Sources/RedisDriver/A.swift", "import CLibpq\n", 1),
    ("imports", "Sources/Fleet/A.swift", "import FoundationEssentials\nimport PostgresDriver\n", 0),
    ("imports", "Sources/Fleet/A.swift", "import Foundation\n", 1),
    ("imports", "Sources/Fleet/A.swift", "import struct Foundation.Date\n", 1),
    ("imports", "Tests/SharedTests/A.swift", "import Testing\n@testable import Shared\n", 0),
    ("keys", "Sources/Fleet/A.swift", 'let k = "market:\\(symbol)"\n', 1),
    ("keys", "Sources/Fleet/A.swift", 'let k = "queue:{open:0}"\n', 1),
    ("keys", "Sources/Fleet/A.swift", 'let k = "heartbeat:" + member\n', 1),
    ("keys", "Sources/Fleet/A.swift", 'let k = "fleet:topology"\n', 1),
    ("keys", "Sources/Fleet/A.swift", 'print("dead: \\(count)")\n// "queue:{open:0}"\n', 0),
    ("keys", "Sources/Fleet/A.swift", 'count("parked:" + reason)\n', 0),
    ("keys", "Sources/Fleet/A.swift", 'print("\\(f("market:\\(x)"))")\n', 1),
    ("keys", "Sources/Shared/Keys/A.swift", 'let k = "market:\\(symbol)"\n', 0),
    ("sizes", "Sources/Fleet/A.swift", "x\n" * 400, 0),
    ("sizes", "Sources/Fleet/A.swift", "x\n" * 401, 1),
    ("sizes", "Sources/Fleet/A.swift", "func long(a: Int) " + body(71), 1),
    ("sizes", "Sources/Fleet/A.swift", "func fits(a: Int) -> Int " + body(70), 0),
    ("sizes", "Sources/Fleet/A.swift", "init(a: () -> Void) " + body(71), 1),
    ("sizes", "Sources/Fleet/A.swift", "protocol P {\n    func f()\n    var x: Int { get }\n}\n" + "x\n" * 80, 0),
    ("sizes", "Sources/Fleet/A.swift", "func f() {\n    let b = \"}\"\n" + "x()\n" * 70 + "}\n", 1),
    ("sizes", "Sources/Fleet/A.swift", "func f() {\n    let b = #\"\"\"\n    }\"\n    \"\"\"#\n" + "x()\n" * 70 + "}\n", 1),
    ("unsafe", "Sources/Fleet/A.swift", "final class A: @unchecked Sendable {}\n", 1),
    ("unsafe", "Sources/Fleet/A.swift", "/// Guarded by `lock`.\nfinal class A: @unchecked Sendable {}\n", 0),
    ("money", "Sources/Shared/A.swift", "let x: Double = 1\n", 1),
    ("money", "Sources/Shared/A.swift", "// never Double\nlet doubled = 2\n", 0),
    ("money", "Sources/Fleet/A.swift", "let seconds: Double = 1\n", 0),
]


class Rules(unittest.TestCase):
    def test_each_rule_finds_what_it_should(self):
        for rule, path, text, expected in CASES:
            with self.subTest(rule=rule, path=path, text=text[:60]):
                file = check.Swift(path, text)
                arguments = (file, OURS) if rule == "imports" else (file,)
                found = list(getattr(check, "check_" + rule)(*arguments))
                self.assertEqual(len(found), expected, found)

    def test_unfinished_work_is_found(self):
        self.assertEqual(len(list(check.check_unfinished("a", "// TO" "DO: later\n"))), 1)
        self.assertEqual(len(list(check.check_unfinished("a", "// done\n"))), 0)

    def test_a_script_without_its_first_line_is_found(self):
        self.assertEqual(len(list(check.check_lua("a.lua", "return 1\n"))), 1)
        self.assertEqual(len(list(check.check_lua("a.lua", "#!lua\nreturn 1\n"))), 0)

    def test_a_setting_that_the_example_does_not_name_is_found(self):
        rules = '.init(\n "A_URL", "URL", default: nil, "…"),\n.init("B", "seconds", default: "5", "…"),'
        for example, expected in [
            ("\nA_URL=x\n#B=5\n", 0), ("\nA_URL=x\n#B=50\n", 1), ("\n#A_URL=x\n#B=5\n", 1),
        ]:
            with self.subTest(example=example):
                self.assertEqual(len(list(check.check_settings(rules, example))), expected)

    def test_blanking_keeps_every_line(self):
        text = 'a /* b\n /* c */ d */ "e\\("f")g" // h\n"""\ni\n"""\n'
        code, literals = check.blank(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual(code.split(), ["a"])
        self.assertEqual([content for _, content in literals], ['e\\("f")g', "\ni\n"])


if __name__ == "__main__":
    unittest.main()
