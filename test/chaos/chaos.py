"""Servers that are killed, stopped, cut off and slowed down while clients work, and a verdict on all that these clients saw.

    chaos.py [--seconds N] [--seed N] [--only NAME,...] [--leg namespaces|proxies] [--servers N] [--keep]

Two legs: five servers with networks of their own, then three behind proxies. The faults come in an order that follows from the seed, and
what they do as well; when they do it depends on how fast the machine is. Exit code 0 when everything held, 1 when not.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from checks import check, longest_gap
from cluster import AS_SUPER, Cluster
from ensemble import Member, contents
from faults import FAULTS
from history import History, load
from logs import complaints
from network import Namespaces, Proxied, unshare, why_no_namespaces
from places import BIN, LOAD, ROOT

# How long an ensemble may take to serve again when all is well. Machines that build at the same time are slow.
PATIENCE_S = float(os.environ.get("QUORATE_TEST_CHAOS_PATIENCE", "20"))
SESSION_TIMEOUT_MS = 4000
RATE = 25
LEGS = {"namespaces": (Namespaces, 5, 0.6), "proxies": (Proxied, 3, 0.4)}  # Servers, part of the time.


class Failed(Exception):
    """Something did not hold."""


class Stopwatch:
    """Time that stands still while the whole machine does: no step counts as more than the longest that is waited for."""

    STEP_S = 3.0

    def __init__(self):
        self.seconds, self.last = 0.0, time.monotonic()

    def read(self) -> float:
        now = time.monotonic()
        self.seconds += min(now - self.last, self.STEP_S)
        self.last = now
        return self.seconds


class Pulse(threading.Thread):
    """Notices when this process is not run, and so probably nothing else on this machine either."""

    BEAT_S, MISSED_S = 0.05, 0.5

    def __init__(self):
        super().__init__(daemon=True)
        self.stalls: list[tuple[int, int]] = []  # From, to.

    def run(self) -> None:
        last = time.monotonic_ns()
        while True:
            time.sleep(self.BEAT_S)
            now = time.monotonic_ns()
            if now - last > self.MISSED_S * 1e9:
                self.stalls.append((last, now))
            last = now


class Leg:
    """One ensemble, its clients, and what is done to them."""

    def __init__(self, network, directory: Path, seed: int):
        self.network, self.directory, self.seed = network, directory, seed
        self.random = random.Random(seed)
        self.cluster = Cluster(network, directory)
        self.history = directory / "history.jsonl"
        self.load: subprocess.Popen | None = None
        self.began = time.monotonic_ns()
        self.clock = Stopwatch()  # Of the faults.
        self.pulse = Pulse()
        self.pulse.start()
        self.faults: list[tuple[str, int]] = []  # What was done, and when it began.

    def say(self, text: str) -> None:
        print(f"  {(time.monotonic_ns() - self.began) / 1e9:6.1f} s  {text}", flush=True)

    def fail(self, text: str) -> None:
        raise Failed(text)

    def hold(self, least: float, most: float) -> None:
        """Lets a fault last."""
        seconds = self.random.uniform(least, most)
        watch = Stopwatch()
        while (left := seconds - watch.read()) > 0:
            self.clock.read()
            time.sleep(min(left, 0.25))

    def wait_until(self, holds, what: str, patience: int = 1) -> float:
        """Waits, `patience` times as long as for an ensemble to serve again. Returns the seconds."""
        watch = Stopwatch()
        while not holds():
            self.clock.read()
            if watch.read() > patience * PATIENCE_S:
                self.fail(f"not within {patience * PATIENCE_S:.0f} s: {what}")
            time.sleep(0.05)
        return watch.read()

    # --- The run ----------------------------------------------------------------------------------

    def start(self, seconds: float) -> None:
        for member in self.cluster.members.values():
            member.start(wait=False)
        self.wait_until(lambda: self.through("ls", "/"), "the ensemble serves")
        self.load = subprocess.Popen(
            [str(LOAD), "--endpoints", self.cluster.endpoints, "--history", str(self.history), "--seconds",
             # It is told when to stop; this is for the case that nobody is left to do so.
             str(seconds * 20 + 600), "--seed", str(self.seed), "--rate", str(RATE), "--session-timeout-ms", str(SESSION_TIMEOUT_MS)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.wait_until(lambda: self.through("get", "/chaos/ephemerals"), "the load has begun")

    def through(self, *words: str) -> bool:
        """Whether a command succeeds through whichever server serves."""
        return ask(self.cluster.endpoints, *words) is not None

    def leader(self) -> Member:
        found: list[Member] = []

        def somebody_leads() -> bool:
            found[:] = filter(None, [self.cluster.leading()])
            return bool(found)

        self.wait_until(somebody_leads, "somebody leads")
        return found[0]

    def followers(self) -> list[Member]:
        leader = self.leader()
        return [member for member in self.cluster.members.values() if member is not leader]

    def newest_zxid(self) -> int:
        """Of a write that is acknowledged now."""
        self.wait_until(lambda: self.through("create", "--if-absent", "/newest") and self.through("set", "/newest", "x"),
                        "a write is acknowledged")
        said = None

        def answered() -> bool:
            nonlocal said
            said = ask(self.cluster.endpoints, "-o", "json", "stat", "/newest")
            return said is not None

        self.wait_until(answered, "a read is answered")
        epoch, counter = json.loads(said)["mzxid"].split(".")
        return (int(epoch, 16) << 32) + int(counter, 16)

    def ask_for_leader(self, asked: Member, to: Member) -> bool:
        """Whether the leader has handed over as an operator wants it."""
        return ask(asked.endpoint, *AS_SUPER, "leader", "transfer", "--to", str(to.number)) is not None

    def write_much(self) -> None:
        """Megabytes, and not a part of the history."""
        endpoints = ",".join(member.endpoint for member in self.cluster.running())
        subprocess.run([str(BIN / "quorate-bench"), "load", "--endpoints", endpoints, "-c", "4", "-d", "4", "--read-share", "0", "--nodes",
                        "100", "--value-bytes", "50000", "--seconds", "1", "--warmup", "0"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False)

    def break_things(self, seconds: float, only: list[str]) -> None:
        chosen = [it for it in FAULTS if it.suits(self.network) and (not only or it.name in only)]
        if not chosen:
            self.fail(f"none of {', '.join(only)} can be done with {self.network.name}")
        self.clock = Stopwatch()
        while True:
            for fault in self.random.sample(chosen, len(chosen)):
                if self.clock.read() >= seconds and self.faults:
                    return
                self.hold(0.3, 1)
                self.faults.append((fault.name, time.monotonic_ns()))
                fault.cause(self)
                self.network.heal()
                self.recover()

    def recover(self) -> None:
        """Everything runs and is connected: so it must serve, and each server too."""
        for member in self.cluster.members.values():
            if member.process.poll() is not None:
                self.fail(f"server {member.number} has ended with {member.process.returncode}:\n{member.tail(5)}")
        if self.load.poll() is not None:
            self.fail("the load has ended")
        mark = str(len(self.faults))
        written = self.wait_until(
            lambda: self.through("create", "--if-absent", "/alive") and self.through("set", "/alive", mark), "a write is acknowledged")
        every = 0.0
        for member in self.cluster.members.values():
            every += self.wait_until(lambda it=member: serves(it.endpoint, mark), f"server {member.number} serves")
        self.say(f"... written again {written:.1f} s after the end of it, all servers up to date {written + every:.1f} s")

    def finish(self) -> None:
        """Ends the load, and writes down what each server holds."""
        self.load.send_signal(signal.SIGTERM)
        said, _ = self.load.communicate(timeout=300)
        print(f"  load: {said.strip()}")
        if self.load.returncode != 0:
            self.fail(f"the load ended with {self.load.returncode}")
        first = next(iter(self.cluster.members.values()))
        self.wait_until(lambda: ask(first.endpoint, "ls", "/chaos/ephemerals") == "", "the last sessions have expired", patience=3)
        with self.history.open("a") as lines:
            for number, member in self.cluster.members.items():
                lines.write(json.dumps({"t": "final", "server": number, "nodes": contents(member, "/chaos")}) + "\n")

    def judge(self) -> None:
        history = load(self.history)
        said = {number: member.log.read_text(errors="replace") for number, member in self.cluster.members.items()}
        found = check(history) + complaints(said)
        times = [op.invoke for op in history.ops]
        self.say_gaps(history, max(times))
        writes = sum(op.is_acknowledged_write for op in history.ops)
        unknown = sum(op.is_unknown for op in history.ops)
        print(f"  {len(self.faults)} faults; {len(history.ops)} operations, {writes} acknowledged writes, {unknown} without an answer, "
              f"{len(history.events)} events of watches, {len(history.sessions)} sessions")
        if found:
            self.fail("the history cannot be explained:\n    " + "\n    ".join(found))

    def say_gaps(self, history: History, end: int) -> None:
        gaps: dict[str, float] = {}
        for (name, begun), (_, over) in zip(self.faults, [*self.faults[1:], ("", end)]):
            gaps[name] = max(longest_gap(history, begun, over, self.pulse.stalls), gaps.get(name, 0))
        by_length = sorted(gaps.items(), key=lambda it: -it[1])
        print("  longest time without an acknowledged write: " + ", ".join(f"{gap:.1f} s ({name})" for name, gap in by_length))
        if self.pulse.stalls:
            stood_still = sum(after - before for before, after in self.pulse.stalls) / 1e9
            print(f"  not counted in this: {stood_still:.1f} s in which the machine did not even run this program")


def ask(endpoints: str, *words: str) -> str | None:
    """What a command says, or None where it fails."""
    done = subprocess.run([str(BIN / "quorate"), "--endpoints", endpoints, "--timeout", "2s", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def serves(endpoint: str, mark: str) -> bool:
    """Whether a server is up to date."""
    return ask(endpoint, "sync", "/alive") is not None and ask(endpoint, "get", "/alive") == mark


def run_leg(name: str, words: argparse.Namespace) -> int:
    """One leg, in this process. Returns the exit code."""
    network_type, count, _ = LEGS[name]
    count = words.servers or count
    directory = ROOT / "build/chaos" / f"{name}-{words.seed}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    print(f"chaos: {name}, {count} servers, {words.seconds:.0f} s, seed {words.seed}", flush=True)
    network = network_type(count)
    leg = None
    try:
        leg = Leg(network, directory, words.seed)
        leg.start(words.seconds)
        leg.break_things(words.seconds, words.only)
        leg.finish()
        leg.judge()
    except (Failed, AssertionError, OSError, subprocess.SubprocessError) as failure:
        if not isinstance(failure, Failed):
            traceback.print_exc(file=sys.stdout)
        print(f"  FAILED: {failure}")
        print(f"  history and the servers' logs and data: {directory}")
        only = f" --only {','.join(words.only)}" if words.only else ""
        print(f"  again: {sys.argv[0]} --leg {name} --seed {words.seed} --seconds {words.seconds:.0f} --servers {count}{only}", flush=True)
        return 1
    finally:
        if leg and leg.load and leg.load.poll() is None:
            leg.load.kill()
            leg.load.wait()
        if leg:
            leg.cluster.discard()
        else:
            network.close()
    print(f"chaos: {name}: {len(leg.faults)} faults, all held", flush=True)
    if not words.keep:
        shutil.rmtree(directory)
    return 0


def run_all(words: argparse.Namespace) -> int:
    """Each leg in a process of its own: that of the namespaces needs a network of its own around it."""
    missing = why_no_namespaces()
    legs = list(LEGS)
    if missing:
        print(f"chaos: no network namespaces here ({missing}); everything else is done through proxies", flush=True)
        legs.remove("namespaces")
    code = 0
    for name in legs:
        seconds = words.seconds * (LEGS[name][2] if len(legs) > 1 else 1)
        command = [sys.executable, __file__, "--leg", name, "--seconds", str(seconds), "--seed", str(words.seed)]
        command += ["--only", ",".join(words.only)] if words.only else []
        command += ["--servers", str(words.servers)] if words.servers else []
        command += ["--keep"] if words.keep else []
        code |= subprocess.run(command, check=False).returncode
    return code


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Faults for real servers while clients work, and a verdict.")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("QUORATE_TEST_CHAOS_SECONDS", "60")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("QUORATE_TEST_CHAOS_SEED", "1")))
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help=", ".join(it.name for it in FAULTS))
    parser.add_argument("--leg", choices=LEGS)
    parser.add_argument("--servers", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="keep history and logs also when all held")
    words = parser.parse_args(arguments)
    unknown = set(words.only) - {it.name for it in FAULTS}
    if unknown:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    return words


def main(arguments: list[str]) -> int:
    words = parse(arguments)
    if words.leg is None:
        return run_all(words)
    if words.leg == "namespaces" and not os.environ.get("QUORATE_TEST_INSIDE"):
        # A network that ends with this process, so that nothing of it is left behind and no two runs meet.
        os.environ["QUORATE_TEST_INSIDE"] = "1"
        os.execvp(unshare()[0], [*unshare(), sys.executable, __file__, *arguments])
    return run_leg(words.leg, words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
