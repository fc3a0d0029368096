"""Turns programs and inputs into cases: commands that are measured side by side on equal input."""

from dataclasses import dataclass
from pathlib import Path

import inputs
import peers
import schemas

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent.parent / "shared" / "corpus" / "ptd"
# Peers that read Kubernetes objects.
OBJECTS = ["kubeconform", "kube-linter", "kube-score", "conftest", "checkov"]
# What each program looks at, for the report.
LOOKS_AT = {
    "ptd-lint": "everything below, in one run: Kubernetes' schemas, references, configuration inside of ConfigMaps and chart values, the stores' "
    "options in their versions, and the flow of data through Alloy to where it leaves; all rules (`--profile strict`)",
    "parse alone": "nothing: reads each YAML file and parses it with ptd-lint's parser, on one core; the least that reading can cost",
    "kubeconform": "each object against the JSON schema of its kind, from files on disk; nothing inside of texts, nothing across objects; "
    "kinds without a schema (HelmChart, declarations) are skipped",
    "kube-linter": "its default checks of pods, services and roles",
    "kube-score": "its default checks of pods, services, ingresses and policies, also across objects; nothing inside of texts",
    "conftest": "`bench/policy/stack.rego`: ten of our checks, as far as one document can say them; texts are searched with patterns, nothing follows data. A longer policy costs more",
    "checkov": "its Kubernetes framework: some hundred security checks of pods and roles; nothing inside of texts",
    "promtool": "`check rules`: syntax of rule files and of PromQL",
    "helm lint": "the same manifests as templates of a chart: that they render and are YAML",
    "helm template": "the same: renders and prints them",
    "true": "nothing: the program `true`, which is what starting and measuring any program costs",
}


@dataclass(frozen=True)
class Case:
    """Commands that are measured side by side."""

    key: str
    title: str
    # What is in the input, empty where there is none.
    about: str
    # Each program's name with its command.
    commands: dict
    # Peers that belong here, whether they are to be had or not.
    wanted: tuple = ()
    # How many rounds, as a multiple of what was asked for: what is short is measured more often.
    often: int = 1
    # Seconds after which a program that had three rounds is not run again.
    budget: float = 60.0


class Plan:
    """What is to be measured in one run."""

    def __init__(self, own, parse, found, scratch, sizes):
        """`own` is ptd-lint, `parse` the parse alone, `found` the peers, `scratch` a folder for inputs."""
        self.own, self.parse, self.scratch, self.sizes = own, parse, scratch, sizes
        self.peers = {peer.name: peer for peer in found if peer.path}
        self.remarks = {peer.name: peer.remark for peer in found if peer.remark}
        self.schemas = self.made_schemas() if "kubeconform" in self.peers else None

    def made_schemas(self):
        """The folder of schemas for kubeconform. Without them it would ask the web, or check nothing."""
        description, version = peers.kubernetes_description()
        if description is None:
            del self.peers["kubeconform"]
            self.remarks["kubeconform"] = f"has no schemas: {version}"
            return None
        folder = self.scratch / "schemas"
        written = schemas.write(description, folder)
        self.remarks["kubeconform"] = f"{written} schemas of Kubernetes {version}"
        return folder

    def cases(self):
        """All cases, the shortest first."""
        yield self.starts()
        one = inputs.one_file(self.own.path, self.scratch / "one")
        yield self.manifests("one", f"One file of {one.size / 1000:.0f} KB", one, often=3)
        for size in self.sizes:
            made = inputs.stacks(self.own.path, size, self.scratch / f"manifests-{size}")
            about = f"workloads: {size // inputs.WORKLOAD:,}; bytes: {made.size / 1e6:.1f} MB; sum {made.digest}"
            # Minutes a run for the others, which tell nothing new.
            few = ["kubeconform"] if size > 2000 else None
            yield self.manifests(f"manifests-{size}", f"{size:,} manifests", made, about, few)
        if CORPUS.is_dir():
            made = inputs.described(CORPUS)
            about = f"what `posit-dev/ptd` deploys: {made.files} files, {made.size / 1e6:.1f} MB; JSON among them, which kube-score and the parse alone leave out"
            yield self.manifests("corpus", "The corpus of real deployments", made, about, strict=False)
        if "promtool" in self.peers:
            yield self.rules(100)
        if "helm" in self.peers:
            yield self.chart()

    def starts(self):
        """Starting each program and nothing else."""
        words = {"kubeconform": ["-v"], "kube-linter": ["version"], "kube-score": ["version"], "helm": ["version"]}
        commands = {"true": ["true"], "ptd-lint": [self.own.path, "--version"]}
        for name, peer in self.peers.items():
            commands[name] = [peer.path, *words.get(name, ["--version"])]
        return Case("starts", "Start-up: `--version`", "", commands, (*OBJECTS, "promtool", "helm"), often=3, budget=20.0)

    def check(self, folder, strict=True):
        """ptd-lint over a folder: with all rules, or with those that run by default."""
        return [self.own.path, *(["--profile", "strict"] if strict else []), folder]

    def manifests(self, key, title, made, about=None, few=None, often=1, strict=True):
        """All that read Kubernetes objects, over one folder."""
        commands = {"ptd-lint": self.check(made.folder, strict), "parse alone": [self.parse.path, made.folder]}
        wanted = tuple(few or OBJECTS)
        for name in wanted:
            if name in self.peers:
                commands[name] = [self.peers[name].path, *getattr(self, name.replace("-", "_"))(made.folder)]
        return Case(key, title, about or f"sum {made.digest}", commands, wanted, often)

    def kubeconform(self, folder):
        """With all schemas on disk, and its default number of workers."""
        location = f"{self.schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
        return ["-summary", "-ignore-missing-schemas", "-schema-location", location, folder]

    def kube_linter(self, folder):
        """With its default checks."""
        return ["lint", folder]

    def kube_score(self, folder):
        """It takes files, not folders."""
        return ["score", "--output-format", "ci", *sorted(folder.rglob("*.yaml"))]

    def conftest(self, folder):
        """With the policy beside this file."""
        return ["test", "--no-color", "--policy", HERE / "policy", folder]

    def checkov(self, folder):
        """Without asking its server for anything."""
        return ["--directory", folder, "--framework", "kubernetes", "--skip-download", "--quiet", "--compact"]

    def rules(self, count):
        """Alert rules as files of their own."""
        made = inputs.rule_files(count, self.scratch / "rules")
        commands = {
            "ptd-lint": self.check(made.folder),
            "promtool": [self.peers["promtool"].path, "check", "rules", *sorted(made.folder.iterdir())],
        }
        return Case("rules", f"{count} rule files", f"{count * 10:,} alerts, {made.size / 1e6:.1f} MB", commands)

    def chart(self):
        """A chart, and for ptd-lint the manifests that are its templates."""
        source = self.scratch / "manifests-chart"
        inputs.stacks(self.own.path, inputs.WORKLOAD, source)
        made = inputs.chart(source, self.scratch / "chart")
        helm = self.peers["helm"].path
        commands = {
            "ptd-lint": self.check(made.folder / "templates"),
            "helm lint": [helm, "lint", made.folder],
            "helm template": [helm, "template", "stack", made.folder],
        }
        return Case("chart", "A chart of one workload", f"{made.files - 2} templates, {made.size / 1e6:.1f} MB", commands)
