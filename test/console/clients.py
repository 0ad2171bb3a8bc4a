"""Clients as services have them, for what the page is looked at with: locks that some wait for, instances that are registered,
settings that are watched, a queue that is written. Runs until it is ended; prints `ready` once all are connected.

    clients.py PORT PORT PORT
    clients.py PORT --hold PATH DATA   one that holds an ephemeral node and watches it
"""
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import jute  # noqa: E402

SETTINGS = {"/config/payments": '{"retries": 3, "backoff_ms": [50, 200, 1000], "currency": "EUR"}',
            "/config/search": "shards = 12\nreplicas = 2\n", "/config/flags": '{"dark_launch": false}'}
FOLDERS = ["/config", "/services", "/services/api", "/services/billing", "/services/search", "/locks", "/locks/billing",
           "/locks/reports", "/queues", "/queues/mail"]


class Client(threading.Thread):
    """One that goes on at another server when its own is gone, in the same session while that lives."""

    def __init__(self, ports: list[int], number: int):
        super().__init__(daemon=True)
        self.ports, self.number = ports, number
        self.connected = threading.Event()
        self.link: jute.Jute | None = None
        self.chance = random.Random(number)

    def run(self) -> None:
        session, password = 0, jute.NO_PASSWORD
        at = self.number
        while True:
            try:
                self.link = jute.Jute(self.ports[at % len(self.ports)], session, password, timeout_ms=20_000, patience=10)
                if self.link.session != session:
                    session, password = self.link.session, self.link.password
                    self.begin()
                self.watch()
                self.connected.set()
                while True:
                    self.go_on()
            except (jute.Closed, OSError, AssertionError):
                if self.link is not None and self.link.session == 0:
                    session, password = 0, jute.NO_PASSWORD  # It has expired.
                at += 1
                time.sleep(0.3)

    def begin(self) -> None:
        """What it holds."""

    def watch(self) -> None:
        """What it waits for, at each server anew."""

    def go_on(self) -> None:
        time.sleep(self.chance.uniform(0.5, 2))
        self.link.get("/config/flags")


class Instance(Client):
    def begin(self) -> None:
        service = ("api", "billing", "search")[self.number % 3]
        self.link.create(f"/services/{service}/{service}-{self.number}", f"10.0.{self.number % 3}.{self.number}:8443".encode(), jute.EPHEMERAL)

    def watch(self) -> None:
        for path in list(SETTINGS)[:1 + self.number % 3]:
            self.link.must(jute.GET_DATA, jute.text(path) + b"\1")
        self.link.must(jute.GET_CHILDREN, jute.text("/services/api") + b"\1")


class Locker(Client):
    """Waits for a lock as recipes do: for the node before its own."""

    def begin(self) -> None:
        self.lock = ("/locks/billing", "/locks/reports")[self.number % 2]
        self.node = self.link.create(f"{self.lock}/lock-", f"worker-{self.number}".encode(), jute.EPHEMERAL | jute.SEQUENTIAL)

    def watch(self) -> None:
        queue = sorted(self.link.must(jute.GET_CHILDREN, jute.text(self.lock) + b"\0").texts())
        before = [name for name in queue if name < self.node.rsplit("/", 1)[1]]
        if before:
            self.link.ask(jute.EXISTS, jute.text(f"{self.lock}/{before[-1]}") + b"\1")


class Producer(Client):
    def go_on(self) -> None:
        time.sleep(self.chance.uniform(0.02, 0.1))
        item = self.link.create("/queues/mail/item-", b"x" * self.chance.randrange(40, 400), jute.SEQUENTIAL)
        self.link.get("/config/search")
        if self.chance.random() < 0.9:
            self.link.must(jute.DELETE, jute.text(item) + jute.number(-1))


def hold(port: int, path: str, data: str) -> None:
    with jute.Jute(port) as link:
        link.create(path, data.encode(), jute.EPHEMERAL)
        link.must(jute.GET_DATA, jute.text(path) + b"\1")
        print("ready", flush=True)
        while True:
            time.sleep(5)
            link.get(path)


def main() -> None:
    if sys.argv[2] == "--hold":
        return hold(int(sys.argv[1]), *sys.argv[3:])
    ports = [int(word) for word in sys.argv[1:]]
    with jute.Jute(ports[0]) as first:
        for path in FOLDERS:
            first.create(path)
        for path, data in SETTINGS.items():
            first.create(path, data.encode())
    clients = [kind(ports, number) for number in range(36) for kind in [Instance if number < 24 else Locker if number < 33 else Producer]]
    for client in clients:
        client.start()
    for client in clients:
        client.connected.wait(60)
    print("ready", flush=True)
    for client in clients:
        client.join()


if __name__ == "__main__":
    main()
