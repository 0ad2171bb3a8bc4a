"""Ensembles of real servers for the end-to-end tests, and a client that remembers what it was told."""
import json
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from support import BIN, PATIENCE, Server, free_ports, quorate


class Member(Server):
    """A server of an ensemble."""

    def __init__(self, number: int, config: Path, directory: Path):
        super().__init__("--config", str(config), "--server-id", str(number), directory=directory)
        self.number = number

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Ensemble:
    """Servers 1..count in a directory of their own; server N survives restarts with its data and ports."""

    def __init__(self, count: int = 3, settings: str = "", observers: tuple[int, ...] = ()):
        """`settings`: further lines of the configuration of all; `observers`: who does not vote."""
        self.directory = Path(tempfile.mkdtemp(prefix="quorate-ensemble-"))
        self.config = self.directory / "ensemble.cfg"
        self.members: dict[int, Member] = {}
        lines = [settings]
        base = free_ports(list(range(3 * count)))
        for number in range(1, count + 1):
            home = self.directory / f"server-{number}"
            home.mkdir()
            member = Member(number, self.config, home)
            member.port = base + 3 * (number - 1)
            self.members[number] = member
            role = ":observer" if number in observers else ""
            lines.append(f"server.{number}=127.0.0.1:{member.port + 1}:{member.port + 2}{role};127.0.0.1:{member.port}\n")
        self.config.write_text("".join(lines))

    @property
    def endpoints(self) -> str:
        return ",".join(member.endpoint for member in self.members.values())

    def start(self) -> "Ensemble":
        for member in self.members.values():
            member.start(wait=False)
        for member in self.members.values():
            member.wait_until_serving()
        return self

    def leading(self) -> Member | None:
        """Who said last that it leads, of those that run."""
        best = None
        for member in self.members.values():
            if member.process.poll() is not None:
                continue
            said = [line for line in member.log.read_text(errors="replace").splitlines()
                    if " leading " in line or " following " in line or " looking " in line]
            if said and " leading " in said[-1]:
                epoch = int(said[-1].split("epoch=")[1].split()[0])
                best = max(best or (0, member), (epoch, member), key=lambda found: found[0])
        return best[1] if best else None

    def leader(self) -> Member:
        """As soon as there is one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if leading := self.leading():
                return leading
            time.sleep(0.02)
        raise AssertionError("nobody leads:\n" + "\n".join(m.tail(8) for m in self.members.values()))

    def followers(self) -> list[Member]:
        leader = self.leader()
        return [member for member in self.members.values() if member is not leader]

    def discard(self) -> None:
        for member in self.members.values():
            if member.process is not None and member.process.poll() is None:
                member.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class Writer(threading.Thread):
    """Creates sequential nodes through all servers, one after the other, and keeps what was acknowledged.

    What was not acknowledged may have happened or not; what was must be there for ever, once."""

    def __init__(self, ensemble: Ensemble):
        super().__init__(daemon=True)
        self.ensemble = ensemble
        self.acknowledged: dict[str, str] = {}  # Path, data.
        self.failures = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            data = f"write-{number}"
            done = subprocess.run(
                [str(BIN / "quorate"), "--endpoints", self.ensemble.endpoints, "--timeout", "3s", "create", "--sequential",
                 "/writes/n-", data], capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False)
            if done.returncode == 0:
                self.acknowledged[done.stdout.strip()] = data
            else:
                self.failures += 1

    def finish(self) -> dict[str, str]:
        self.stopping.set()
        self.join(PATIENCE)
        return self.acknowledged


def contents(member: Member, parent: str) -> dict[str, str]:
    """What a server says that the children of a node hold, after a sync."""
    quorate(member, "sync", parent)
    lines = quorate(member, "tree", "export", parent).stdout
    nodes = [json.loads(line) for line in lines.splitlines()[1:]]
    return {parent + node["path"]: node.get("data", "") for node in nodes if node["path"] != "/"}
