"""Apache ZooKeeper as the other side of a comparison, and our servers spoken to in its protocol."""
import shutil
import socket
from pathlib import Path

from programs import Failure, bench, progress
from servers import Ensemble, Server, free_ports

# As Debian's package libzookeeper-java installs it; its manifest names what else it needs.
JAR = Path("/usr/share/java/zookeeper.jar")
MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"


def missing() -> str | None:
    """What a ZooKeeper needs and is not there."""
    if not JAR.is_file():
        return f"{JAR} is missing: apt-get install libzookeeper-java"
    if shutil.which("java") is None:
        return "there is no java: apt-get install default-jre-headless"
    return None


def version() -> str:
    """Of the link that Debian sets beside the file."""
    named = sorted(JAR.parent.glob("zookeeper-[0-9]*.jar"))
    return named[-1].stem.removeprefix("zookeeper-") if named else "of unknown version"


def word(endpoint: str, what: str) -> str:
    """The answer to a four-letter word."""
    host, port = endpoint.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(what.encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.decode()


class QuorateOverJute(Server):
    protocol = ("--zookeeper",)


class ZooKeeper(Server):
    """A ZooKeeper with default settings and no limit of connections. `settings`: lines of its zoo.cfg."""

    protocol = ("--zookeeper",)

    def __init__(self, options, *settings: str, port: int | None = None, home: Path | None = None):
        super().__init__(options, port=port, home=home)
        self.settings = settings

    def command(self) -> list[str]:
        config = self.home / "zoo.cfg"
        self.data.mkdir(exist_ok=True)
        lines = [f"dataDir={self.data}", f"clientPort={self.port}", "clientPortAddress=127.0.0.1", "tickTime=2000",
                 "initLimit=10", "syncLimit=5", "maxClientCnxns=0", "admin.enableServer=false",
                 "4lw.commands.whitelist=*", *self.settings]
        config.write_text("\n".join(lines) + "\n", encoding="ascii")
        return ["java", "-cp", str(JAR), MAIN, str(config)]


class JuteEnsemble(Ensemble):
    member_type = QuorateOverJute


class ZooKeeperEnsemble(Ensemble):
    member_type = ZooKeeper

    def set_up(self) -> None:
        base = free_ports(3 * self.count)
        numbers = range(1, self.count + 1)
        ports = {number: base + 3 * (number - 1) for number in numbers}
        servers = [f"server.{number}=127.0.0.1:{ports[number] + 1}:{ports[number] + 2}" for number in numbers]
        for number in numbers:
            home = self.directory / f"server-{number}"
            (home / "data").mkdir(parents=True)
            (home / "data/myid").write_text(f"{number}\n", encoding="ascii")
            self.members.append(ZooKeeper(self.options, *servers, port=ports[number], home=home))
        for member in self.members:
            member.launch()
        for member in self.members:
            member.serves_at(needed=self.members)

    def leader(self) -> Server:
        for member in self.members:
            if member.is_running() and "Mode: leader" in word(member.endpoint, "srvr"):
                return member
        raise Failure("no ZooKeeper says that it leads")


def warm(options, name: str, *sides: tuple[str, ...]) -> None:
    """A cold JVM is several times slower than a warm one; both sides are driven alike."""
    for side in sides:
        progress(f"{name}: warming up")
        bench(options, "load", *side, "--prefix", "/quorate-warm", "--nodes", 1000, "--read-share", 0.5, "--seconds",
              options.warm, "--warmup", 0)
