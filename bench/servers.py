"""Servers of a comparison, alone and as an ensemble: context managers that end and remove what they started."""
import contextlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from programs import ENDING, Failure, bench


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are free, and stay so while a server is down: below those that the
    system gives to outgoing connections."""
    while True:
        base = random.randrange(15000, 31000)
        with contextlib.ExitStack() as probes:
            try:
                for port in range(base, base + count):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
                return base
            except OSError:
                continue


class Server:
    """One quorated in a directory of its own. It may be started again, with its data and its port."""

    # What quorate-bench is told of the protocol.
    protocol: tuple[str, ...] = ()
    console: tuple[str, ...] = ("--console-enabled=false",)

    def __init__(self, options, *flags: str, port: int | None = None, home: Path | None = None):
        self.options = options
        self.flags = flags
        self.port = port or free_ports(1)
        self.home = home
        self.process = None

    def __enter__(self) -> "Server":
        try:
            with ENDING.held_back():
                self.home = Path(tempfile.mkdtemp(prefix="quorate-bench-", dir=self.options.directory))
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def side(self) -> tuple[str, ...]:
        return ("-e", self.endpoint, "--server-pid", str(self.process.pid), *self.protocol)

    def command(self) -> list[str]:
        return [str(self.options.bin / "quorated"), "--data-dir", str(self.data), "--data-log-dir", str(self.data),
                "--client-address", "127.0.0.1", "--client-port", str(self.port), *self.console,
                "--connections-per-ip-max", "0", *self.flags]

    def launch(self) -> int:
        """Starts it and returns when, on the monotonic clock in nanoseconds."""
        command = self.command()
        with self.log.open("ab") as log:
            begin = time.monotonic_ns()
            with ENDING.held_back():
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return begin

    def serves_at(self, *arguments, patience: float = 60, needed: list["Server"] = ()) -> int:
        """Waits until a read is answered and returns when, on the same clock. It serves only if those needed run."""
        deadline = time.monotonic() + patience
        while True:
            try:
                served = bench(self.options, "probe", "-e", self.endpoint, "--patience", min(2, patience), *self.protocol,
                               *arguments)
                return served["served_at_monotonic_ns"]
            except Failure as failure:
                # Nobody waits for a server that has ended.
                ended = [server for server in (self, *needed) if not server.is_running()]
                if ended or time.monotonic() > deadline:
                    raise Failure(f"{failure}\n{(ended or [self])[0].tail()}") from failure

    def start(self) -> float:
        """Starts it and returns the seconds until a first read was answered."""
        begin = self.launch()
        return (self.serves_at() - begin) / 1e9

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.is_running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()


class Ensemble:
    """Servers that are one service, with default settings, in a directory of their own."""

    member_type = Server

    def __init__(self, options, count: int = 3):
        self.options = options
        self.count = count
        self.members: list[Server] = []
        self.marks = 0

    def __enter__(self) -> "Ensemble":
        try:
            with ENDING.held_back():
                self.directory = Path(tempfile.mkdtemp(prefix="quorate-bench-", dir=self.options.directory))
            self.set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def set_up(self) -> None:
        config = self.directory / "ensemble.cfg"
        base = free_ports(3 * self.count)
        lines = []
        for number in range(1, self.count + 1):
            port = base + 3 * (number - 1)
            home = self.directory / f"server-{number}"
            home.mkdir()
            flags = ("--config", str(config), "--server-id", str(number))
            self.members.append(self.member_type(self.options, *flags, port=port, home=home))
            lines.append(f"server.{number}=127.0.0.1:{port + 1}:{port + 2};127.0.0.1:{port}\n")
        config.write_text("".join(lines))
        for member in self.members:
            member.launch()
        # A new ensemble begins with all its members.
        for member in self.members:
            member.serves_at(needed=self.members)

    def __exit__(self, *_) -> None:
        for member in self.members:
            member.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def side(self) -> tuple[str, ...]:
        """All members, and the CPU of all."""
        return self.side_of(self.members)

    def side_of(self, members: list[Server]) -> tuple[str, ...]:
        """Only these members, and the CPU of all that run."""
        pids = [word for member in self.members if member.is_running() for word in ("--server-pid", str(member.process.pid))]
        return ("-e", ",".join(member.endpoint for member in members), *pids, *self.member_type.protocol)

    def leader(self) -> Server:
        """Who said last that it leads, of those that run."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            led = [(epoch, number) for number, member in enumerate(self.members)
                   if member.is_running() and (epoch := leads(member.log)) is not None]
            if led:
                return self.members[max(led)[1]]
            time.sleep(0.02)
        raise Failure("nobody leads:\n" + "\n".join(member.tail() for member in self.members))

    def followers(self) -> list[Server]:
        leader = self.leader()
        return [member for member in self.members if member is not leader]

    def wait_until_whole(self) -> None:
        """Returns when every member has a node that is written now, and so all before it."""
        self.marks += 1
        mark = f"/quorate-marks/{self.marks}"
        bench(self.options, "fill", "-e", self.leader().endpoint, "--prefix", mark, "--nodes", 1,
              *self.member_type.protocol)
        for member in self.members:
            member.serves_at("--path", mark, "--must-exist")


def leads(log: Path) -> int | None:
    """The epoch in which the server of this log leads, if its last word about that is that it does."""
    said = [line for line in log.read_text(errors="replace").splitlines()
            if any(f" {word} " in line for word in ("leading", "following", "looking"))]
    if not said or " leading " not in said[-1]:
        return None
    return int(said[-1].split("epoch=")[1].split()[0])
