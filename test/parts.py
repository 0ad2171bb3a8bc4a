"""The parts of the test suite: what each builds and runs, and how long it may take.

`test/run` calls this after installing the packages. Each part prints its result and its seconds
against a budget; the last line sums up: `N passed, N failed[, N skipped]`.
"""
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import tidy

ROOT = Path(__file__).resolve().parent.parent
JOBS = str(os.cpu_count() or 1)


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def run(*command: str, **options) -> subprocess.CompletedProcess:
    """Runs a command in the repository, its output going where ours goes."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, check=False, **options)


def build(preset: str, *targets: str) -> bool:
    """Configures and builds; says on stdout what went wrong."""
    configured = run("cmake", "--preset", preset, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if configured.returncode != 0:
        print(configured.stdout[-4000:])
        return False
    # One build directory is shared by all parts that use the preset.
    return run("ninja", "-C", f"build/{preset}", "-j", JOBS, "--quiet", *targets).returncode == 0


CASES = re.compile(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped")


def ctest(preset: str, label: str) -> Tally:
    """Runs the ctest programs with a label and counts their doctest cases."""
    outcome = run("ctest", "--test-dir", f"build/{preset}", "-L", label, "-V", "-j", JOBS, "--timeout", "600",
                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    tally = Tally()
    for _, passed, failed, skipped in CASES.findall(outcome.stdout):
        tally.passed += int(passed)
        tally.failed += int(failed)
        tally.skipped += ["doctest case"] * int(skipped)
    programs = re.search(r"(\d+)% tests passed, (\d+) tests failed out of (\d+)", outcome.stdout)
    if outcome.returncode != 0 or programs is None or int(programs.group(3)) == 0:
        interesting = [line for line in outcome.stdout.splitlines()
                       if "ERROR" in line or "runtime error" in line or "Failed" in line or "FATAL" in line
                       or "***" in line]
        (ROOT / "build" / f"ctest-{preset}-{label}.log").write_text(outcome.stdout)
        print("\n".join(interesting[:60]))
        print(f"the whole output is in build/ctest-{preset}-{label}.log")
        # A program that crashed or ran nothing has no failed case to count.
        tally.failed = max(tally.failed, 1)
    return tally


def unittest(directory: str, pattern: str, environment: dict[str, str] | None = None, shown: str | None = None) -> Tally:
    """Runs Python's unittest over a folder and counts. What follows the mark `shown` in a line is printed when it is said."""
    said = ""
    with subprocess.Popen([sys.executable, "-m", "unittest", "discover", "-v", "-s", directory, "-t", directory, "-p", pattern],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          env={**os.environ, **(environment or {})}) as tests:
        for line in tests.stdout:
            said += line
            if shown is not None and shown in line:
                print(line[line.index(shown):], end="", flush=True)
    ran = re.search(r"^Ran (\d+) tests?", said, re.MULTILINE)
    count = int(ran.group(1)) if ran else 0
    bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", said))
    skipped = re.findall(r"^(\S+) .*\.\.\. skipped", said, re.MULTILINE)
    if tests.returncode != 0 or count == 0:
        bad = max(bad, 1)
        print(said[-12000:])
    return Tally(count - bad - len(skipped) if count else 0, bad, skipped)


def one(ok: bool) -> Tally:
    return Tally(1, 0) if ok else Tally(0, 1)


def part_unit() -> Tally:
    if not build("release"):
        return one(False)
    return ctest("release", "unit")


def part_ensemble() -> Tally:
    if not build("release", "zab_sim"):
        return one(False)
    outcome = run("build/release/bin/zab_sim", "--seeds", "1", "10000", "--jobs", "2", stdout=subprocess.PIPE, text=True)
    print(outcome.stdout, end="")
    totals = re.search(r"^(\d+) seeds, (\d+) failed,", outcome.stdout, re.MULTILINE)
    if totals is None:
        return one(False)
    seeds, failed = int(totals.group(1)), int(totals.group(2))
    return Tally(seeds - failed, failed if outcome.returncode == 0 else max(failed, 1))


def part_e2e() -> Tally:
    if not build("release", "quorated", "quorate", "quorate-bench", "quorated-poisoned", "quorated-diverging",
                 "metrics_sample", "view_samples"):
        return one(False)
    return unittest("test/e2e", "test_*.py")


def part_chaos() -> Tally:
    if not build("release", "quorated", "quorate", "quorate-bench", "chaos_load"):
        return one(False)
    tally = unittest("test/chaos", "test_*.py")
    # Other commits, other faults; the same commit, the same ones.
    commit = run("git", "rev-parse", "--short=6", "HEAD", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
    os.environ.setdefault("QUORATE_TEST_CHAOS_SEED", str(int(commit or "1", 16) % 1_000_000))
    said = ""
    # What happens at which second is of interest while it happens.
    with subprocess.Popen([sys.executable, "-u", "test/chaos/chaos.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as chaos:
        for line in chaos.stdout:
            print(line, end="", flush=True)
            said += line
    held = sum(int(count) for count in re.findall(r"^chaos: \w+: (\d+) faults, all held$", said, re.MULTILINE))
    missing = ["network_namespaces"] if "chaos: no network namespaces" in said else []
    tally.add(Tally(held, 0 if chaos.returncode == 0 and held else 1, missing))
    return tally


def part_hosts() -> Tally:
    if not build("release", "quorated", "quorate"):
        return one(False)
    return unittest("test/compose", "test_namespaces.py")


def part_compose() -> Tally:
    engine = run(sys.executable, "test/compose/engine.py", stderr=subprocess.PIPE, text=True)
    if engine.returncode != 0:
        print(f"no containers, the same with namespaces: {engine.stderr}")
        tally = part_hosts()
        tally.skipped.append("containers")
        return tally
    if not build("release", "quorated", "quorate"):
        return one(False)
    return unittest("test/compose", "test_containers.py")


def part_console() -> Tally:
    if not build("release", "quorated", "quorate"):
        return one(False)
    return unittest("test/console", "test_*.py")


def part_compat() -> Tally:
    if not build("release", "quorated", "quorate", "quorate-bench"):
        return one(False)
    tally = unittest("test/compat", "test_*.py")
    run(sys.executable, "test/compat/page.py", "--table")
    return tally


def part_compat_full() -> Tally:
    if not build("release", "quorated", "quorate"):
        return one(False)
    return unittest("test/compat_full", "test_*.py", {"PYTHONPATH": str(ROOT / "test/compat")}, shown="compat-full: ")


def part_asan() -> Tally:
    if not build("asan", "sanitized", "quorated") or not build("release", "quorate"):
        return one(False)
    options = {
        "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
        # CAF binds null references when an actor is spawned without arguments.
        "UBSAN_OPTIONS": f"print_stacktrace=1:suppressions={ROOT}/test/support/ubsan.supp",
        "LSAN_OPTIONS": f"suppressions={ROOT}/test/support/lsan.supp",
    }
    os.environ.update(options)
    tally = ctest("asan", "sanitized")
    tally.add(unittest("test/e2e", "test_life.py", {"QUORATE_TEST_SERVER_BIN": str(ROOT / "build/asan/bin"), **options}))
    return tally


PLANTED_RACES = ("planted_race", "planted_race_beside_rocksdb", "planted_race_beside_caf")


def planted_races() -> Tally:
    """Whether each planted race is reported; no other may be, for nothing else of the program is wrong."""
    with tempfile.TemporaryDirectory() as directory:
        outcome = run("build/tsan/bin/tsan_canary", directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      text=True, errors="replace")
    reported = re.findall(r"^SUMMARY: ThreadSanitizer: data race \S+ in (?:.*::)?(\w+)(?:\(\))?$", outcome.stdout,
                          re.MULTILINE)
    if sorted(reported) == sorted(PLANTED_RACES):
        return Tally(len(PLANTED_RACES), 0)
    print(f"of the planted races {', '.join(PLANTED_RACES)} these were reported: {reported}\n{outcome.stdout[-8000:]}")
    return one(False)


def part_tsan() -> Tally:
    if not build("tsan", "threads", "tsan_canary"):
        return one(False)
    os.environ["TSAN_OPTIONS"] = f"suppressions={ROOT}/test/support/tsan.supp"
    tally = ctest("tsan", "threads")
    tally.add(planted_races())
    return tally


def part_fuzz() -> Tally:
    if not build("fuzz", "fuzz_targets"):
        return one(False)
    seconds = os.environ.get("QUORATE_TEST_FUZZ_SECONDS", "15")
    outcome = run("test/fuzz/run.sh", seconds, stdout=subprocess.PIPE, text=True)
    print(outcome.stdout, end="")
    passed = len(re.findall(r"^ok ", outcome.stdout, re.MULTILINE))
    failed = len(re.findall(r"^FAIL ", outcome.stdout, re.MULTILINE))
    return Tally(passed, failed if outcome.returncode == 0 else max(failed, 1))


def sources() -> list[str]:
    listed = run("git", "ls-files", "*.h", "*.cc", stdout=subprocess.PIPE, text=True).stdout.split()
    return [name for name in listed if "/generated/" not in name]


def part_format() -> Tally:
    return one(run("clang-format-14", "--dry-run", "--Werror", *sources()).returncode == 0)


def part_includes() -> Tally:
    return unittest("test/rules", "test_*.py")


def changed_sources() -> list[str]:
    """What differs from where this branch left the main line, or from some commits ago; all, where that is unknown."""
    head = run("git", "rev-parse", "HEAD", stdout=subprocess.PIPE, text=True).stdout
    for main in ("origin/main", "main"):
        fork = run("git", "merge-base", main, "HEAD", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if fork.returncode == 0 and fork.stdout != head:
            bases = [fork.stdout.strip()]
            break
    else:
        bases = ["HEAD~20", "HEAD~1"]
    for base in bases:
        found = run("git", "diff", "--name-only", "--diff-filter=d", base, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, text=True)
        if found.returncode == 0:
            return sorted(set(found.stdout.split()) & set(sources()))
    return sources()


def run_tidy(files: list[str], seconds: float) -> Tally:
    if not build("tidy", "schema/client.capnp.h", "schema/record.capnp.h", "schema/quorum.capnp.h"):
        return one(False)
    findings = tidy.check(files, seconds, int(JOBS))
    tally = Tally(len(findings.checked - findings.faulty), len(findings.faulty))
    return tally if files else one(True)


# All that is in these passes. tidy-all shows what the others have to mend before they can join.
TIDY_FOLDERS = ("core/", "schema/", "storage/", "config/")


def part_tidy() -> Tally:
    files = [name for name in changed_sources() if name.startswith(TIDY_FOLDERS)]
    # What runs when this time is over may take another minute or two; the part's budget includes that.
    return run_tidy(files, float(os.environ.get("QUORATE_TEST_TIDY_SECONDS", "360")))


def part_tidy_all() -> Tally:
    return run_tidy(sources(), float("inf"))


@dataclass
class Part:
    name: str
    seconds: int
    what: str
    function: Callable[[], Tally]
    in_ci: bool = True


PARTS = [
    Part("format", 30, "clang-format over all sources", part_format),
    Part("includes", 30, "includes point down; rules of the tree", part_includes),
    Part("unit", 1500, "release build, unit tests", part_unit),
    Part("ensemble", 600, "10,000 seeds of whole ensembles in virtual time", part_ensemble),
    Part("e2e", 600, "servers, clients, kills: end to end on the release build", part_e2e),
    Part("chaos", 300, "60 s of kills, pauses and partitions under load, and a verdict on the history", part_chaos),
    Part("hosts", 120, "the compose files' servers in network namespaces: killed, cut off, brought back", part_hosts),
    Part("console", 400, "the console's page: its checks, that console/dist is what is built, and Chromium over it", part_console),
    Part("compat", 240, "clients of ZooKeeper that others wrote: at ZooKeeper and at Quorate they are told the same", part_compat),
    Part("asan", 1800, "ASan and UBSan: core, schema, storage, config and one end-to-end run", part_asan),
    Part("fuzz", 420, "each fuzz target for 15 s, and the canaries", part_fuzz),
    Part("tidy", 600, "clang-tidy over what changed", part_tidy),
    Part("compat-full", 1200, "Kafka's brokers, newer clients, and the tests that clients have for themselves", part_compat_full,
         in_ci=False),
    Part("tsan", 1800, "ThreadSanitizer over what has several threads, and planted races", part_tsan, in_ci=False),
    Part("compose", 1200, "the image, and the compose files' servers in containers", part_compose, in_ci=False),
    Part("tidy-all", 3600, "clang-tidy over everything", part_tidy_all, in_ci=False),
]


def allowed_skips() -> dict[str, str]:
    """test/skips.txt: `test | reason | where it did run`, one a line."""
    allowed = {}
    for line in (ROOT / "test/skips.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, reason, where = (word.strip() for word in line.split("|"))
            if reason and where:
                allowed[name] = reason
    return allowed


def main(arguments: list[str]) -> int:
    names = {part.name: part for part in PARTS}
    wanted = arguments[0] if arguments else "ci"
    if wanted == "list":
        for part in PARTS:
            print(f"{part.name:11} {part.what}{'' if part.in_ci else ' (not in ci)'}")
        return 0
    if wanted != "ci" and wanted not in names:
        print(f"test/run: there is no part {wanted}; test/run list shows them", file=sys.stderr)
        return 2
    chosen = [part for part in PARTS if part.in_ci] if wanted == "ci" else [names[wanted]]
    total, lines = Tally(), []
    for part in chosen:
        print(f"== {part.name}: {part.what}", flush=True)
        start = time.monotonic()
        tally = part.function()
        spent = time.monotonic() - start
        total.add(tally)
        over = " OVER BUDGET" if spent > part.seconds else ""
        lines.append(f"{part.name:11} {tally.passed:6} passed {tally.failed:4} failed {len(tally.skipped):4} skipped "
                     f"{spent:7.0f} s of {part.seconds} s{over}")
        print(lines[-1], flush=True)
    unexplained = [name for name in total.skipped if name not in allowed_skips()]
    for name in unexplained:
        print(f"skipped without a line in test/skips.txt: {name}")
    print("\n" + "\n".join(lines))
    skipped = f", {len(total.skipped)} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed + len(unexplained)} failed{skipped}")
    return 0 if total.failed + len(unexplained) == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
