"""Turns the collected facts about charts into tables: of the values that each reads, and of what its versions run.

    python3 schemas/charts/regenerate.py ../shared/data [FOLDER]

`releases.json` has for each chart, from the oldest on, every release with which the program that it runs by default changed,
and that program's version; and the newest release that is known.

The table of a chart has one value a line. A value has
  type    what the chart wants: boolean, integer, text, list, map (keys are the user's), section (keys are the chart's);
          left out where anything is taken
  after   the last sampled version of the chart that lacks it
  until   the first sampled version of the chart that lacks it again
`instead` names values that people set and the chart passes over, each with the one that it reads.
"""

import json
import pathlib
import sys

# Charts whose tables the program reads.
CHARTS = ["alloy"]
# Sections that the chart hands to Kubernetes as they are: their keys are those of Kubernetes, not the chart's.
HANDED_ON = {"resources", "securityContext", "podSecurityContext", "resourcePolicy"}
TYPES = {
    "bool": "boolean", "int": "integer", "float": "integer", "string": "text", "list": "list", "map": "map",
    "block": "section", "null": None,
}


def number(version):
    return tuple(int(part) for part in version.split("."))


def sampled(chart):
    """The last release of every minor version: those are the ones whose values were read."""
    last = {}
    for version in sorted((release[0] for release in chart["releases"]), key=number):
        if number(chart["sampled"]["oldest"]) <= number(version) <= number(chart["sampled"]["newest"]):
            last[number(version)[:2]] = version
    versions = list(last.values())
    if len(versions) != chart["sampled"]["count"]:
        sys.exit(f"{len(versions)} sampled versions, {chart['sampled']['count']} expected")
    return versions


def table(name, chart):
    versions = sampled(chart)
    lines = []
    values = dict(chart["known_paths"])
    for path in chart.get("template_only_paths", {}):
        # What lies in a map with keys of the user's needs no line of its own.
        parents = [path.rsplit(".", depth)[0] for depth in range(1, path.count(".") + 1)]
        if not any(values.get(parent, {}).get("t") in ("map", "list", "null") for parent in parents):
            values.setdefault(path, {"t": "null"})
    for path, fact in sorted(values.items()):
        parts = path.split(".")
        if HANDED_ON & set(parts[:-1]):
            continue
        if parts[-1] in HANDED_ON:
            fact = {**fact, "t": "map"}
        unknown = set(fact) - {"t", "first", "last"}
        if unknown or fact["t"] not in TYPES:
            sys.exit(f"{name} {path}: {fact} is not understood")
        entry = {}
        if TYPES[fact["t"]]:
            entry["type"] = TYPES[fact["t"]]
        if fact.get("first") in versions and versions.index(fact["first"]) > 0:
            entry["after"] = versions[versions.index(fact["first"]) - 1]
        if fact.get("last") in versions and fact["last"] != versions[-1]:
            entry["until"] = versions[versions.index(fact["last"]) + 1]
        lines.append(f"    {json.dumps(path)}: {json.dumps(entry)}")
    instead = {pair["path"]: pair["use"] for pair in chart["rendered"].get("ignored_lookalikes", [])}
    pairs = [f"    {json.dumps(path)}: {json.dumps(use)}" for path, use in sorted(instead.items())]
    return (
        f'{{\n  "chart": {json.dumps(name)},\n  "versions": {json.dumps([versions[0], versions[-1]])},\n'
        '  "instead": {\n' + ",\n".join(pairs) + '\n  },\n  "values": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    )


def releases(charts):
    """What each release of a chart runs by default. Releases that run the same as the one before need no word."""
    texts = []
    for name, chart in sorted(charts.items()):
        runs, released = [], sorted(chart["releases"], key=lambda release: number(release[0]))
        for version, app, *_ in released:
            if not runs or runs[-1][1] != app:
                runs.append([version, app])
        runs = ",\n".join(f"      {json.dumps(run)}" for run in runs)
        newest = json.dumps(released[-1][0])
        texts.append(f'  {json.dumps(name)}: {{\n    "newest": {newest},\n    "runs": [\n{runs}\n    ]\n  }}')
    return "{\n" + ",\n".join(texts) + "\n}\n"


if __name__ == "__main__":
    facts = json.loads((pathlib.Path(sys.argv[1]) / "helm-values.json").read_text())["charts"]
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "schemas/charts")
    for chart in CHARTS:
        (folder / f"{chart}.json").write_text(table(chart, facts[chart]))
    (folder / "releases.json").write_text(releases(facts))
