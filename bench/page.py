"""Turns results into the page of benchmarks and the summary of the README."""

import html

import goals
import plan
import table

BEGIN = "<!-- Made by `bench/run`: what is changed from here on is lost. -->"
END = "<!-- The end of what `bench/run` makes. -->"

BUSY = (
    "**The machine was busy with other work while this was measured**: times on the clock are far too long, CPU times somewhat; ratios "
    "are about right."
)


class Page:
    """What one run found out."""

    def __init__(self, results, own, found, remarks, facts, busy=False):
        """`found` are the peers, `remarks` what is to be said of some, `facts` those of the machine, which may have been `busy`."""
        self.results, self.own, self.found, self.remarks, self.facts = results, own, found, remarks, facts
        self.warning = [BUSY] if busy else []

    def tables(self):
        """All tables."""
        parts = [*self.warning, "## What was aimed at", table.markdown(["aim", "measured", "reached"], goals.rows(self.results, self.remarks))]
        parts += ["## Where others are ahead", self.ahead()]
        for result in self.results:
            parts.append(f"## {result.case.title}")
            if result.case.about:
                parts.append(f"{result.case.about[0].upper()}{result.case.about[1:]}.")
            parts.append(table.markdown(table.HEAD, result.rows() + self.missing(result)))
        growth = goals.growth(self.results)
        if len(growth) > 1:
            parts += ["## Growth", table.markdown(["manifests", "CPU for each file", "peak MiB", "CPU, times the parse alone"], growth)]
        parts += ["## What each program looks at", self.looks_at()]
        parts += ["## The machine", "; ".join(f"{name}: {value}" for name, value in self.facts.items()) + "."]
        return "\n\n".join(parts)

    def missing(self, result):
        """A row for each peer that should have run here and is not to be had."""
        names = [peer.name for peer in self.found if peer.name in result.case.wanted and peer.name not in result.costs]
        return [[name, "0", f"not measured: {self.remarks.get(name, '')}", *[""] * (len(table.HEAD) - 3)] for name in names]

    def looks_at(self):
        """The programs, with their versions and what they check."""
        versions = {self.own.name: self.own.version} | {peer.name: peer.version for peer in self.found}
        rows = []
        for name, words in plan.LOOKS_AT.items():
            peer = name.split()[0]
            if peer not in versions and name not in {"parse alone", "true"}:
                continue
            remark = self.remarks.get(peer, "")
            missing = peer in versions and not versions[peer]
            said = f"**not measured**: {remark}" if missing else "; ".join(filter(None, [words, remark]))
            rows.append([name, versions.get(peer) or "", html.escape(said, quote=False)])
        return table.markdown(["program", "version", "looks at"], rows)

    def ahead(self):
        """Each figure in which a program that checks something needs less than ptd-lint."""
        lines = []
        for result in self.results:
            for name in result.costs:
                if name in {"true", "parse alone", table.OWN}:
                    continue
                for what, word in {"cpu": "CPU", "wall": "time", "peak": "memory"}.items():
                    ratio = result.ratio(name, what)
                    if ratio < 0.995:
                        lines.append(f"- {result.case.title}: {name} needs {ratio:.2f} times our {word}.")
        return "\n".join(lines) or "Nowhere in this run."

    def summary(self):
        """A table of a few lines: a program a row, of all cases the few that matter most."""
        cases = {result.case.key: result for result in self.results}
        wanted = [("starts", "start", "wall"), ("one", "one file of 30 KB", "wall"), ("manifests-2000", "2,000 files, CPU", "cpu")]
        wanted += [("manifests-2000", "wall", "wall"), ("manifests-2000", "peak MiB", "peak"), ("manifests-20000", "20,000 files, CPU", "cpu")]
        wanted = [(cases[key], head, what) for key, head, what in wanted if key in cases]
        names = ["ptd-lint", *(peer.name for peer in self.found if peer.name not in {"promtool", "helm"})]
        rows = []
        for name in names:
            cells = [self.cell(result, name, what) for result, _, what in wanted]
            rows.append([f"**{name}**" if name == table.OWN else name, *cells])
        said = [f"{self.facts['processor']}, {self.facts['cores']} cores. Each ran on the same files; no other follows data or looks into texts."]
        missing = [f"{peer.name} was not measured: {peer.remark}." for peer in self.found if not peer.path]
        return table.markdown(["", *(head for _, head, _ in wanted)], rows) + "\n\n" + " ".join(self.warning + said + missing)

    def cell(self, result, name, what):
        """One figure of the summary."""
        if name not in result.costs:
            return "not measured"
        value = result.middle(name, what)
        return f"{value:.0f}" if what == "peak" else table.seconds(value)


def put(path, text):
    """Writes a text into a file: between its markers if it has them, or as all of it."""
    old = path.read_text() if path.exists() else ""
    if BEGIN in old and END in old:
        before, after = old.split(BEGIN, 1)[0], old.split(END, 1)[1]
        path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
    else:
        path.write_text(f"{text}\n")
