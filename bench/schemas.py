"""Turns the OpenAPI description of Kubernetes into a folder of JSON schemas as kubeconform reads them.

kubeconform fetches its schemas from the web by default, one file for each kind with all that it refers to written out. Here they
are made in the same form from the sources of Kubernetes that `tools/go.mod` pins, so that no network time is measured. As in
those: a field that is not required may be null, `apiVersion` and `kind` are fixed, quantities and ports are texts or numbers.
"""

import json
from pathlib import Path

GROUPS = "x-kubernetes-group-version-kind"
# Types that the description calls texts, and that are numbers as well.
BOTH = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "integer",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "number",
}


def write(description, folder):
    """Writes a schema for each kind in `description`, the file `swagger.json`; gives their number."""
    definitions = json.loads(Path(description).read_text())["definitions"]
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, definition in definitions.items():
        kinds = definition.get(GROUPS, [])
        # Options of requests have one definition for all groups, and are no objects.
        if len(kinds) != 1:
            continue
        kind = kinds[0]
        schema = whole(name, definitions, ())
        for field, value in {"apiVersion": api_version(kind), "kind": kind["kind"]}.items():
            if field in schema.get("properties", {}):
                schema["properties"][field] |= {"type": "string", "enum": [value]}
        (folder / file_name(kind)).write_text(json.dumps(schema, indent=2) + "\n")
        written += 1
    return written


def file_name(kind):
    """The name that kubeconform asks for as {{.ResourceKind}}{{.KindSuffix}}: `deployment-apps-v1.json`."""
    group = kind["group"].split(".")[0]
    parts = [kind["kind"], group, kind["version"]] if group else [kind["kind"], kind["version"]]
    return "-".join(parts).lower() + ".json"


def api_version(kind):
    """What manifests write for a group and version."""
    return f"{kind['group']}/{kind['version']}" if kind["group"] else kind["version"]


def whole(name, definitions, above):
    """The schema of a definition with all that it refers to. What refers to itself ends in any object."""
    if name in above:
        return {"type": "object"}
    if name in BOTH:
        return {"oneOf": [{"type": "string"}, {"type": BOTH[name]}]}
    return expanded(definitions[name], definitions, (*above, name))


def expanded(schema, definitions, above):
    """A copy of a schema without references."""
    if "$ref" in schema:
        return whole(schema["$ref"].removeprefix("#/definitions/"), definitions, above) | described(schema)
    copy = dict(schema)
    if "properties" in schema:
        required = schema.get("required", [])
        copy["properties"] = {
            field: expanded(value, definitions, above) if field in required else nullable(expanded(value, definitions, above))
            for field, value in schema["properties"].items()
        }
    for key in ["items", "additionalProperties"]:
        if isinstance(schema.get(key), dict):
            copy[key] = expanded(schema[key], definitions, above)
    return copy


def described(schema):
    """What a reference says beside what it refers to."""
    return {"description": schema["description"]} if "description" in schema else {}


def nullable(schema):
    """The schema of a field that may be null."""
    if "oneOf" in schema:
        return schema | {"oneOf": [*schema["oneOf"], {"type": "null"}]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return schema
