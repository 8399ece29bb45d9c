#!/usr/bin/env python3
"""Prints deploy/kubernetes/fleet.yaml: one Deployment for each process of Package.swift, and for each a
KEDA ScaledObject with one trigger per partition and at most as many copies as there are partitions.

  scripts/kubernetes.py [partitions]      8, as `fleet init` has it, unless told otherwise
  scripts/kubernetes.py --check [file]    whether the file is that, and fits the schemas below

The schemas are those parts of apps/v1 Deployment, v1 Service, keda.sh/v1alpha1 ScaledObject and
TriggerAuthentication that the file uses: field names, types, what is required, and what must refer to
what. And no container may get a variable at which its process stops as an unknown setting.
"""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "deploy/kubernetes/fleet.yaml"
SETTINGS = ROOT / "Sources/ServiceRuntime/Settings/SettingRule.swift"
EXAMPLE = ROOT / "deploy/env.example"

# What each process reads. A process of Package.swift that is not named here is a finding.
QUEUES = {
    "order-entry": "orders",
    "dispatcher": "reports",
    "worker-open": "open",
    "worker-close": "close",
    "worker-cancel": "cancel",
    "worker-reject": "reject",
    "worker-pending": "pending",
    "worker-stop-loss": "stoploss",
    "worker-take-profit": "takeprofit",
    "house-provider": "provider-house",
    "provider-connection": "provider-barclays",
    "persistence-writer": "events/persistence",
    "projector": "events/projection",
}
# Tools, and what stands in for a provider in tests.
NO_SERVICE = {"fleet", "benchmarks", "provider-simulator"}
# A backlog of a partition that one more copy is worth, entries.
BACKLOG = {"events/persistence": 5000, "events/projection": 5000}
LABELS = {"app.kubernetes.io/part-of": "orderfleet"}
# The Secret that every container has in its environment, and the one that only KEDA reads: what is in
# the first and no setting of ours would stop every process.
SECRET = "orderfleet"
KEDA_SECRET = "orderfleet-keda"
# Services beside the fleet that are likely in its namespace.
NEIGHBOURS = ("redis", "postgres")


def services():
    text = (ROOT / "Package.swift").read_text()
    body = re.search(r"let processes = \[(.*?)\n\]", text, re.S)[1]
    names = re.findall(r'"([a-z-]+)": "', body)
    return [name for name in names if name not in NO_SERVICE]


def container(name, arguments=None, ports=None):
    result = {
        "name": name,
        "image": "orderfleet:latest",
        "command": ["/usr/lib/orderfleet/" + name],
        "envFrom": [{"secretRef": {"name": SECRET}}],
        "env": [{"name": "LOG_FORMAT", "value": "json"}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "64Mi"},
            "limits": {"memory": "512Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    if arguments:
        result["args"] = arguments
    if ports:
        result["ports"] = ports
        result["readinessProbe"] = {"httpGet": {"path": "/healthz", "port": "metrics"}}
    return result


def deployment(name, main, replicas=None):
    labels = {**LABELS, "app.kubernetes.io/name": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            # What KEDA scales says no number of its own, or each deployment would scale it back.
            **({} if replicas is None else {"replicas": replicas}),
            "selector": {"matchLabels": labels},
            # Old and new work side by side: partitions pass on by their leases.
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}, "type": "RollingUpdate"},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [main],
                    "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
                    # Longer than STOP_TIMEOUT (10 s); a kill after that loses nothing.
                    "terminationGracePeriodSeconds": 20,
                    "automountServiceAccountToken": False,
                    # Or a Service named redis would set REDIS_PORT in every container.
                    "enableServiceLinks": False,
                },
            },
        },
    }


def trigger(queue, partition):
    backlog = BACKLOG.get(queue, 500)
    if queue.startswith("events/"):
        # Events stay in their stream when they are acknowledged: their group's lag counts.
        data = {"stream": f"events:{{{partition}}}", "consumerGroup": queue.split("/")[1],
                "lagCount": str(backlog), "activationLagCount": "0"}
    else:
        # Messages leave their queue when they are handled: its length counts.
        data = {"stream": f"queue:{{{queue}:{partition}}}", "streamLength": str(backlog)}
    return {"type": "redis-streams", "metadata": data, "authenticationRef": {"name": KEDA_SECRET}}


def authentication():
    """Where KEDA finds the Redis whose streams it counts."""
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "TriggerAuthentication",
        "metadata": {"name": KEDA_SECRET, "labels": dict(LABELS)},
        "spec": {"secretTargetRef": [
            {"parameter": name, "name": KEDA_SECRET, "key": name}
            for name in ("address", "username", "password")]},
    }


def scaled_object(name, partitions):
    queue = QUEUES[name]
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": name, "labels": {**LABELS, "app.kubernetes.io/name": name}},
        "spec": {
            "scaleTargetRef": {"name": name},
            # Never none: somebody must own the leases. More copies than partitions would be idle.
            "minReplicaCount": 1,
            "maxReplicaCount": partitions,
            "pollingInterval": 10,
            "cooldownPeriod": 300,
            "triggers": [trigger(queue, partition) for partition in range(partitions)],
        },
    }


def exporter():
    name = "exporter"
    port = [{"name": "metrics", "containerPort": 9890}]
    main = container("fleet", ["exporter", "--listen", "0.0.0.0:9890"], port)
    labels = {**LABELS, "app.kubernetes.io/name": name}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": labels,
                     "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9890"}},
        "spec": {"selector": labels, "ports": [{"name": "metrics", "port": 9890, "targetPort": "metrics"}]},
    }
    return [deployment(name, main, 1), service]


HEAD = """\
# A fleet on Kubernetes: one Deployment a process, scaled by KEDA between one copy and one a partition.
# Made by scripts/kubernetes.py; for another number of partitions run it again.
#
# It needs an image with the binaries under /usr/lib/orderfleet, and two Secrets: `orderfleet` with the
# settings of deploy/env.example (REDIS_URL, DATABASE_URL, …) and nothing else, since a process stops at a
# setting that it does not know; and for KEDA `orderfleet-keda` with address (host:port), username and
# password of the same Redis.
"""


class Plain(yaml.SafeDumper):
    """Every list and map whole, however often the same one occurs."""

    def ignore_aliases(self, data):
        return True


def text(partitions):
    documents = [authentication()]
    for name in services():
        documents += [deployment(name, container(name)), scaled_object(name, partitions)]
    documents += exporter()
    return HEAD + "".join(
        "---\n" + yaml.dump(document, Dumper=Plain, sort_keys=False, width=110) for document in documents)


# --- the schemas ---------------------------------------------------------------------------------
# A map: field → schema, `!` behind a name that is required. A list: [schema]. A set: one of these. A
# type: of this type. `Any`: a map of texts.

Any = object()
META = {"name!": str, "labels": Any, "annotations": Any}
CONTAINER = {
    "name!": str, "image!": str, "command": [str], "args": [str],
    "envFrom": [{"secretRef!": {"name!": str}}], "env": [{"name!": str, "value!": str}],
    "ports": [{"name": str, "containerPort!": int}],
    "readinessProbe": {"httpGet!": {"path!": str, "port!": (str, int)}},
    "resources": {"requests": Any, "limits": Any},
    "securityContext": {"allowPrivilegeEscalation": bool, "readOnlyRootFilesystem": bool,
                        "capabilities": {"drop": [str]}},
}
SCHEMAS = {
    ("apps/v1", "Deployment"): {
        "apiVersion!": str, "kind!": str, "metadata!": META,
        "spec!": {
            "replicas": int, "selector!": {"matchLabels!": Any},
            "strategy": {"type!": {"RollingUpdate", "Recreate"},
                         "rollingUpdate": {"maxSurge": (int, str), "maxUnavailable": (int, str)}},
            "template!": {"metadata!": {"labels!": Any}, "spec!": {
                "containers!": [CONTAINER], "terminationGracePeriodSeconds": int,
                "automountServiceAccountToken": bool, "enableServiceLinks": bool,
                "securityContext": {"runAsNonRoot": bool, "runAsUser": int}}},
        },
    },
    ("v1", "Service"): {
        "apiVersion!": str, "kind!": str, "metadata!": META,
        "spec!": {"selector!": Any,
                  "ports!": [{"name": str, "port!": int, "targetPort": (int, str)}]},
    },
    ("keda.sh/v1alpha1", "ScaledObject"): {
        "apiVersion!": str, "kind!": str, "metadata!": META,
        "spec!": {
            "scaleTargetRef!": {"name!": str}, "minReplicaCount": int, "maxReplicaCount": int,
            "pollingInterval": int, "cooldownPeriod": int,
            "triggers!": [{"type!": {"redis-streams"}, "authenticationRef": {"name!": str}, "metadata!": {
                "addressFromEnv": str, "usernameFromEnv": str, "passwordFromEnv": str, "stream!": str,
                "consumerGroup": str, "lagCount": str, "activationLagCount": str, "streamLength": str}}],
        },
    },
    ("keda.sh/v1alpha1", "TriggerAuthentication"): {
        "apiVersion!": str, "kind!": str, "metadata!": META,
        "spec!": {"secretTargetRef!": [{"parameter!": str, "name!": str, "key!": str}]},
    },
}


def faults(value, schema, place):
    """Where a value breaks its schema."""
    if schema is Any:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            yield f"{place}: must be a map of texts"
    elif isinstance(schema, set):
        if value not in schema:
            yield f"{place}: '{value}' is none of {', '.join(sorted(schema))}"
    elif isinstance(schema, list):
        if not isinstance(value, list) or not value:
            yield f"{place}: must be a list that is not empty"
        else:
            for index, item in enumerate(value):
                yield from faults(item, schema[0], f"{place}[{index}]")
    elif isinstance(schema, dict):
        if not isinstance(value, dict):
            yield f"{place}: must be a map"
            return
        known = {name.rstrip("!"): inner for name, inner in schema.items()}
        for name in schema:
            if name.endswith("!") and name[:-1] not in value:
                yield f"{place}.{name[:-1]}: is required"
        for name, inner in value.items():
            if name in known:
                yield from faults(inner, known[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}: is not known"
    elif not isinstance(value, schema) or isinstance(value, bool) and schema is not bool:
        yield f"{place}: '{value}' has another type"


def document_faults(documents):
    targets = names_of(documents, "Deployment")
    logins = names_of(documents, "TriggerAuthentication")
    for index, document in enumerate(documents):
        kind = (document.get("apiVersion"), document.get("kind"))
        place = f"{kind[1]} {document.get('metadata', {}).get('name', index)}"
        if kind not in SCHEMAS:
            yield f"{place}: {kind[0]} {kind[1]} has no schema here"
            continue
        yield from faults(document, SCHEMAS[kind], place)
        yield from relation_faults(document, targets, logins, place)
    yield from setting_faults(documents)


def names_of(documents, kind):
    return {d["metadata"]["name"] for d in documents if d.get("kind") == kind}


def setting_faults(documents):
    """Names in the environment of a container at which `Settings` would stop its process."""
    source = SETTINGS.read_text()
    known = set(re.findall(r'\.init\(\s*"([A-Z_]+)"', source))
    families = re.findall(r'"([A-Z]+_)"', re.search(r"let families = \[(.*?)\]", source, re.S)[1])
    if not known or not families:
        yield f"{SETTINGS}: no settings found"
    for place, name in sorted(set(environment(documents))):
        if name not in known and name.startswith(tuple(families)):
            yield f"Deployment {place}: setting {name} is not known, the process would stop"


def environment(documents):
    """What the containers get, by deployment: of Secrets, of their own, and what KEDA must find there;
    and unless it is switched off the address of every Service."""
    services_there = [*names_of(documents, "Service"), *NEIGHBOURS]
    example = re.findall(r"^#?([A-Z][A-Z_]*)=", EXAMPLE.read_text(), re.M)
    for document in documents:
        if document.get("kind") == "ScaledObject":
            for trigger_ in document["spec"]["triggers"]:
                for name, value in trigger_["metadata"].items():
                    if name.endswith("FromEnv"):
                        yield document["spec"]["scaleTargetRef"]["name"], value
        if document.get("kind") != "Deployment":
            continue
        place, spec = document["metadata"]["name"], document["spec"]["template"]["spec"]
        for main in spec["containers"]:
            for name in [*(e["name"] for e in main.get("env", [])), *example]:
                yield place, name
        if spec.get("enableServiceLinks", True):
            for service in services_there:
                yield place, service.upper().replace("-", "_") + "_PORT"


def relation_faults(document, targets, logins, place):
    spec = document["spec"]
    if document["kind"] == "Deployment":
        chosen = spec["selector"]["matchLabels"].items()
        if not chosen <= spec["template"]["metadata"]["labels"].items():
            yield f"{place}: the selector does not choose its own pods"
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", document["metadata"]["name"]):
            yield f"{place}: is no DNS label"
    if document["kind"] == "ScaledObject":
        if spec["scaleTargetRef"]["name"] not in targets:
            yield f"{place}: scales nothing that is there"
        streams = [t["metadata"]["stream"] for t in spec["triggers"]]
        if len(set(streams)) != len(streams):
            yield f"{place}: two triggers of one stream"
        if spec["maxReplicaCount"] != len(streams):
            yield f"{place}: {spec['maxReplicaCount']} copies for {len(streams)} partitions"
        for t in spec["triggers"]:
            data = t["metadata"]
            login = t.get("authenticationRef", {}).get("name")
            if ("addressFromEnv" in data) == (login in logins):
                yield f"{place}: needs one of addressFromEnv and a TriggerAuthentication of this file"
            if ("lagCount" in data) == ("streamLength" in data):
                yield f"{place}: needs one of lagCount and streamLength"
            if "lagCount" in data and "consumerGroup" not in data:
                yield f"{place}: a lag is that of a consumerGroup"


def check(path):
    found = [f"Package.swift: {name} reads an unknown queue" for name in services() if name not in QUEUES]
    given = path.read_text()
    documents = list(yaml.safe_load_all(given))
    found += document_faults(documents)
    partitions = {len(d["spec"]["triggers"]) for d in documents if d.get("kind") == "ScaledObject"}
    if not found and (len(partitions) != 1 or given != text(partitions.pop())):
        found.append(f"{path}: is out of date: scripts/kubernetes.py > {path}")
    for line in found:
        print(line)
    return 1 if found else 0


def main():
    words = sys.argv[1:]
    if words[:1] == ["--check"]:
        return check(Path(words[1]) if len(words) > 1 else FILE)
    if len(words) > 1 or words and not words[0].isdecimal() or words and not 1 <= int(words[0]) <= 256:
        print("usage: scripts/kubernetes.py [partitions, 1 to 256] | --check [file]", file=sys.stderr)
        return 2
    sys.stdout.write(text(int(words[0]) if words else 8))
    return 0


if __name__ == "__main__":
    sys.exit(main())
