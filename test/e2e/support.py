"""What the end-to-end tests share: servers of their own in temporary directories, and the command line."""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("QUORATE_TEST_BIN", ROOT / "build/release/bin"))
# A server of another build may be tested with the same command line.
SERVER_BIN = Path(os.environ.get("QUORATE_TEST_SERVER_BIN", BIN))
# Instrumented builds are several times slower.
PATIENCE = 20 if SERVER_BIN == BIN else 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports(offsets: list[int]) -> int:
    """A port P such that P plus each offset is free, and stays so: below the ports that the system gives to outgoing
    connections, which would else be taken by somebody's client while its server is down."""
    while True:
        base = random.randrange(15000, 31000)
        probes = [socket.socket() for _ in offsets]
        try:
            for probe, offset in zip(probes, offsets):
                probe.bind(("127.0.0.1", base + offset))
            return base
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()


class Server:
    """One quorated on a port of its own. Survives restarts with the same data and port."""

    def __init__(self, *options: str, directory: Path | None = None):
        self.directory = directory or Path(tempfile.mkdtemp(prefix="quorate-e2e-"))
        self.host = "127.0.0.1"
        self.port = free_port()
        self.options = list(options)
        self.program = SERVER_BIN / "quorated"
        self.under: list[str] = []  # A program that starts the server, such as a tracer.
        self.log = self.directory / "server.log"
        self.process: subprocess.Popen | None = None

    @property
    def endpoint(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def command(self) -> list[str]:
        return [*self.under, str(self.program), "--data-dir", str(self.data), "--client-address", self.host,
                "--client-port", str(self.port), *([] if "--console-port" in self.options else ["--console-port", "0"]),
                *self.options]

    def start(self, wait: bool = True) -> "Server":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            self.wait_until_serving()
        return self

    def wait_until_serving(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while quorate(self, "ls", "/", check=False).returncode != 0:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"the server does not serve:\n{self.tail()}")
            time.sleep(0.02)

    def tail(self, count: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_for_end(self) -> int:
        """The exit code of a server that ends by itself."""
        return self.process.wait(PATIENCE)

    def wait_for_line(self, *words: str) -> str:
        """The first line of the log with all of the words, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self.log.read_text(errors="replace").splitlines():
                if all(word in line for word in words):
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no line with {words}:\n{self.tail()}")

    def stop(self) -> int:
        """Asks for a clean end and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def restart(self) -> "Server":
        if self.process.poll() is None:
            self.kill()
        return self.start()

    def discard(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


# What most four-letter words are answered by a server that serves nobody.
NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n"


def say(server: Server, word: str | bytes, half_close: bool = False) -> str:
    """As `echo WORD | nc`; with half_close like those nc that end their side at once."""
    with socket.create_connection((server.host, server.port), PATIENCE) as connection:
        connection.sendall(word if isinstance(word, bytes) else word.encode())
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(PATIENCE)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer.decode()


def quorate(server: Server, *arguments: str, check: bool = True, stdin: str | bytes | None = None,
            timeout: float = 30) -> subprocess.CompletedProcess:
    """Runs the command line against a server; text in, text out."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run([str(BIN / "quorate"), "--endpoints", server.endpoint, "--timeout", "10s", *arguments],
                          input=data, stdin=None if data is not None else subprocess.DEVNULL,
                          capture_output=True, timeout=timeout, check=False)
    done.stdout, done.stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    if check and done.returncode != 0:
        raise AssertionError(f"quorate {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def quorate_json(server: Server, *arguments: str):
    return json.loads(quorate(server, "-o", "json", *arguments).stdout)


class ServerCase(unittest.TestCase):
    """A test with one running server; `options` are the server's flags."""

    options: tuple[str, ...] = ()

    def setUp(self) -> None:
        self.server = Server(*self.options)
        self.addCleanup(self.server.discard)
        self.server.start()
