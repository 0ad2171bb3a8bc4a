#!/usr/bin/env python3
"""Records what ZooKeeper's own clients and server say to each other: record.py [CLIENT...]

Writes test/unit/schema/jute/recorded/CLIENT.txt for each of kazoo, java and c: the frames of its connections, in the order
in which a proxy between the two passed them on. The test reads direction and bytes; the words are for people.

Takes Debian's zookeeper, python3-kazoo, default-jdk-headless and libzookeeper-mt-dev. Nothing that is tested or built needs
it: run it when a client learns something new, and look at the difference.
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict, deque
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parents[1] / "unit/schema/jute/recorded"
JARS = "/usr/share/java/zookeeper.jar"
PATIENCE = 120

OPCODES = {-11: "closeSession", 1: "create", 2: "delete", 3: "exists", 4: "getData", 5: "setData", 6: "getACL", 7: "setACL",
           8: "getChildren", 9: "sync", 11: "ping", 12: "getChildren2", 14: "multi", 15: "create2", 16: "reconfig",
           17: "checkWatches", 18: "removeWatches", 19: "createContainer", 21: "createTTL", 22: "multiRead", 100: "auth",
           101: "setWatches", 103: "getEphemerals", 104: "getAllChildrenNumber", 105: "setWatches2", 106: "addWatch",
           107: "whoAmI"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    """One client's, on its way through the proxy."""

    def __init__(self, number: int, client: socket.socket, server: socket.socket, proxy: "Proxy"):
        self.number, self.proxy = number, proxy
        self.links = (client, server)
        self.begun = {">": False, "<": False}
        self.asked: dict[int, deque[str]] = defaultdict(deque)
        for direction, source, to in ((">", client, server), ("<", server, client)):
            threading.Thread(target=self.carry, args=(direction, source, to), daemon=True).start()

    def carry(self, direction: str, source: socket.socket, to: socket.socket) -> None:
        waiting = b""
        try:
            while chunk := source.recv(65536):
                waiting += chunk
                while len(waiting) >= 4 and len(waiting) >= (end := 4 + struct.unpack_from(">i", waiting)[0]):
                    frame, waiting = waiting[:end], waiting[end:]
                    self.proxy.note(f"{self.number} {direction} {self.name_of(direction, frame)} {frame.hex()}")
                    to.sendall(frame)
        except OSError:
            pass
        self.cut()

    def name_of(self, direction: str, frame: bytes) -> str:
        if not self.begun[direction]:
            self.begun[direction] = True
            return "ConnectRequest" if direction == ">" else "ConnectResponse"
        xid, = struct.unpack_from(">i", frame, 4)
        if direction == ">":
            opcode, = struct.unpack_from(">i", frame, 8)
            self.asked[xid].append(OPCODES[opcode])
            return OPCODES[opcode]
        return "event" if xid == -1 else self.asked[xid].popleft()

    def cut(self) -> None:
        for link in self.links:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Proxy:
    """Between a client and the server; what passes is one line each in `lines`."""

    def __init__(self, server_port: int):
        self.server_port = server_port
        self.lines: list[str] = []
        self.connections: list[Connection] = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server_port))
            self.connections.append(Connection(len(self.connections) + 1, client, server, self))

    def note(self, line: str) -> None:
        with self.lock:
            self.lines.append(line)

    def cut(self) -> None:
        for connection in self.connections:
            connection.cut()


def is_serving(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            link.sendall(b"srvr")
            return b"Mode: standalone" in link.recv(4096)
    except OSError:
        return False


def start_zookeeper(directory: Path, port: int) -> subprocess.Popen:
    config = directory / "zoo.cfg"
    config.write_text(f"dataDir={directory}/data\nclientPort={port}\nclientPortAddress=127.0.0.1\ntickTime=2000\n"
                      "admin.enableServer=false\nextendedTypesEnabled=true\n")
    process = subprocess.Popen(["java", "-Xmx128m", "-cp", JARS, "org.apache.zookeeper.server.ZooKeeperServerMain", str(config)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while not is_serving(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("ZooKeeper does not serve")
        time.sleep(0.2)
    return process


def command_of(client: str, directory: Path) -> list[str]:
    if client == "kazoo":
        return ["/usr/bin/python3", str(HERE / "kazoo_client.py")]
    if client == "java":
        return ["java", "-Xmx128m", "-cp", JARS, str(HERE / "JavaClient.java")]
    program = directory / "c_client"
    subprocess.run(["cc", "-DTHREADED", "-o", str(program), str(HERE / "c_client.c"), "-lzookeeper_mt"], check=True)
    return [str(program)]


def version_of(package: str) -> str:
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], check=True, capture_output=True, text=True).stdout


def record(client: str, package: str) -> None:
    """The client says "cut" when it wants its connections to break; what else it says is a heading."""
    with tempfile.TemporaryDirectory(prefix="jute-recorder-") as folder:
        directory = Path(folder)
        command = command_of(client, directory)
        port = free_port()
        zookeeper = start_zookeeper(directory, port)
        try:
            proxy = Proxy(port)
            process = subprocess.Popen([*command, f"127.0.0.1:{proxy.port}"], stdout=subprocess.PIPE, text=True,
                                       stderr=None if os.environ.get("VERBOSE") else subprocess.DEVNULL)
            for line in process.stdout:
                if line.strip() == "cut":
                    proxy.cut()
                else:
                    proxy.note(f"\n# {line.strip()}")
            if process.wait(PATIENCE) != 0:
                raise SystemExit(f"{client} ended with {process.returncode}; VERBOSE=1 shows why")
            time.sleep(1)
        finally:
            zookeeper.kill()
            zookeeper.wait()
    heading = f"# {package} {version_of(package)} and zookeeper {version_of('zookeeper')}, by jute_recorder/record.py.\n" \
              "# connection, direction, what it is, frame\n"
    RECORDED.mkdir(parents=True, exist_ok=True)
    (RECORDED / f"{client}.txt").write_text(heading + "\n".join(proxy.lines) + "\n")
    print(f"{client}: {sum(not line.startswith(chr(10)) for line in proxy.lines)} frames")


PACKAGES = {"kazoo": "python3-kazoo", "java": "libzookeeper-java", "c": "libzookeeper-mt2"}


def main() -> int:
    wanted = sys.argv[1:] or list(PACKAGES)
    if not set(wanted) <= set(PACKAGES):
        print(__doc__, file=sys.stderr)
        return 2
    for client in wanted:
        record(client, PACKAGES[client])
    return 0


if __name__ == "__main__":
    sys.exit(main())
