#!/usr/bin/env python3
"""House rules that neither the compiler nor swift-format knows, checked on the text of the sources.

Prints one line a finding, `path:line: rule: what`, and exits 1 if there was one. The rules are the
functions named `check_*`. The argument is the root of the project, the current folder without one.
Its own tests are in check_source_test.py.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

FILE_LINES = 400
FUNCTION_LINES = 70

# Which modules that are not ours a layer may see. Which of ours it may see stands in Package.swift and is
# held to by the compiler's import check.
SYSTEM = {"Glibc", "Synchronization"}
EDGE = SYSTEM | {"FoundationEssentials"}
FOREIGN_IMPORTS = {
    "Shared": set(),
    "Statements": {"FoundationEssentials"},
    "ProviderWire": set(),
    "MessagePackDriver": {"CMsgpack"},
    "ServiceRuntime": SYSTEM,
    "RedisDriver": SYSTEM | {"CHiredis"},
    "PostgresDriver": SYSTEM | {"CLibpq"},
    "HttpDriver": SYSTEM | {"CMicrohttpd"},
    "Audit": SYSTEM,
    # Reads the provider's frames, which are JSON.
    "Dispatcher": EDGE,
    "PersistenceWriter": SYSTEM,
    "ProviderSimulator": EDGE,
    "Fleet": EDGE,
    "Benchmarks": EDGE,
}
# Every other executable is a worker.
WORKER_IMPORTS = SYSTEM
# CFlows lets the processes of a simulation take turns on one thread; it is made for tests and lies among them.
TEST_IMPORTS = EDGE | {"Testing", "Foundation", "CFlows"}

# Whoever may speak to Postgres; a worker never does.
POSTGRES_USERS = {"PostgresDriver", "Audit", "PersistenceWriter", "Fleet", "Benchmarks"}

# First words of the keys that the house keeps in Redis. They are put together in Shared/Keys only.
KEY_WORDS = (
    "user_holdings user_orders_index user_book user_portfolio user outbox order_result order_done named "
    "global_order_lookup order_data symbol_holders projected order_triggers pending_index sl_index "
    "tp_index groups market copy_master_followers copy_follower_master queue events emitted lease "
    "delayed dead suspect sent wired inflight parked members heartbeat fleet triggers idle_triggers firing "
    "ticks ticked answered redriven"
).split()
# Those of them whose keys go on without a brace.
BARE_WORDS = "global_order_lookup order_data symbol_holders order_triggers market members heartbeat".split()
KEY_LITERAL = re.compile(
    # `market:\(symbol)` or `queue:{…`, or a literal that ends in the colon and awaits the rest.
    rf"(?<![\w-])(?:{'|'.join(KEY_WORDS)}):(?:\{{|\\\()"
    rf"|(?<![\w-])(?:{'|'.join(BARE_WORDS)}):$|^fleet:topology$"
)
KEYS_FOLDER = "Sources/Shared/Keys/"

# Where the settings of all processes are declared.
SETTINGS = "Sources/ServiceRuntime/Settings/SettingRule.swift"


@dataclass
class Swift:
    """A Swift file: its text, its code with comments and strings blanked, and its string literals."""

    path: str
    text: str
    code: str = ""
    literals: list = field(default_factory=list)

    def __post_init__(self):
        self.code, self.literals = blank(self.text)
        self.lines = self.text.splitlines()

    @property
    def target(self) -> str:
        return self.path.split("/")[1]

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


STRING_START = re.compile(r'(#*)("""|")')


def blank(text: str):
    """Blanks comments and string literals, keeping every line break; returns the code and the literals
    as (offset, content). Interpolations count as part of their literal."""
    out = list(text)
    literals = []

    def wipe(start, end):
        for i in range(start, end):
            if out[i] != "\n":
                out[i] = " "

    i = 0
    while i < len(text):
        if text.startswith("//", i):
            end = text.find("\n", i)
            end = len(text) if end < 0 else end
        elif text.startswith("/*", i):
            end = end_of_block_comment(text, i)
        elif match := STRING_START.match(text, i):
            end = end_of_string(text, match.end(), match[2], match[1])
            literals.append((i, text[match.end() : end - len(match[0])]))
        else:
            i += 1
            continue
        wipe(i, end)
        i = end
    return "".join(out), literals


def end_of_block_comment(text: str, start: int) -> int:
    depth, i = 0, start
    while i < len(text):
        if text.startswith("/*", i):
            depth, i = depth + 1, i + 2
        elif text.startswith("*/", i):
            depth, i = depth - 1, i + 2
            if depth == 0:
                return i
        else:
            i += 1
    return len(text)


def end_of_string(text: str, start: int, quote: str, hashes: str) -> int:
    """Where a literal ends whose opening quote ends at `start`; steps over interpolations, which may
    hold literals again."""
    i = start
    closing, escape = quote + hashes, "\\" + hashes
    while i < len(text):
        if text.startswith(closing, i):
            return i + len(closing)
        if text.startswith(escape + "(", i):
            i = end_of_interpolation(text, i + len(escape) + 1)
        elif text.startswith(escape, i):
            i += len(escape) + 1
        elif quote == '"' and text[i] == "\n":
            return i
        else:
            i += 1
    return len(text)


def end_of_interpolation(text: str, start: int) -> int:
    depth, i = 1, start
    while i < len(text) and depth:
        if match := STRING_START.match(text, i):
            i = end_of_string(text, match.end(), match[2], match[1])
            continue
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        i += 1
    return i


def functions(file: Swift) -> Iterator[tuple]:
    """Every function, initialiser and subscript as (name, first line, number of lines)."""
    for match in re.finditer(r"\b(?:func\s+([^\s(<]+)|(init)[?]?\s*[(<]|(deinit)\b|(subscript)\s*[(<])", file.code):
        if re.search(r"[.\w]$", file.code[: match.start()]):
            continue  # `.init(…)` is a call
        body = body_after(file.code, match.end())
        if body:
            first, last = file.line_of(match.start()), file.line_of(body[1])
            yield next(filter(None, match.groups())), first, last - first + 1


def body_after(code: str, start: int):
    """The braces of a declaration's body, or None where it has none (a requirement of a protocol)."""
    depth = 0
    for i in range(start, len(code)):
        char = code[i]
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "{" and depth <= 0:
            return i, end_of_braces(code, i)
        elif char == "}" and depth <= 0:
            return None
        elif char == "\n" and depth <= 0 and re.match(
            r"\s*(?:package|public|private|internal|fileprivate|static|mutating|func|init|var|let|case|@|$)",
            code[i + 1 :].split("\n", 1)[0],
        ):
            return None
    return None


def end_of_braces(code: str, start: int) -> int:
    depth = 0
    for i in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return len(code) - 1


# --- the rules ---------------------------------------------------------------------------------

Finding = tuple  # (path, line, rule, what)


def check_imports(file: Swift, ours: set) -> Iterator[Finding]:
    """A layer sees only what it may see."""
    if file.path.startswith("Tests/"):
        allowed = TEST_IMPORTS
    else:
        allowed = FOREIGN_IMPORTS.get(file.target, WORKER_IMPORTS)
    for match in re.finditer(r"^.*?\bimport\s+(?:(?:struct|func|class|enum|protocol|let|var|typealias)\s+)?(\w+)", file.code, re.M):
        module, line = match[1], file.line_of(match.start(1))
        if module in ours and not module.startswith("C"):
            in_sources = file.path.startswith("Sources/")
            if module == "PostgresDriver" and in_sources and file.target not in POSTGRES_USERS:
                yield file.path, line, "import", f"{file.target} may not speak to Postgres"
        elif module not in allowed:
            yield file.path, line, "import", f"{file.target} may not import {module}"


def check_keys(file: Swift) -> Iterator[Finding]:
    """No key of Redis is put together outside Shared/Keys. (Tests state keys as expected values.)"""
    if file.path.startswith(KEYS_FOLDER) or file.path.startswith("Tests/"):
        return
    for offset, content in file.literals:
        if "#!lua" in content:
            continue
        if found := KEY_LITERAL.search(content):
            yield file.path, file.line_of(offset), "key", f"`{found[0]}` belongs in {KEYS_FOLDER}"


def check_sizes(file: Swift) -> Iterator[Finding]:
    """A file has at most 400 lines, a function at most 70."""
    if len(file.lines) > FILE_LINES:
        yield file.path, 1, "size", f"{len(file.lines)} lines, at most {FILE_LINES}"
    for name, line, count in functions(file):
        if count > FUNCTION_LINES:
            yield file.path, line, "size", f"{name} has {count} lines, at most {FUNCTION_LINES}"


def check_unsafe(file: Swift) -> Iterator[Finding]:
    """Whoever switches off the compiler's isolation says in a comment above what guards it."""
    for match in re.finditer(r"@unchecked\s+Sendable|nonisolated\(unsafe\)", file.code):
        line = file.line_of(match.start())
        above = file.lines[max(0, line - 6) : line]
        if not any("//" in text for text in above):
            yield file.path, line, "unsafe", f"`{match[0]}` without a sentence naming what guards it"


def check_money(file: Swift) -> Iterator[Finding]:
    """Money, prices and lots are decimal: the domain knows no binary fraction."""
    if file.target != "Shared" or not file.path.startswith("Sources/"):
        return
    for match in re.finditer(r"\b(Double|Float)\b", file.code):
        yield file.path, file.line_of(match.start()), "money", f"{match[0]} in the domain"


def check_unfinished(path: str, text: str) -> Iterator[Finding]:
    """Nothing is left for later in the code."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            yield path, number, "unfinished", f"`{found[0]}`"


def check_lua(path: str, text: str) -> Iterator[Finding]:
    """Without its first line a script could write to another slot unnoticed."""
    if not text.startswith("#!lua"):
        yield path, 1, "lua", "a script begins with `#!lua`"


def check_settings(rules: str, example: str) -> Iterator[Finding]:
    """The example environment names every setting of the processes, and its default."""
    for name, standard in re.findall(
        r'\.init\(\s*"([A-Z_]+)",\s*"[^"]*",\s*default:\s*(nil|"[^"]*")', rules
    ):
        line = f"{name}=" if standard == "nil" else f"#{name}=" + standard.strip('"') + "\n"
        if "\n" + line not in example:
            yield "deploy/env.example", 1, "settings", f"there is no line `{line.strip()}`"


# --- all of it ---------------------------------------------------------------------------------


def findings(root: Path) -> Iterator[Finding]:
    ours = {folder.name for top in ("Sources", "Tests") for folder in (root / top).glob("*")}
    swift_files = 0
    for path in sorted(p for top in ("Sources", "Tests") for p in (root / top).rglob("*.swift")):
        name = str(path.relative_to(root))
        file = Swift(name, path.read_text(encoding="utf-8"))
        swift_files += 1
        yield from check_imports(file, ours)
        yield from check_keys(file)
        yield from check_sizes(file)
        yield from check_unsafe(file)
        yield from check_money(file)
        yield from check_unfinished(name, file.text)
    for pattern in ("Sources/**/*.lua", "scripts/*.sh", "deploy/**/*.conf", "deploy/**/*.sql"):
        for path in sorted(root.glob(pattern)):
            name, text = str(path.relative_to(root)), path.read_text(encoding="utf-8")
            yield from check_unfinished(name, text)
            if path.suffix == ".lua":
                yield from check_lua(name, text)
    yield from check_settings((root / SETTINGS).read_text(), (root / "deploy/env.example").read_text())
    if swift_files == 0:
        yield "Sources", 1, "sources", "no Swift file found"


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(".")
    found = list(findings(root))
    for path, line, rule, what in found:
        print(f"{path}:{line}: {rule}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
