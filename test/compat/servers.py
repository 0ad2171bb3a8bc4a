"""The two servers that are compared: Debian's ZooKeeper, and ours, with one and the same zoo.cfg."""
import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from tunnel import Tunnel

ROOT = Path(__file__).resolve().parents[2]
SERVER_BIN = Path(os.environ.get("QUORATE_TEST_SERVER_BIN", ROOT / "build/release/bin"))
JARS = Path("/usr/share/java")
# These programs live for seconds: what the compiler of a long-lived server does would only cost them.
JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m"]
PATIENCE_SECONDS = 180

# user:base64(sha1(user:password)) of super:secret.
SUPER_DIGEST = "super:lK75jTNcA+U9vtVEw5vB51mj/w4="
SETTINGS = {
    "tickTime": "500",
    "minSessionTimeout": "1000",
    # Sessions of scenarios in which nothing is to expire outlive a machine that stands still for minutes.
    "maxSessionTimeout": "600000",
    "maxClientCnxns": "0",
    "extendedTypesEnabled": "true",
    "DigestAuthenticationProvider.superDigest": SUPER_DIGEST,
    "4lw.commands.whitelist": "*",
}
CONTAINER_CHECK_MS = 500


HANDED_OUT: set[int] = set()


def free_port() -> int:
    """Below the ports that the system gives to outgoing connections, which could else take it before the server does, or while it
    is down. No port twice."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(15000, 31000)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in HANDED_OUT:
                HANDED_OUT.add(port)
                return port


CONNECT = struct.pack(">iiqiqi16sb", 45, 0, 0, 10_000, 0, 16, bytes(16), 0)
CLOSE = struct.pack(">iii", 8, 1, -11)


def serves(port: int) -> bool:
    """Whether a session can be had, and ended."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(CONNECT)
            answered = len(connection.recv(4096)) > 8
            connection.sendall(CLOSE)
            while connection.recv(4096):
                pass
            return answered
    except OSError:
        return False


def word(port: int, what: str) -> str:
    """The answer to a four-letter word; nothing from a server that is down."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(what.encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer.decode(errors="replace")
    except OSError:
        return ""


class Server:
    """One server with a new tree, and a tunnel that leads to it. It may be killed, and be launched again with its data and its port."""

    name = ""

    def __init__(self, label: str, number: int | None = None, **settings: str):
        """`number`: of a server of an ensemble. `settings`: further ones."""
        self.directory = Path(tempfile.mkdtemp(prefix=f"quorate-compat-{label}-"))
        self.port = free_port()
        self.further = settings
        self.process: subprocess.Popen | None = None
        self.tunnel: Tunnel | None = None
        if number is not None:
            (self.directory / "data").mkdir()
            (self.directory / "data/myid").write_text(f"{number}\n")

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        return {**SETTINGS, "dataDir": str(self.directory / "data"), "clientPort": str(self.port),
                "clientPortAddress": "127.0.0.1", **self.further}

    def command(self, config: Path) -> list[str]:
        raise NotImplementedError

    def launch(self) -> None:
        config = self.directory / "zoo.cfg"
        config.write_text("".join(f"{key}={value}\n" for key, value in self.settings().items()))
        with (self.directory / "server.log").open("ab") as log:
            self.process = subprocess.Popen(self.command(config), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)

    def wait_until_serving(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not serves(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.name} does not serve:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def start(self) -> "Server":
        self.launch()
        self.wait_until_serving()
        self.tunnel = Tunnel(self.port)
        return self

    def arguments(self) -> list[str]:
        """What the programs of a client are told: the tunnel's endpoint, its order port, and the way past it."""
        return [f"127.0.0.1:{self.tunnel.port}", str(self.tunnel.orders), self.endpoint]

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")

    def discard(self) -> None:
        if self.tunnel is not None:
            self.tunnel.close()
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


class ZooKeeper(Server):
    name = "ZooKeeper"
    classpath = ":".join(str(JARS / jar) for jar in ("zookeeper.jar", "slf4j-simple.jar"))

    def command(self, config: Path) -> list[str]:
        return ["java", *JVM, "-Dzookeeper.admin.enableServer=false", f"-Dznode.container.checkIntervalMs={CONTAINER_CHECK_MS}",
                # It does not look for this one in zoo.cfg.
                f"-Dreadonlymode.enabled={self.further.get('readonlymode.enabled', 'false')}",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", self.classpath,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(config)]


class Quorate(Server):
    name = "Quorate"

    def settings(self) -> dict[str, str]:
        return {**super().settings(), "znode.container.checkIntervalMs": str(CONTAINER_CHECK_MS)}

    def command(self, config: Path) -> list[str]:
        return [str(SERVER_BIN / "quorated"), str(config)]


# What stands in for ours while a scenario is written: two of the same must agree.
SERVERS = (ZooKeeper, ZooKeeper if os.environ.get("QUORATE_TEST_COMPAT_AGAINST") == "zookeeper" else Quorate)
