"""Turns the machine that measures into a line of the report."""

import os
import platform
import time
from pathlib import Path


def facts(begun):
    """What the machine is, and how busy it was; `begun` is the load when measuring began."""
    now = load()
    return {
        "processor": field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": memory(),
        "system": f"{platform.system()} {platform.release()}",
        "load before and after": f"{begun:.1f}, {now:.1f}",
    }


def busy(seconds=1.0):
    """Whether others use more than a tenth of the machine just now. The load would still tell of what was built before."""
    first = used()
    time.sleep(seconds)
    second = used()
    if not first or not second:
        return load() > 0.5
    idle, total = (after - before for before, after in zip(first, second))
    return idle < 0.9 * total


def used():
    """Idle and all time of all cores since the machine started, in its own unit; nothing where the system does not tell."""
    try:
        times = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except OSError:
        return ()
    return times[3] + times[4], sum(times)


def load():
    """How many programs wanted to run in the last minute."""
    return os.getloadavg()[0]


def memory():
    """The memory of the machine in GiB."""
    said = field("/proc/meminfo", "MemTotal")
    return f"{int(said.split()[0]) / 2**20:.0f} GiB" if said else "not known"


def field(path, name):
    """A line of a file of `NAME : VALUE`, where there is one."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
