"""Turns a command line into what its processes cost: CPU, wall time, peak memory.

`cost` runs this file as a small program of its own for each measurement. That matters for memory: the kernel counts what a
process held before it became the measured program, so a program that is started by a large one seems large. What is left of
that is the floor, which the report shows as the row of `true`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run of a program cost."""

    # Seconds of all cores, in user and kernel mode, of the process and of all it waited for.
    cpu: float
    # Seconds from start to end.
    wall: float
    # MiB that the largest of its processes held at most. Processes side by side are not added up.
    peak: float
    # The exit code; that of a signal is negative.
    code: int
    # What it wrote to both streams.
    output: str


def cost(command, scratch, environment=None, timeout=900.0):
    """Runs `command` once. Nothing is read from standard input; `scratch` is a folder for its output and its home."""
    said = Path(scratch) / "said"
    home = Path(scratch) / "home"
    home.mkdir(parents=True, exist_ok=True)
    # Settings of whoever runs this have no say, and nothing of theirs is written to.
    surroundings = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C.UTF-8", "TMPDIR": str(scratch)}
    surroundings.update(environment or {})
    measured = subprocess.run(
        [sys.executable, "-I", "-S", __file__, str(said), str(timeout), *map(str, command)],
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=scratch,
        check=False,
    )
    if measured.returncode != 0:
        said = measured.stderr.decode(errors="replace").strip()
        raise OSError(f"{Path(command[0]).name} could not be measured: {said}")
    figures = json.loads(measured.stdout)
    output = said.read_text(encoding="utf-8", errors="replace")
    return Cost(figures["cpu"], figures["wall"], figures["peak"], figures["code"], output)


def main(arguments):
    """Measures the command in `arguments`, after the file for its output and the seconds that it may take."""
    said, limit, command = arguments[0], float(arguments[1]), arguments[2:]
    target = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [(os.POSIX_SPAWN_DUP2, target, 1), (os.POSIX_SPAWN_DUP2, target, 2)]
    begun = time.perf_counter()
    # Not a fork, which would copy the tables of this program's memory at the expense of the measured one.
    try:
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=streams, setpgroup=0)
    except OSError as error:
        sys.exit(error.strerror)
    # The whole group ends: workers of a program that hangs would otherwise go on beside the next measurement.
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - begun
    signal.setitimer(signal.ITIMER_REAL, 0)
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": used.ru_maxrss / unit, "code": code}))


if __name__ == "__main__":
    main(sys.argv[1:])
