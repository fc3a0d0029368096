#!/usr/bin/env python3
"""Makes arguments.json, the table of what Alloy components take, from the shared facts.

    python3 schemas/alloy/regenerate_arguments.py ../shared/data schemas/alloy

arguments.json is one JSON object with one entry a line, sorted by name, as components.json is, so that the program finds
an entry by binary search over lines and parses only those that occur. Kinds of names:

    loki.write              a component or config block
    loki.write/endpoint     the body of a block: the path at which it occurs first. Blocks with equal bodies share one
    array.group_by()        a function that is not generally available

Keys of an entry (absent means empty):

    since, gone     first minor version that has it; the last that had it
    stability       public-preview, experimental or community; absent: generally-available
    label           none: it takes no label
    config          true: a block of the language and no component
    where           root or module: the only bodies that may hold it; program: it holds components
    exports         name -> type
    attributes      name -> words: the type; `!` required; `@1.8` the first version that has it; `=a|b` the only texts,
                    `~a|b` in any case
    blocks          name -> words: the entry of its body, if that is not empty; `!` required; `*` any number of times;
                    `#` a label is required; `@1.8` the first version
    removed         name -> the last version that had it, attribute or block

Versions are MAJOR.MINOR; `main` is what no release has yet. The texts that an attribute may have come from
accepted_texts.json, which is written by hand.
"""
import fnmatch
import json
import sys


def minor(version):
    """v1.8.0 -> 1.8"""
    if version in (None, "main"):
        return version
    return ".".join(version.removeprefix("v").split(".")[:2])


def compact(value):
    return {key: item for key, item in value.items() if item not in (None, [], {}, False, "")}


class Texts:
    """The texts that attributes are limited to, by patterns of `COMPONENT PATH`."""

    def __init__(self, path):
        self.lists = json.load(open(path, encoding="utf-8"))["lists"]
        self.unused = {pattern for item in self.lists for pattern in item["attributes"]}

    def of(self, component, path, attribute):
        for item in self.lists:
            for pattern in item["attributes"]:
                names, paths = pattern.split(" ")
                if fnmatch.fnmatchcase(component, names) and fnmatch.fnmatchcase(path, paths):
                    self.unused.discard(pattern)
                    self.check(component, path, attribute, item["texts"])
                    return ("~" if item.get("any_case") else "=") + "|".join(item["texts"])
        return None

    @staticmethod
    def check(component, path, attribute, texts):
        default = attribute.get("default")
        for one in default if isinstance(default, list) else [default]:
            if one not in (None, "") and one not in texts:
                raise SystemExit(f"the default {one!r} of {component} {path} is not among the texts {texts}")
        if "string" not in attribute["type"]:
            raise SystemExit(f"{component} {path} is no text: {attribute['type']}")


class Table:
    def __init__(self, texts):
        self.texts = texts
        self.entries = {}
        self.bodies = {}

    def body(self, component, path, node, removed):
        """Attributes, blocks and removed names of a body, as an entry."""
        prefix = f"{path}." if path else ""
        attributes = {}
        for name, attribute in sorted(node["attributes"].items()):
            # A type of another program's own is not checked.
            kind = "any" if attribute["type"].startswith("external(") else attribute["type"]
            words = [kind]
            if attribute["required"]:
                words.append("!")
            if "since" in attribute:
                words.append("@" + minor(attribute["since"]))
            texts = self.texts.of(component, prefix + name, attribute)
            if texts:
                words.append(texts)
            attributes[name] = " ".join(words)
        blocks = {}
        for name, block in sorted(node["blocks"].items()):
            words = [mark for mark, on in (("!", block["required"]), ("*", block["repeated"]), ("#", block["label"])) if on]
            if "since" in block:
                words.append("@" + minor(block["since"]))
            inner = self.block(component, prefix + name, block, removed)
            if inner:
                words.insert(0, inner)
            blocks[name] = " ".join(words)
        gone = {}
        for name, version in sorted(removed.items()):
            rest = name.removeprefix(prefix)
            inside = name.startswith(prefix) and not any(rest.startswith(f"{block}.") for block in node["blocks"])
            # What was in a block that is gone as well needs no entry of its own.
            nested = any(name.startswith(f"{other}.") for other in removed)
            if inside and not nested:
                gone[rest] = minor(version)
        return compact({"attributes": attributes, "blocks": blocks, "removed": gone})

    def block(self, component, path, block, removed):
        """The name of the entry of a block's body; None for one that takes nothing."""
        if "recursive" in block:
            return f"{component}/{block['recursive']}"
        body = self.body(component, path, block, removed)
        if "body" in block:
            body["where"] = "program"
        if not body:
            return None
        text = json.dumps(body, sort_keys=True)
        name = self.bodies.setdefault(text, f"{component}/{path}")
        self.entries[name] = body
        return name

    def component(self, name, node, **more):
        stability = node["stability"] if node["stability"] != "generally-available" else None
        self.entries[name] = compact({
            "since": minor(node["since"]), "gone": minor(node.get("last_version")), "stability": stability,
            # The reference does not look at the labels of these two.
            "label": "none" if node["label"] == "none" and name not in ("logging", "tracing") else None,
            "exports": node["exports"], **more,
            **self.body(name, "", node, node.get("removed_paths", {})),
        })


WHERE = {"inside declare (module) only": "module", "root only": "root", "root or inside declare or foreach template": None}


def write(path, entries):
    lines = [f"{json.dumps(name)}:{json.dumps(entries[name], separators=(',', ':'))}" for name in sorted(entries)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    facts, folder = sys.argv[1:]
    types = json.load(open(f"{facts}/alloy-components.json", encoding="utf-8"))
    table = Table(Texts(f"{folder}/accepted_texts.json"))
    for part in ("components", "removed_components"):
        for name, node in sorted(types[part].items()):
            table.component(name, node)
    for name, node in sorted(types["config_blocks"].items()):
        # Their exports are read in other ways than those of components.
        table.component(name, {**node, "exports": {}}, where=WHERE[node["where"]], config=True)
    for name, function in types["stdlib"]["functions"].items():
        if "stability" in function:
            table.entries[f"{name}()"] = {"stability": function["stability"]}
    if table.texts.unused:
        raise SystemExit(f"patterns of accepted_texts.json that no attribute has: {sorted(table.texts.unused)}")
    write(f"{folder}/arguments.json", table.entries)


main()
