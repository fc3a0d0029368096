"""Turns the pins in `peers/` into programs that can be run, or into the reason why there is none.

Each peer is built by itself, from a `go.mod` that asks for that peer alone. So it has just the versions of its libraries that its
authors released it with; in one module, and all the more in that of `tools/`, which holds Kubernetes with replace lines, each
would be lifted to the newest that any of them wants, and what is measured would be nobody's release.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE / "peers"
ROOT = HERE.parent
# kube-linter's registry entry cannot be asked for everywhere, so there are no sums of it: only this pin. Where it can, Go's own
# database of sums stands for them.
KUBE_LINTER = ("golang.stackrox.io/kube-linter/cmd/kube-linter", "v0.7.5")
NAMES = ["kubeconform", "kube-linter", "kube-score", "conftest", "checkov", "promtool", "helm"]
GO = {
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform",
    "conftest": "github.com/open-policy-agent/conftest",
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score",
    "promtool": "github.com/prometheus/prometheus/cmd/promtool",
    "helm": "helm.sh/helm/v3/cmd/helm",
}


@dataclass(frozen=True)
class Program:
    """A program to measure, or the reason why it is not here."""

    name: str
    # Empty where there is none.
    path: str
    version: str
    # Why it is missing, or what is to be known of it.
    remark: str = ""


def cache():
    """The folder in which tools are kept, as `.ci/run` has it."""
    base = os.environ.get("CI_TOOLS") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ptd-lint" / "tools"
    return Path(base).resolve() / "bench"


def say(text):
    """Tells what takes long. Standard output is for the report."""
    print(text, file=sys.stderr, flush=True)


def all_peers(wanted, folder=None):
    """All peers whose names are in `wanted`, or all of them where that is empty; from `folder` alone where one is given."""
    makers = {name: (lambda name=name: go_peer(name)) for name in GO} | {"kube-linter": kube_linter, "checkov": checkov}
    names = [name for name in NAMES if not wanted or name in wanted]
    return [present(name, folder) if folder else makers[name]() for name in names]


def present(name, folder):
    """The program of that name in a folder."""
    path = shutil.which(name, path=folder)
    return Program(name, path or "", "not known" if path else "", "" if path else f"is not in {folder.name}")


def go_peer(name):
    """A peer that its own `go.mod` pins."""
    folder, package = PINS / name, GO[name]
    pins = (folder / "go.mod").read_bytes() + (folder / "go.sum").read_bytes()
    version = pinned(package, (folder / "go.mod").read_text())
    kept = cache() / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}" / name
    if kept.is_file():
        return Program(name, str(kept), version)
    if not shutil.which("go"):
        return found_or(name, "Go is not here to build it")
    say(f"building {name} {version} (minutes, once)")
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Written beside its place and moved there whole, so that what is there is never half of it.
    half = kept.with_suffix(f".{os.getpid()}")
    built = go(["build", "-trimpath", "-ldflags=-s -w", "-o", half, package], folder, "-buildvcs=false -mod=readonly")
    if built.returncode:
        return found_or(name, f"cannot be built: {refusal(built.stderr)}")
    half.replace(kept)
    return Program(name, str(kept), version)


def kube_linter():
    """kube-linter as Go installs it."""
    package, version = KUBE_LINTER
    kept = cache() / f"kube-linter-{version}" / "kube-linter"
    if kept.is_file():
        return Program("kube-linter", str(kept), version)
    if not shutil.which("go"):
        return found_or("kube-linter", "Go is not here to build it")
    installed = go(["install", "-trimpath", "-ldflags=-s -w", f"{package}@{version}"], HERE, "-buildvcs=false", GOBIN=str(kept.parent))
    if installed.returncode:
        return found_or("kube-linter", f"cannot be had: its registry answers {refusal(installed.stderr)}")
    return Program("kube-linter", str(kept), version)


def go(arguments, folder, flags, **more):
    """Runs Go with one build at a time."""
    environment = os.environ | {"GOFLAGS": flags, "GOWORK": "off"} | more
    return subprocess.run(["go", *map(str, arguments)], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def pinned(package, text):
    """The version of the module in a `go.mod` that has this package."""
    for module, version in re.findall(r"^\s*(?:require )?(\S+) (v\S+)", text, re.MULTILINE):
        if f"{package}/".startswith(f"{module}/"):
            return version
    raise ValueError(f"no module of {package} is pinned")


def checkov():
    """checkov in an environment of its own, with all that it needs pinned."""
    pins = PINS / "checkov" / "requirements.txt"
    version = re.search(r"^checkov==(\S+)$", pins.read_text(), re.MULTILINE)[1]
    folder = cache() / f"checkov-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    program = folder / "bin" / "checkov"
    done = folder / "done"
    if not done.is_file():
        say(f"installing checkov {version} (a minute, once)")
        shutil.rmtree(folder, ignore_errors=True)
        for command in [
            [sys.executable, "-m", "venv", folder],
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pins],
        ]:
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                return found_or("checkov", f"cannot be installed: {last_line(made.stderr or made.stdout)}")
        done.touch()
    return Program("checkov", str(program), version)


def found_or(name, reason):
    """The program of that name on the path, whatever its version, or nothing, with the reason."""
    path = shutil.which(name)
    if path:
        return Program(name, path, "not known", f"the one on the path, since the pinned one {reason}")
    return Program(name, "", "", reason)


def last_line(text):
    """What a program said last."""
    return (text.strip() or "no reason given").splitlines()[-1].strip()


def refusal(text):
    """What a registry answered, without its address."""
    lines = [line for line in text.splitlines() if not line.startswith("go: downloading")]
    return (lines[0] if lines else "no reason given").rsplit(": ", 1)[-1].strip()


def own(given, example):
    """ptd-lint and the parse alone, as given or as built here with the profile of releases."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve() / "release"
    wanted = [(given, "--bin", "ptd-lint", target / "ptd-lint"), (example, "--example", "parse_only", target / "examples" / "parse_only")]
    # One after the other: built together, the program would get the features that only tests and examples ask for, and not be
    # the one that is released.
    for present, kind, name, _ in wanted:
        if not present:
            say(f"building {name} for release (minutes, if it is not built)")
            subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", kind, name], cwd=ROOT, check=True)
    built = [present or path for present, _, _, path in wanted]
    said = subprocess.run([built[0], "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    # A program that was given may be of any commit.
    version = said if given or commit.returncode else f"{said} ({commit.stdout.strip()})"
    return Program("ptd-lint", str(built[0]), version), Program("parse alone", str(built[1]), version)


def kubernetes_description():
    """The OpenAPI description of Kubernetes in the sources that `tools/go.mod` pins, and their version; or the reason why not."""
    if not shutil.which("go"):
        return None, "Go is not here to fetch the sources of Kubernetes"
    tools = ROOT / "tools"
    fetched = go(["mod", "download", "k8s.io/kubernetes"], tools, "-mod=readonly")
    listed = go(["list", "-m", "-f", "{{.Dir}} {{.Version}}", "k8s.io/kubernetes"], tools, "-mod=readonly")
    if fetched.returncode or listed.returncode:
        return None, f"the sources of Kubernetes cannot be fetched: {last_line(fetched.stderr or listed.stderr)}"
    folder, version = listed.stdout.split()
    return Path(folder) / "api" / "openapi-spec" / "swagger.json", version
