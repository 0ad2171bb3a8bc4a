"""What the comparisons share: rounds, the load, what the machine does, and the command line."""
import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Callable

from figures import print_table
from programs import ENDING, Failure, bench, progress

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "/quorate-bench"


# --- What the machine does -----------------------------------------------------------------------


def cpu_busy() -> float:
    """Seconds that all cores together have been busy."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _, _, irq, softirq = (int(word) for word in stat.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that the threads of a process have used; in nanoseconds where the kernel counts them."""
    times = [path.read_text(encoding="ascii").split()[0] for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    if times:
        return sum(map(int, times)) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class OtherCores:
    """The cores that were used by none of these servers and programs, some of which may be started later."""

    def __init__(self, *programs):
        self.programs = programs
        self.before = self.used()
        self.busy, self.begin = cpu_busy(), time.monotonic()

    def used(self) -> dict[int, float]:
        running = [program.process.pid for program in self.programs
                   if program.process is not None and program.process.poll() is None]
        return {pid: cpu_seconds(pid) for pid in running}

    def until_now(self) -> float:
        own = sum(seconds - self.before.get(pid, 0) for pid, seconds in self.used().items())
        return max(0.0, cpu_busy() - self.busy - own) / (time.monotonic() - self.begin)


# --- Rounds --------------------------------------------------------------------------------------


def alternate(options, what: str, beside, quorate) -> tuple[list, list]:
    """Calls both sides in turn, the order changing every round, and returns their figures."""
    sides = ([], [])
    for round_number in range(options.rounds):
        progress(f"{what}: round {round_number + 1} of {options.rounds}")
        order = ((0, beside), (1, quorate))
        for index, side in order if round_number % 2 == 0 else reversed(order):
            sides[index].append(side())
    return sides


def load_arguments(options, side, *arguments) -> tuple:
    return ("load", *side, "--prefix", PREFIX, "--value-bytes", options.value_bytes, "--seconds", options.seconds,
            "--warmup", options.warmup, "--keep", *arguments)


def load(options, side, *arguments) -> dict:
    return bench(options, *load_arguments(options, side, *arguments))


def changed(options, **changes) -> argparse.Namespace:
    return argparse.Namespace(**{**vars(options), **changes})


# --- Command line --------------------------------------------------------------------------------


def parser_of(description: str, rows: dict) -> argparse.ArgumentParser:
    """With the options that every comparison has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(rows)}; none: all")
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="where the programs are")
    parser.add_argument("--directory", help="where the servers' data go (default: the temporary directory)")
    parser.add_argument("--rounds", type=int, default=7, help="of each side (default 7)")
    parser.add_argument("--seconds", type=float, default=3, help="of each round (default %(default)s)")
    parser.add_argument("--warmup", type=float, default=0.5, help="seconds before each round (default 0.5)")
    return parser


def parsed(parser: argparse.ArgumentParser, rows: dict, arguments: list[str]) -> argparse.Namespace:
    options = parser.parse_args(arguments)
    unknown = [row for row in options.rows if row not in rows]
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(rows)}")
    for program in ("quorated", "quorate-bench"):
        if not (options.bin / program).is_file():
            parser.error(f"{options.bin / program} is missing: ninja -C build/release {program}")
    return options


def run_rows(rows: dict[str, Callable], options, heading: dict) -> int:
    """Measures and prints; `heading` is what the JSON says of the run. Returns the exit code."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ENDING.install()
    figures, failures = [], []
    for name in options.rows or rows:
        try:
            figures += rows[name](options)
        except Failure as failure:
            failures.append(f"{name}: {failure}")
    progress("")
    if options.output == "json":
        print(json.dumps({**heading, "figures": [figure.json() for figure in figures], "failures": failures}, indent=1))
    else:
        print_table(figures)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0
