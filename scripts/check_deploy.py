#!/usr/bin/env python3
"""The documents of deploy/ name what there is: binaries and units, settings, alerts, reasons of dead letters.

Prints one line a finding and exits 1 if there was one."""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
README = "deploy/README.md"
ALERTS = "deploy/prometheus/alerts.yml"
EXAMPLE = "deploy/env.example"
SETTINGS = "Sources/ServiceRuntime/Settings/SettingRule.swift"
REASONS = "Sources/Shared/Orders/Reasons.swift"
SURVEYED = "Sources/Fleet/Survey/FleetServices.swift"
# Of Package.swift's processes those that are no part of a fleet.
TOOLS = {"fleet", "benchmarks", "provider-simulator"}


def differences(what, there, expected, source):
    """One line for each name that only one of two lists has."""
    if not expected:
        yield f"{source}: nothing found"
    for name in sorted(expected - there):
        yield f"{what}: lacks {name} of {source}"
    for name in sorted(there - expected):
        yield f"{what}: {name} is not in {source}"


def table(text, heading):
    """The first column of the first table below a heading's line."""
    rows = text.split(heading, 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\|? ?`(\w+)`", rows, re.M))


def processes(units):
    """Each process of Package.swift has its unit, its program and its place in `fleet status`."""
    body = re.search(r"let processes = \[(.*?)\n\]", (ROOT / "Package.swift").read_text(), re.S)[1]
    there = set(re.findall(r'"([a-z-]+)": "', body)) - TOOLS
    run = set(re.findall(r"/usr/lib/orderfleet/(\S+)", "".join(units.values())))
    yield from differences("deploy/systemd", run - TOOLS, there, "Package.swift")
    conf = "".join(p.read_text() for p in sorted((ROOT / "deploy/supervisor").glob("*.conf")))
    run = set(re.findall(r"^command=%\(ENV_ORDERFLEET_BIN\)s/(\S+)", conf, re.M))
    yield from differences("deploy/supervisor", run - TOOLS, there, "Package.swift")
    listed = re.search(r"let names = \[(.*?)\]", (ROOT / SURVEYED).read_text(), re.S)[1]
    # Those of a provider have a name of their own each.
    names = set(re.findall(r'"([a-z-]+)"', listed)) | {"provider-connection"}
    yield from differences(SURVEYED, names - TOOLS, there, "Package.swift")


def binaries(text, units):
    """What is installed is what the units execute."""
    listed = re.search(r"\.build/release/\{([^}]*)\}", text)[1].split(",")
    executed = {name for unit in units.values() for name in re.findall(r"/usr/lib/orderfleet/(\S+)", unit)}
    yield from differences(f"{README}, install", set(listed), executed, "deploy/systemd")


def enabled(text, units):
    """Every unit is enabled somewhere."""
    words = set()
    for line in re.findall(r"^systemctl enable (.*?)(?: #.*)?$", text, re.M):
        braces = re.search(r"orderfleet-\{([a-z,-]+)\}", line)
        names = braces[1].split(",") if braces else re.findall(r"orderfleet-([a-z-]+)", line)
        words |= set(names)
    names = {re.sub(r"^orderfleet-|@?\.service$", "", name) for name in units}
    yield from differences(f"{README}, systemctl enable", words, names, "deploy/systemd")


def settings(example):
    """The example has every setting with its default, and nothing that stops a process."""
    source = (ROOT / SETTINGS).read_text()
    rules = dict(re.findall(r'\.init\(\s*"([A-Z_]+)",\s*"[^"]*",\s*default: (nil|"[^"]*")', source))
    given = dict(re.findall(r"^#?([A-Z][A-Z_]*)=(.*)$", example, re.M))
    own = {name for name in given if not name.startswith(("ORDERFLEET_", "COPIES_"))}
    yield from differences(EXAMPLE, own, set(rules), SETTINGS)
    for name, standard in rules.items():
        shown = re.search(rf"^#{name}=(.*)$", example, re.M)
        if shown and standard != f'"{shown[1]}"':
            yield f"{EXAMPLE}: {name} shows {shown[1]}, its default is {standard}"
    conf = "".join(p.read_text() for p in sorted((ROOT / "deploy/supervisor").glob("*.conf")))
    copies = {name for name in given if name.startswith("COPIES_")}
    yield from differences(EXAMPLE, copies, set(re.findall(r"%\(ENV_(COPIES_\w+)\)", conf)), "deploy/supervisor")


def alerts(text):
    """Each alert names a command that shows more, and has its row."""
    rules = [r for g in yaml.safe_load((ROOT / ALERTS).read_text())["groups"] for r in g["rules"]]
    for rule in rules:
        if not re.search(r"`fleet [a-z]", rule["annotations"]["description"]):
            yield f"{ALERTS}: {rule['alert']} names no command"
    yield from differences(f"{README}, alerts", table(text, "| alert |"), {r["alert"] for r in rules}, ALERTS)


def reasons(text):
    """Each reason of a dead letter has its row."""
    source = (ROOT / REASONS).read_text().split("enum DeadReason", 1)[1].split("\n}", 1)[0]
    names = {b or a for a, b in re.findall(r'^    case (\w+)(?: = "(\w+)")?$', source, re.M)}
    yield from differences(f"{README}, dead letters", table(text, "| reason |"), names, REASONS)


def main():
    text = (ROOT / README).read_text()
    units = {p.name: p.read_text() for p in sorted((ROOT / "deploy/systemd").glob("*.service"))}
    found = [*processes(units), *binaries(text, units), *enabled(text, units), *settings((ROOT / EXAMPLE).read_text()),
             *alerts(text), *reasons(text)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
