"""Ensembles of three of the servers that are compared, and a port where a scenario gives orders about them.

Who connects to the order port and writes a line gets a line back when the order is carried out:

    leader           its endpoint
    followers        their endpoints, between commas
    kill ENDPOINT    kill -9 of a server
    start            those that were killed serve again
"""
import socketserver
import threading
import time

from servers import PATIENCE_SECONDS, SERVERS, Server, free_port, word

COUNT = 3
# The limits are wide: what is compared must not depend on how busy the machine is.
# Without local sessions ZooKeeper has no session to give while it is read-only. Those that move have ephemerals, and so are of the ensemble.
SETTINGS = {"initLimit": "60", "syncLimit": "40", "readonlymode.enabled": "true", "localSessionsEnabled": "true",
            "localSessionsUpgradingEnabled": "true"}


class OrderPort(socketserver.ThreadingTCPServer):
    """REQUIRES: `close` is called; until then a thread serves it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, obey):
        self.obey = obey
        super().__init__(("127.0.0.1", 0), Order)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join(10)


class Order(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        order = self.rfile.readline().decode().strip()
        try:
            answer = self.server.obey(order)
        except Exception as error:  # Whoever gave the order is told, and fails.
            answer = " ".join(f"refused: {error}".split())
        self.wfile.write(f"{answer}\n".encode())


class Ensemble:
    """Three servers of one kind, with new trees."""

    def __init__(self, kind: type[Server], label: str, **settings: str):
        ports = {number: (free_port(), free_port()) for number in range(1, COUNT + 1)}
        servers = {f"server.{number}": f"127.0.0.1:{quorum}:{election}" for number, (quorum, election) in ports.items()}
        self.members = [kind(f"{label}-{number}", number, **SETTINGS, **servers, **settings) for number in ports]
        self.orders: OrderPort | None = None

    @property
    def name(self) -> str:
        return f"an ensemble of {self.members[0].name}"

    @property
    def endpoints(self) -> str:
        return ",".join(member.endpoint for member in self.members)

    def start(self) -> "Ensemble":
        self.start_all()
        self.orders = OrderPort(self.obey)
        return self

    def start_all(self) -> None:
        for member in self.members:
            if not member.is_running():
                member.launch()
        for member in self.members:
            member.wait_until_serving()

    def leader(self) -> Server:
        """As soon as there is one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for member in self.members:
                if member.is_running() and "Mode: leader" in word(member.port, "srvr"):
                    return member
            time.sleep(0.05)
        raise AssertionError(f"nobody leads:\n{self.log()[-6000:]}")

    def followers(self) -> list[Server]:
        leader = self.leader()
        return [member for member in self.members if member is not leader and member.is_running()]

    def member(self, endpoint: str) -> Server:
        return next(member for member in self.members if member.endpoint == endpoint)

    def obey(self, order: str) -> str:
        match order.split():
            case ["leader"]:
                return self.leader().endpoint
            case ["followers"]:
                return ",".join(member.endpoint for member in self.followers())
            case ["kill", endpoint]:
                self.member(endpoint).kill()
            case ["start"]:
                self.start_all()
            case _:
                return "what?"
        return "done"

    def arguments(self) -> list[str]:
        followers = ",".join(member.endpoint for member in self.followers())
        return [self.endpoints, str(self.orders.port), followers]

    def log(self) -> str:
        return "".join(f"--- server {number}\n{member.log()}" for number, member in enumerate(self.members, 1))

    def discard(self) -> None:
        if self.orders is not None:
            self.orders.close()
        for member in self.members:
            member.discard()


ENSEMBLES = tuple(lambda label, kind=kind: Ensemble(kind, label) for kind in SERVERS)
