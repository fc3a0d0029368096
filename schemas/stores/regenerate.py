"""Turns the collected facts about Mimir's and Loki's configuration into tables of their options: one option a line.

    python3 schemas/stores/regenerate.py ../shared/data [FOLDER]

The first lines name the versions; then come the options by path (`[]` is an item of a list, `<name>` a key of the
user's). An option has, where it differs from what most have:
  type     what it takes (`string` where left out)
  default  the value of one that is not set, in the newest version that has it; left out for false, 0, empty text and the like
  defaults defaults by the version that brought them, where they changed
  types    types, likewise
  since    the first version that has it; left out for the oldest of the table
  last     the last version that has it; left out for the newest of the table
  absent   versions between that lack it
  flag     the command-line flag
  values   what an enum takes; `enums` by version, where they changed
  refused  when another value than these is refused: load, s3 (at load, where the backend is s3), start or never
  tenant   true: may be set for one tenant in the runtime file
  dynamic  true: the default is worked out when the process starts
  deprecated  the first version that calls it so
  use      what to set instead of it: it is deprecated or gone
"""

import fnmatch
import json
import pathlib
import re
import sys

# What an option is where nothing is set and it has no default of its own.
ZERO = (None, "", [], {}, 0, False, "0s", "0B", "0")
REFUSED = {"load": "load", "load_unless_named_store": "load", "load_when_backend_is_s3": "s3", "module_start": "start", "later_or_never": "never"}


def by_version(changes):
    """Values by the version that brought them."""
    return {change["from"]: change["value"] for change in changes}


def deprecated_since(fact):
    """The first version that calls an option deprecated."""
    if fact.get("category") != "deprecated":
        return None
    since = [change["from"] for change in fact.get("category_by_version", []) if change["value"] == "deprecated"]
    return since[-1] if since else fact["first"]


def entry(path, fact, versions, moved):
    oldest, newest = versions[0], versions[-1]
    out = {}
    if fact["type"] != "string":
        out["type"] = fact["type"]
    default = fact.get("effective_default_3.7", fact["default"])
    if "default_by_version" in fact:
        out["defaults"] = by_version(fact["default_by_version"])
        out["defaults"][fact["default_by_version"][-1]["from"]] = default
    elif default not in ZERO:
        out["default"] = default
    if "type_by_version" in fact:
        out["types"] = by_version(fact["type_by_version"])
    if fact["first"] != oldest:
        out["since"] = fact["first"]
    if fact["last"] != newest:
        out["last"] = fact["last"]
    if fact.get("absent_in"):
        out["absent"] = fact["absent_in"]
    if "flag" in fact and "<" not in fact["flag"]:
        out["flag"] = fact["flag"]
    if fact.get("enum"):
        out["values"] = fact["enum"]
    if "enum_by_version" in fact:
        out["enums"] = by_version(fact["enum_by_version"])
    if "enum_rejected_at" in fact:
        out["refused"] = REFUSED[fact["enum_rejected_at"]]
    if fact.get("per_tenant"):
        out["tenant"] = True
    if fact.get("secret") and fact["type"] != "secret":
        out["secret"] = True
    if "default_dynamic" in fact:
        out["dynamic"] = True
        out.pop("default", None)
    deprecated = deprecated_since(fact)
    if deprecated:
        out["deprecated"] = deprecated
    use = fact.get("use") or moved.get(path)
    if use:
        out["use"] = use
    return out


def replacements(changes, paths):
    """What to use instead of options that moved; a change may name many with a `*`."""
    moved = {}
    for change in changes:
        if "use" not in change:
            continue
        pattern = re.escape(change["path"]).replace(r"\*", ".*")
        for path in paths:
            if re.fullmatch(pattern + r"(\..*)?", path):
                moved[path] = change["use"]
    return moved


def words(product, options):
    """What `words.json` knows of the words that options take, beyond the facts; null: a rule judges the option."""
    known = json.loads((pathlib.Path(__file__).parent / "words.json").read_text())[product]
    for pattern, change in known.items():
        for path, option in options.items():
            if path == pattern or "*" in pattern and fnmatch.fnmatchcase(path, pattern.replace("[", "[[]")):
                if change is None:
                    option.pop("values", None)
                    option.pop("refused", None)
                else:
                    option.update(change)


def table(product, facts):
    versions = [version["minor"] for version in facts["meta"]["versions"]]
    moved = replacements(facts["changes"], facts["options"])
    lines = [
        f'"product": {json.dumps(product)},',
        f'"versions": {json.dumps(versions)},',
        f'"newest": {json.dumps(facts["meta"]["newest_release"])},',
        '"options": {',
    ]
    known = sorted(facts["options"].items(), key=lambda item: item[0].encode())
    entries = {path: entry(path, fact, versions, moved) for path, fact in known}
    words(product, entries)
    options = [
        f"{json.dumps(path)}:{json.dumps(option, separators=(',', ':'), ensure_ascii=False)}"
        for path, option in entries.items()
    ]
    return "{\n" + "\n".join(lines) + "\n" + ",\n".join(options) + "\n}\n}\n"


def main():
    data = pathlib.Path(sys.argv[1])
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent)
    for product in ["mimir", "loki"]:
        facts = json.loads((data / f"{product}-config.json").read_text())
        (folder / f"{product}.json").write_text(table(product, facts))


main()
