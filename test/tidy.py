"""clang-tidy over many sources in few runs.

clang-tidy-14 matches each check against every declaration that a source sees, and nearly all of those
stand in the standard library or CAF: a small source takes ten seconds, of which its own lines are one.
So the sources of a folder are included into one unit, as in a unity build, and their headers are paid
for once: the 42 sources of core take as long as two of them alone. Sources that cannot share a unit,
mostly because each has a helper of the same name, go into another.
"""
import json
import os
import re
import shlex
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "build/tidy"
UNITS = GENERATED / "units"
# What is worth most comes first: there may not be time for all.
ORDER = ("core", "schema", "storage", "config", "actors", "client", "bench", "test")
ERROR = re.compile(r"^(/[^:\s]+):\d+:\d+: (?:fatal )?error: ", re.MULTILINE)
# An error in a header of others is the fault of who made the compiler instantiate it.
BLAME = re.compile(r"^(/[^:\s]+):\d+:\d+: (?:(?:fatal )?error: |note: in instantiation )", re.MULTILINE)

Flags = tuple[str, ...]


@dataclass
class Findings:
    checked: set[str] = field(default_factory=set)
    faulty: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def add(self, other: "Findings") -> None:
        self.checked |= other.checked
        self.faulty |= other.faulty
        self.left_out |= other.left_out


def flags_of_sources() -> dict[str, Flags]:
    """What the build defines and where it looks for headers, for each source. Warnings are GCC's business."""
    flags = {}
    for entry in json.loads((GENERATED / "compile_commands.json").read_text()):
        command = entry["command"].replace("-isystem ", "-isystem").replace(f"-I{GENERATED} ", f"-isystem{GENERATED} ")
        flags[os.path.relpath(entry["file"], ROOT)] = tuple(
            word for word in shlex.split(command) if word.startswith(("-D", "-I", "-isystem", "-std=")))
    return flags


def folder_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[:3 if parts[0] == "test" else 1][:len(parts) - 1])


def grouped(files: list[str]) -> list[tuple[str, Flags, list[str]]]:
    """Folders in the order in which they should be checked: the flags of all its files, and these."""
    flags = flags_of_sources()
    groups: dict[str, tuple[dict[str, None], list[str]]] = {}
    for name in sorted(files, key=lambda name: (ORDER.index(name.split("/")[0]), name)):
        # Headers, and sources that this build leaves out, are compiled like their neighbours.
        like = name if name in flags else max(sorted(flags), key=lambda other: len(os.path.commonprefix([other, name])))
        seen, members = groups.setdefault(folder_of(name), ({}, []))
        seen.update(dict.fromkeys(flags[like]))
        members.append(name)
    return [(folder, tuple(seen), members) for folder, (seen, members) in groups.items()]


def run(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], cwd=ROOT, check=False, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def named(lines: re.Pattern, output: str) -> set[str]:
    return {os.path.relpath(name, ROOT) for name in lines.findall(output)}


def write_unit(path: Path, sources: list[str]) -> None:
    path.write_text("".join(f'#include "{ROOT / name}"\n' for name in sources))


def units(name: str, flags: Flags, sources: list[str]) -> Iterator[tuple[Path, list[str]]]:
    """Spreads sources over as few units as can be compiled; one that never compiles is alone."""
    UNITS.mkdir(parents=True, exist_ok=True)
    number = 0
    while sources:
        path = UNITS / f"{name}-{number}.cc"
        taken, refused = sources, []
        while True:
            write_unit(path, taken)
            compiled = run("clang++-14", "-fsyntax-only", "-w", "-ferror-limit=0", *flags, path)
            if compiled.returncode == 0 or len(taken) == 1:
                break
            # Where nobody is to blame, or only the first, the latter half goes.
            out = named(BLAME, compiled.stdout) & set(taken[1:]) or set(taken[(len(taken) + 1) // 2:])
            refused += [source for source in taken if source in out]
            taken = [source for source in taken if source not in out]
        yield path, taken
        sources, number = refused, number + 1


def config_of(source: str) -> Path:
    """That of the source's folder, where there is one; it inherits from the tree's, which the units lie below."""
    own = ROOT / source.split("/")[0] / ".clang-tidy"
    return own if own.exists() else ROOT / ".clang-tidy"


def check_group(name: str, flags: Flags, sources: list[str], deadline: float) -> Findings:
    findings = Findings()
    spread = units(name, flags, sources)
    while time.monotonic() < deadline and (unit := next(spread, None)):
        path, taken = unit
        outcome = run("clang-tidy-14", "--quiet", f"--config-file={config_of(sources[0])}", path, "--", *flags)
        # What a source leaves open is noticed in the unit, behind it.
        faulty = named(ERROR, outcome.stdout) - {os.path.relpath(path, ROOT)}
        if outcome.returncode != 0:
            print(f"clang-tidy over {len(taken)} sources of {name}\n{outcome.stdout[:20000]}", flush=True)
            faulty = faulty or set(taken)
        findings.add(Findings(set(taken), faulty))
    findings.left_out = set(sources) - findings.checked
    return findings


def check(files: list[str], seconds: float, jobs: int) -> Findings:
    """Checks headers and sources; starts nothing new when the time is over, and says what is left out.

    REQUIRES: the preset `tidy` is configured, the generated headers are built.
    """
    deadline = time.monotonic() + seconds
    findings = Findings()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(check_group, folder.replace("/", "-"), flags, sources, deadline)
                   for folder, flags, sources in grouped(files)]
        for group in waiting:
            findings.add(group.result())
    for name in sorted(findings.left_out):
        print(f"left out, for want of time: {name}")
    return findings
