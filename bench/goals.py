"""Turns results into what was aimed at: reached, or by how much not."""

from table import OWN
from table import seconds
from table import times

# Programs that ptd-lint is to need a twentieth of, on the same files.
SLOW = ["kube-linter", "kube-score", "conftest", "checkov"]
# What is aimed at on this number of files.
MANY = "manifests-2000"


def rows(results, remarks):
    """A row for each aim: what it is, what was measured, whether that reaches it."""
    cases = {result.case.key: result for result in results}
    found = []
    for key, words in {"starts": "`--version`", "one": "one file of 30 KB"}.items():
        if key in cases:
            found += short(cases[key], words)
    if MANY in cases:
        found += many(cases[MANY], remarks)
    found += linear(results)
    return found


def short(result, words):
    """Start-up: ten milliseconds, and before everyone."""
    wall = result.middle(OWN, "wall")
    yield [f"{words} in less than 10 ms", seconds(wall), yes(wall < 0.010)]
    others = {name: result.ratio(name, "wall") for name in result.costs if name not in {OWN, "true", "parse alone"}}
    if others:
        nearest = min(others, key=others.get)
        yield [f"{words} faster than every peer", f"{nearest}, the nearest, takes {times(others[nearest])} times as long", yes(others[nearest] > 1)]


def many(result, remarks):
    """Two thousand files."""
    if "kubeconform" in result.costs:
        ratio = result.ratio("kubeconform", "cpu")
        yield ["2,000 files in less CPU than kubeconform with schemas on disk", f"kubeconform needs {times(ratio)} times ours", yes(ratio > 1)]
    for name in SLOW:
        words = f"20 times less CPU than {name}"
        if name in result.costs:
            ratio = result.ratio(name, "cpu")
            # Reading alone costs that much: no program that reads all files with this parser can need less.
            floor = ratio / result.ratio("parse alone", "cpu")
            yield [words, f"{name} needs {times(ratio)} times ours, and {times(floor)} times the parse alone", yes(ratio >= 20)]
        elif name in remarks:
            yield [words, f"not measured: {name} {remarks[name]}", "not known"]
    peak = result.middle(OWN, "peak")
    yield ["peak memory below 60 MiB", f"{peak:.0f} MiB", yes(peak < 60)]
    # The parse is what others are held against here, so the ratio is turned round.
    ratio = 1 / result.ratio("parse alone", "cpu")
    yield ["less than 1.5 times the CPU of the YAML parse alone", f"{ratio:.2f} times", yes(ratio < 1.5)]
    ratio = result.middle(OWN, "cpu") / result.middle(OWN, "wall")
    yield ["both cores at work", f"{ratio:.2f} seconds of CPU in each second", yes(ratio > 1.5)]


def linear(results):
    """The cost of a file must not grow with their number."""
    sizes = sized(results)
    if len(sizes) < 2:
        return
    (few, first), (most, last) = sizes[0] if len(sizes) == 2 else sizes[-2], sizes[-1]
    ratio = (last.middle(OWN, "cpu") / most) / (first.middle(OWN, "cpu") / few)
    yield [f"linear to {most:,} files", f"a file costs {ratio:.2f} times what it does among {few:,}", yes(ratio < 1.15)]


def growth(results):
    """A row for each number of manifests: what one file costs us."""
    found = []
    for number, result in sized(results):
        cpu = result.middle(OWN, "cpu")
        parse = 1 / result.ratio("parse alone", "cpu")
        found.append([f"{number:,}", f"{cpu / number * 1e6:.0f} µs", f"{result.middle(OWN, 'peak'):.0f}", f"{parse:.2f}"])
    return found


def sized(results):
    """The cases that differ in nothing but the number of manifests, each behind that number, smallest first."""
    return sorted(((size(result), result) for result in results if size(result)), key=lambda pair: pair[0])


def size(result):
    """The number of manifests of a case, none where that is not what it is about."""
    words = result.case.key.split("-")
    return int(words[1]) if words[0] == "manifests" else 0


def yes(reached):
    """A word for the last column."""
    return "yes" if reached else "**no**"
