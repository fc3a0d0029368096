#!/usr/bin/env python3
"""Makes components.json, the table of Alloy components, from the shared facts.

    python3 schemas/alloy/regenerate.py ../shared/data > schemas/alloy/components.json

The output is one JSON object with one entry a line, sorted by name, so that the program can find a component by binary
search over lines and parse only the components that occur. Keys of an entry (absent means empty):

    role        source, transform, sink, discovery, exporter, extension, auth, utility, config
    since       first minor version; gone: the version that no longer has it
    stability   generally-available, public-preview, experimental, community
    exports     name -> type
    accepts     export -> signals that pass
    receivers   [path, signals] of arguments that name receivers
    ignored     paths of receiver type that get no data
    flows       [in, out, via]; `in` is a signal, or words for where the data is born
    egress      path, kind, signals, syntax, default, required, repeated, when, overrides (one or several), proxy, proxy_env,
                proxy_off, env_proxy (the client takes the environment's proxy unless told otherwise), port
    listens     path, port, signals, default, when, auth
    secrets     paths of inline secrets
    when        [path, wanted value, default], or ["block", path]
    divides     it has a block `clustering`, by which collectors divide its work
    own_node    what it gives or fetches lies on the collector's own node
    host_label  its targets carry the host's name as `instance`: "always", or the first version in which they no longer do
"""
import json
import sys

SIGNALS = {
    "loki.logs": "logs", "prometheus.metrics": "metrics", "otel.logs": "otel_logs", "otel.metrics": "otel_metrics",
    "otel.traces": "otel_traces", "pyroscope.profiles": "profiles", "targets": "targets",
}
SYNTAX = {
    "host:port, http(s):// URL or gRPC target such as dns:///name:port or unix:///path": "grpc",
    "list of host:port": "host_port", "host:port": "host_port", "host[:port]": "host_port", "url or host:port": "host_port",
    "dns name": "host", "host": "host", "url": "url", "list of url": "url", "url (unix:// or tcp://)": "url", "git url": "url",
    "kubernetes service, name or name.namespace": "service", "vendor site name": "vendor",
    "aws cloud map service": "vendor", "projects/<project>/topics/<topic>": "vendor", "bucket": "vendor", "env": "env",
    "s3://bucket/key": "vendor", "resource attribute name": "data", "path": "path", "--storage.path": "path",
}
# What the facts say in words, as conditions.
WHEN = {
    "wal.enabled": ["wal.enabled", True],
    "use_internal_logger = true (default)": ["use_internal_logger", True],
    "use_internal_logger = false": ["use_internal_logger", False],
    'intake.behavior = "proxy"': ["intake.behavior", "proxy"],
}
# Overrides that the facts state in words: the egress whose address is replaced. A store of one's own holds all buckets.
OVERRIDES = {
    "the AWS endpoint of the region": ["s3_uploader.s3_bucket", "resource_attrs_to_s3.s3_bucket"],
    "pubsub.<universe_domain>": "topic",
}
# Switches that the facts state in words: signals that one argument turns off, with its default.
SWITCHED_OFF = {"otelcol.exporter.splunkhec": (["otel.logs"], ["splunk.log_data_enabled", True, True])}
# What leaves where the facts give words and no signal: events that clients post are text, as logs are.
CARRIED = {("otelcol.receiver.datadog", "intake.proxy.api.site"): ["otel.logs"]}
# Clients that dial by themselves: neither HTTP nor gRPC, so no proxy of the environment is asked.
NO_ENVIRONMENT_PROXY = {"otelcol.exporter.kafka", "otelcol.exporter.syslog"}

# What the facts do not say. Sources: the reference pages, and the warnings on clustering there; for the exporters whose
# targets were named by the host before v1.12.0, the changelog of that version (grafana/alloy pull request 3356).
OWN_NODE = {
    "beyla.ebpf", "discovery.consulagent", "discovery.docker", "discovery.kubelet", "discovery.process", "local.file_match",
    "prometheus.exporter.cadvisor", "prometheus.exporter.process", "prometheus.exporter.self", "prometheus.exporter.statsd",
    "prometheus.exporter.unix", "prometheus.exporter.windows",
}
HOST_LABEL = {
    "prometheus.exporter.blackbox": "1.12.0", "prometheus.exporter.cadvisor": "always", "prometheus.exporter.process": "always",
    "prometheus.exporter.self": "always", "prometheus.exporter.snmp": "1.12.0", "prometheus.exporter.statsd": "1.12.0",
    "prometheus.exporter.unix": "always", "prometheus.exporter.windows": "always",
}


def signals(names):
    return [SIGNALS.get(name, name) for name in names]


def default_of(entry, path):
    """The default of an attribute by its dotted path, from the argument catalogue."""
    parts, node = path.split("."), entry or {}
    while parts:
        attribute = node.get("attributes", {}).get(".".join(parts))
        if attribute is not None:
            return attribute.get("default")
        for size in range(len(parts) - 1, 0, -1):
            block = node.get("blocks", {}).get(".".join(parts[:size]))
            if block is not None:
                node, parts = block, parts[size:]
                break
        else:
            return None
    return None


def condition(entry, path, text):
    if text in WHEN:
        key, wanted = WHEN[text]
        default = default_of(entry, key)
        return [key, wanted, default if default is not None else (False if isinstance(wanted, bool) else "")]
    if text == "block present":
        return ["block", path.rsplit(".", 1)[0]]
    if text.endswith(" block present"):
        return ["block", text.split(" ")[0]]
    raise SystemExit(f"condition in words that nothing translates: {text}")


def compact(value):
    return {key: item for key, item in value.items() if item not in (None, [], {}, False, "")}


def proxies(flow, path):
    """The arguments of the proxy that serves a destination: those beside it, else those of the client that it shares."""
    listed = flow.get("auth_tls", {}).get("proxy", [])
    prefix = path.rsplit(".", 1)[0] + "." if path and "." in path else ""
    if prefix + "proxy_url" not in listed and prefix + "proxy_from_environment" not in listed and "client.proxy_url" in listed:
        prefix = "client."
    names = {"proxy": "proxy_url", "proxy_env": "proxy_from_environment", "proxy_off": "no_proxy"}
    return {key: prefix + name for key, name in names.items() if prefix + name in listed}


def egress(name, entry, flow, item):
    path = item.get("path")
    when, overrides, default = item.get("when"), item.get("overrides"), item.get("default")
    whole = compact({
        "path": path, "kind": item["kind"], "signals": signals(CARRIED.get((name, path), item["signals"])),
        "syntax": SYNTAX.get(item.get("syntax"), "other"), "default": default if isinstance(default, (str, list)) else None,
        "required": item.get("required"), "repeated": item.get("repeated"),
        "when": condition(entry, path or "", when) if when else None,
        "overrides": OVERRIDES.get(overrides, overrides), "port": item.get("port_path"), **proxies(flow, path),
        "env_proxy": item["kind"] == "telemetry" and name.startswith("otelcol.") and name not in NO_ENVIRONMENT_PROXY,
    })
    off, switch = SWITCHED_OFF.get(name, ([], None))
    if not switch:
        return [whole]
    switched = [signal for signal in whole["signals"] if signal in signals(off)]
    rest = [signal for signal in whole["signals"] if signal not in switched]
    return [{**whole, "signals": rest}, {**whole, "signals": switched, "when": switch}]


def listen(entry, item):
    when = item.get("when")
    return compact({
        "path": item.get("path"), "port": item.get("port_path"), "signals": signals(item["signals"]),
        "default": str(item.get("default") or ""), "auth": item.get("auth"),
        "when": condition(entry, item.get("path") or "", when) if when else None,
    })


def build(name, flow, entry, gone):
    return compact({
        "role": flow["role"], "since": (entry or {}).get("since"), "gone": gone, "stability": (entry or {}).get("stability"),
        "exports": (entry or {}).get("exports"),
        "accepts": {export: signals(names) for export, names in (flow.get("accepts") or {}).items()},
        "receivers": [[path, signals(names)] for path, names in (flow.get("receivers") or {}).items()],
        "ignored": flow.get("ignored_receivers"),
        "flows": [[SIGNALS.get(f["in"], f["in"]), SIGNALS.get(f["out"], f["out"]), f["via"]] for f in flow.get("flows", [])],
        "egress": [way for item in flow.get("egress", []) for way in egress(name, entry, flow, item)],
        "listens": [listen(entry, item) for item in flow.get("listens", [])],
        "secrets": flow.get("auth_tls", {}).get("inline_secret"),
        "divides": ((entry or {}).get("blocks", {}).get("clustering") or {"since": "main"}).get("since") != "main",
        "own_node": name in OWN_NODE, "host_label": HOST_LABEL.get(name),
    })


def main():
    folder = sys.argv[1]
    flows = json.load(open(f"{folder}/alloy-dataflow.json", encoding="utf-8"))
    types = json.load(open(f"{folder}/alloy-components.json", encoding="utf-8"))
    table = {}
    for name, flow in flows["components"].items():
        removed = types["removed_components"].get(name)
        gone = removed.get("last_version") if removed else None
        table[name] = build(name, flow, types["components"].get(name) or removed, gone)
    for name, flow in flows["config_blocks"].items():
        table[name] = {**build(name, {**flow, "role": "config"}, types["config_blocks"].get(name), None)}
    unknown = (OWN_NODE | HOST_LABEL.keys()) - table.keys()
    if unknown:
        raise SystemExit(f"no component of that name: {sorted(unknown)}")
    lines = [f"{json.dumps(name)}:{json.dumps(table[name], separators=(',', ':'))}" for name in sorted(table)]
    print("{\n" + ",\n".join(lines) + "\n}")


main()
