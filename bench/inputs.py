"""Turns a number of files into a folder of that many manifests: stacks of workloads, a hundred files each.

Each workload is a folder of its own with its declaration. Its monitoring stack is what `ptd-lint generate` writes for that
declaration, one object a file: Alloy and Mimir as Kubernetes objects (with the Alloy program and Mimir's configuration in
ConfigMaps), Loki and Grafana as HelmChart objects with values. The rest are manifests of products beside it. Everything comes
from SEED, so two runs of the same program make the same bytes; `Inputs.digest` tells when they differ.

Every workload keeps all promises. So what is measured is checking, not writing of findings.
"""

import hashlib
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import products

SEED = 20260301
# Files of one workload, its declaration included.
WORKLOAD = 100
# Which form each part of the stack has.
FORMS = {
    "manifests": ["namespaces", "network-policies", "alloy", "mimir", "kube-state-metrics"],
    "helmchart": ["loki", "grafana"],
}
REGIONS = {"AWS": ["eu-west-1", "us-east-2", "ap-southeast-2"], "Azure": ["westeurope", "eastus2"]}
FIRST = ["heron", "osprey", "plover", "avocet", "curlew", "dunlin", "godwit", "knot", "ruff", "teal"]


@dataclass(frozen=True)
class Inputs:
    """A folder of inputs, and what is in it."""

    folder: Path
    files: int
    size: int
    # The first digits of a sum over all paths and bytes.
    digest: str


def described(folder):
    """What is in a folder of inputs."""
    total, size, files = hashlib.sha256(), 0, 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        total.update(str(path.relative_to(folder)).encode() + b"\0" + content + b"\0")
        size += len(content)
        files += 1
    return Inputs(folder, files, size, total.hexdigest()[:12])


def stacks(program, count, folder):
    """Writes `count` files of whole workloads into `folder`; `program` is ptd-lint."""
    if count % WORKLOAD:
        raise ValueError(f"{count} files are no whole workloads, which have {WORKLOAD} files each")
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(count // WORKLOAD):
        chance = random.Random(SEED + number)
        name = f"{FIRST[number % len(FIRST)]}{number:03}-production"
        workload(program, name, chance, folder / name)
    return described(folder)


def workload(program, name, chance, folder):
    """Writes the files of one workload into its folder."""
    folder.mkdir(parents=True)
    declaration = folder / "ptd.yaml"
    declaration.write_text(declared(name, chance))
    made = folder / "made"
    written = 1
    for form, parts in FORMS.items():
        subprocess.run(
            [program, "generate", "--quiet", "--no-config", "--workload", name, "--as", form, "--out", made / form, declaration],
            check=True,
            capture_output=True,
        )
        for part in parts:
            for number, text in enumerate(objects((made / form / f"{part}.yaml").read_text())):
                (folder / f"{part}-{number:02}.yaml").write_text(text)
                written += 1
    shutil.rmtree(made)
    for path, text in products.manifests(chance, WORKLOAD - written):
        (folder / path).write_text(text)


def objects(text):
    """The documents of a YAML stream whose documents begin with `---` on a line."""
    return [f"{document.strip(chr(10))}\n" for document in f"\n{text}".split("\n---\n") if document.strip()]


def declared(name, chance):
    """What a workload declares of itself."""
    domain = f"{name.split('-')[0]}.example.com"
    cloud = chance.choice(["AWS", "AWS", "AWS", "Azure"])
    identity = (
        f'  account_id: "{chance.randrange(10**11, 10**12)}"\n'
        if cloud == "AWS"
        else f"  subscription_id: {uuid(chance)}\n  tenant_id: {uuid(chance)}\n"
    )
    version = {
        "AWS": 'spec:\n        cluster_version: "1.33"\n',
        "Azure": 'kubernetes_version: "1.33"\n',
    }[cloud]
    return (
        f"apiVersion: posit.team/v1\nkind: {cloud}WorkloadConfig\nspec:\n{identity}"
        f"  region: {chance.choice(REGIONS[cloud])}\n"
        '  control_room_account_id: "210000000099"\n  control_room_domain: ops.tern.example.com\n'
        f'  clusters:\n    "20260301":\n      {version}'
        f"  sites:\n    main:\n      spec:\n        domain: {domain}\n"
    )


def uuid(chance):
    """Digits in the form of a UUID."""
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join([digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:]])


def one_file(program, folder):
    """Writes one file of some 30 KB: the collector of a workload, as Kubernetes objects, with its program."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(
        [program, "generate", "--quiet", "--no-config", "--cloud", "aws", "--workload", "heron-production"]
        + ["--domain", "heron.example.com", "--control-room", "ops.tern.example.com", "--as", "manifests", "--out", folder / "made"],
        check=True,
        capture_output=True,
    )
    parts = [(folder / "made" / f"{part}.yaml").read_text() for part in ["alloy", "kube-state-metrics"]]
    shutil.rmtree(folder / "made")
    (folder / "collector.yaml").write_text("---\n".join(parts))
    return described(folder)


def rule_files(count, folder):
    """Writes `count` files of alert rules, ten each, as Mimir's ruler and Prometheus read them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(count):
        chance = random.Random(SEED + number)
        lines = ["groups:", f"  - name: product-{number}", "    interval: 1m", "    rules:"]
        for alert in range(10):
            product = chance.choice(products.PRODUCTS)
            lines += [
                f"      - alert: Product{number}Alert{alert}",
                f'        expr: sum by (namespace, pod) (rate(http_requests_total{{app="{product}", code=~"5.."}}[5m]))'
                f" / sum by (namespace, pod) (rate(http_requests_total{{app=\"{product}\"}}[5m])) > 0.0{alert + 1}",
                f"        for: {chance.choice([5, 10, 15])}m",
                "        labels:",
                f"          severity: {chance.choice(['warning', 'critical'])}",
                "        annotations:",
                f"          summary: Too many requests to {product} fail",
            ]
        (folder / f"rules-{number:04}.yaml").write_text("\n".join(lines) + "\n")
    return described(folder)


def chart(source, folder):
    """Writes a Helm chart whose templates are the manifests in `source`: what Helm reads is what the others read."""
    shutil.rmtree(folder, ignore_errors=True)
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: stack\nversion: 1.0.0\nicon: https://example.com/icon.png\n")
    (folder / "values.yaml").write_text("{}\n")
    for path in sorted(source.rglob("*.yaml")):
        text = path.read_text()
        # A declaration is no object that is applied; braces would be Helm's.
        if path.name != "ptd.yaml" and "{{" not in text:
            (templates / f"{path.parent.name}-{path.name}").write_text(text)
    return described(folder)
