"""Turns costs into rows: medians, spread, and ratios to ptd-lint."""

import re
from dataclasses import dataclass
from statistics import median

OWN = "ptd-lint"


@dataclass(frozen=True)
class Result:
    """What the programs of a case cost."""

    case: object
    # For each program its costs, one a round; a slow one has fewer.
    costs: dict

    def middle(self, name, what):
        """The median of one figure of a program."""
        return median(getattr(cost, what) for cost in self.costs[name])

    def ratio(self, name, what):
        """How much more than ptd-lint a program costs: the median over rounds, each held against the same round."""
        pairs = zip(self.costs[name], self.costs[OWN])
        return median(getattr(theirs, what) / max(getattr(ours, what), 1e-6) for theirs, ours in pairs)

    def rows(self):
        """A row for each program, in the order of their CPU time."""
        names = sorted(self.costs, key=lambda name: self.middle(name, "cpu"))
        return [self.row(name) for name in names]

    def row(self, name):
        """The cells of one program."""
        costs = self.costs[name]
        least, most = min(cost.cpu for cost in costs), max(cost.cpu for cost in costs)
        ratios = ["1", "1"] if name == OWN else [times(self.ratio(name, what)) for what in ("cpu", "wall")]
        return [
            f"**{name}**" if name == OWN else name,
            str(len(costs)),
            f"{seconds(self.middle(name, 'cpu'))} ({seconds(least)} to {seconds(most)})",
            seconds(self.middle(name, "wall")),
            f"{self.middle(name, 'peak'):.0f}",
            *ratios,
            codes(costs),
            summed_up(costs[-1].output),
        ]


HEAD = ["program", "rounds", "CPU, median (least to most)", "wall", "peak MiB", "CPU, times ours", "wall, times ours", "exit", "says"]


# The lines in which programs sum up what they did: what shows that they did it.
SUMS = re.compile(
    r"^(?:Looked at .*|Summary: .*|\d+ tests, .*|Passed checks: .*|\d+ chart\(s\) linted.*|\d+ files, \d+ bytes.*)$", re.MULTILINE
)


def summed_up(output):
    """What a program says that it did, or how much it wrote."""
    found = SUMS.findall(output)
    lines = output.splitlines()
    return found[-1] if found else lines[0] if len(lines) == 1 else f"{len(lines):,} lines"


def codes(costs):
    """The exit codes that occurred."""
    return ", ".join(str(code) for code in sorted({cost.code for cost in costs}))


def seconds(value):
    """A time that can be read."""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def times(ratio):
    """A ratio with two digits that count."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def markdown(head, rows):
    """A table. Bars in cells would end them."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
