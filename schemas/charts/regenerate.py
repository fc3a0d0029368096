"""Turns the collected facts about charts into tables: of the values that each reads, and of what its versions run.

    python3 schemas/charts/regenerate.py ../shared/data [FOLDER]

`releases.json` has for each chart, from the oldest on, every release with which the program that it runs by default changed,
and that program's version; and the newest release that is known.

The table of a chart has one entry a line, sorted by route, so that the program finds an entry without reading the others.
An entry has
  type      what the chart wants: boolean, integer, text, list, map (keys are the user's), section (keys are the chart's);
            left out where anything is taken
  after     the last sampled version of the chart that lacks it
  until     the first sampled version of the chart that lacks it again
  default   what it is when nobody sets it; left out where the facts do not say
  defaults  instead, where that changed: [first version, last version or null, the default then]
  open      from this version on a section takes any name
  instead   of a value that people set and no version reads: the one that is read
  passed    what to do about a value that the chart dropped, in words
  empty     before this version the chart leaves it out where it is false, 0 or empty: the program's own default counts

`*` and `*.NAME` list names that sections of one kind have: a chart reads them in ways that the facts do not show, so that
one of them in another section of the kind is not told to be passed over.
"""

import json
import pathlib
import sys

import known

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
    return list(last.values())


def plain(path):
    """A route as the program has it: names with dots are not told apart from routes."""
    return path.replace("\\.", ".")


class Table:
    """The entries of one chart, while they are made."""

    def __init__(self, name, chart):
        self.chart, self.name, self.versions = chart, name, sampled(chart)
        self.values = {plain(path): fact for path, fact in chart["known_paths"].items()}
        self.handed_on = known.HANDED_ON_BY_ALLOY if name == "alloy" else known.HANDED_ON
        self.entries = {}
        for path in map(plain, chart.get("template_only_paths", {})):
            self.values.setdefault(path, {"t": "null"})
            self.values[path] = {key: fact for key, fact in self.values[path].items() if key == "t"}
        for path, fact in known.ALSO_READ.get(name, {}).items():
            self.values[path] = {"t": fact}
        for path in known.OPEN.get(name, []):
            self.values[path] = {**self.values.get(path, {}), "t": "map"}

    def is_open(self, path):
        """Whether the chart hands on what lies there, whatever its names."""
        last = path.rsplit(".", 1)[-1]
        return last in self.handed_on or self.values.get(path, {}).get("t") in ("map", "list", "null")

    def parents(self, path):
        return [path.rsplit(".", depth)[0] for depth in range(1, path.count(".") + 1)]

    def before(self, version):
        """The sample before a version, where there is one."""
        at = self.versions.index(version)
        return self.versions[at - 1] if at > 0 else None

    def type_of(self, path, fact):
        last = path.rsplit(".", 1)[-1]
        if last in known.ANY_TYPE and self.name != "alloy":
            return None
        return "map" if last in self.handed_on and fact["t"] != "list" else TYPES[fact["t"]]

    def entry(self, path, fact):
        entry = {}
        if kind := self.type_of(path, fact):
            entry["type"] = kind
        first, last = fact.get("first"), fact.get("last")
        if first in self.versions and self.before(first) and known.came(self.name, path, fact):
            entry["after"] = self.before(first)
        if last in self.versions and last != self.versions[-1] and known.went(self.name, path):
            entry["until"] = self.dropped_after(last)
        if opened := known.OPEN_FROM.get(self.name, {}).get(path):
            entry["open"] = opened
        if empty := known.LEFT_OUT_WHEN_EMPTY.get(self.name, {}).get(path):
            entry["empty"] = empty
        return entry

    def dropped_after(self, last):
        """The first version that lacks what `last` was the last sample to have. Charts drop values in major versions."""
        later = self.versions[self.versions.index(last) + 1:]
        # The numbers 7.x of the loki chart are those of another line of it.
        after = next(v for v in later if not (self.name == "loki" and v.startswith("7.")))
        major = after.split(".")[0]
        return f"{major}.0.0" if major != last.split(".")[0] else after

    def default(self, path, fact):
        """The default of a value, or its defaults by version, as far as the facts have them in full."""
        told = lambda value: not (isinstance(value, str) and value.startswith("<") and value.endswith(">"))
        first, last = fact["first"], fact["last"]
        until = None if last == self.versions[-1] else last
        runs = fact.get("default_by_version")
        if not runs:
            from_start = first == self.versions[0] and until is None
            if fact.get("template_only") or not told(fact["default"]):
                return {}
            return {"default": fact["default"]} if from_start else {"defaults": [[first, until, fact["default"]]]}
        made = []
        for at, run in enumerate(runs):
            end = self.before(runs[at + 1]["from"]) if at + 1 < len(runs) else until
            if told(run["value"]):
                made.append([run["from"], end, run["value"]])
        return {"defaults": made} if made else {}

    def make(self):
        for path, fact in self.values.items():
            if any(self.is_open(parent) for parent in self.parents(path)):
                continue
            self.entries[path] = self.entry(path, fact)
        for path, fact in self.chart["paths"].items():
            if default := self.default(plain(path), fact):
                self.entries.setdefault(plain(path), self.entry(plain(path), self.values.get(plain(path), {"t": "null"})))
                self.entries[plain(path)].update(default)
        self.passed_over()
        if self.name != "alloy":
            self.kinds()
        return self.entries

    def passed_over(self):
        pairs = self.chart["rendered"].get("ignored_lookalikes", [])
        never = {pair["path"]: {"instead": pair["use"]} for pair in pairs if "removed_in" not in pair}
        for path, entry in {**never, **known.PASSED_OVER.get(self.name, {})}.items():
            if "instead" in entry and path in self.values or "passed" in entry and "until" not in self.entries[path]:
                sys.exit(f"{self.name} {path} is read by some version")
            self.entries.setdefault(path, {}).update(entry)

    def kinds(self):
        """Names of sections of one kind, under `*.NAME`, and of components, under `*`."""
        children = {}
        for path in list(self.entries):
            parent, _, name = path.rpartition(".")
            if parent:
                children.setdefault(parent, set()).add(name)
        groups = {}
        for parent, names in children.items():
            if self.entries.get(parent, {}).get("type") != "section" or parent.startswith(known.STRICT):
                continue
            if "." in parent:
                groups.setdefault("*." + parent.rsplit(".", 1)[1], []).append((parent, names))
            elif parent not in known.NO_COMPONENTS and len(names & known.MARKS_OF_COMPONENTS) >= 2:
                groups.setdefault("*", []).append((parent, names))
        for group, members in groups.items():
            if len(members) < 2:
                continue
            names = sorted(set().union(*(names for _, names in members)))
            self.entries[group] = {"names": names}
            if group == "*":
                self.entries[group]["sections"] = sorted(parent for parent, _ in members)


def written(entries):
    lines = [f"{json.dumps(path)}:{json.dumps(entry, separators=(',', ':'))}" for path, entry in sorted(entries.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


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
    for name, chart in facts.items():
        (folder / f"{name}.json").write_text(written(Table(name, chart).make()))
    (folder / "releases.json").write_text(releases(facts))
