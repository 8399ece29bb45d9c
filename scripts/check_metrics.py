#!/usr/bin/env python3
"""Alerts and dashboard ask only for metrics that the exporter has, and the dashboard is one.

Prints one line a finding and exits 1 if there was one."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "Sources/Fleet/Metrics/FleetMetrics.swift"
NAME = re.compile(r"\borderfleet_[a-z0-9_]+")


def exported():
    return set(re.findall(r'"(orderfleet_[a-z0-9_]+)"', (ROOT / SOURCE).read_text()))


def base(name):
    """A histogram's series by the name of their metric."""
    return re.sub(r"_(bucket|sum|count)$", "", name)


def dashboard_faults(path):
    """A dashboard that Grafana takes: every panel has its place, its queries and an id of its own."""
    board = json.loads(path.read_text())
    for field in ("title", "uid", "schemaVersion", "panels", "templating", "time"):
        if field not in board:
            yield f"{path.name}: {field} is missing"
    ids = [panel["id"] for panel in board["panels"]]
    if len(ids) != len(set(ids)):
        yield f"{path.name}: two panels have one id"
    for panel in board["panels"]:
        place = panel["gridPos"]
        if place["x"] + place["w"] > 24:
            yield f"{path.name}: panel {panel['title']} is too wide"
        if panel["type"] != "row" and not all(t.get("expr") for t in panel.get("targets", [])):
            yield f"{path.name}: panel {panel['title']} asks for nothing"


def main():
    known = exported()
    found = [] if known else [f"{SOURCE}: no metric found"]
    for name in ("deploy/prometheus/alerts.yml", "deploy/grafana/orderfleet.json"):
        for metric in sorted(set(NAME.findall((ROOT / name).read_text()))):
            if metric not in known and base(metric) not in known:
                found.append(f"{name}: the exporter has no {metric}")
    found += dashboard_faults(ROOT / "deploy/grafana/orderfleet.json")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
