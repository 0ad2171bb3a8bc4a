"""What a client is told when servers of its ensemble are killed, when it stands still for too long, and when no quorum is left.

`run.py --stopped ENDPOINTS` is the process that is stopped: it says when it has an ephemeral, and what it learns when it goes on.
"""
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kazoo_client"))

from kazoo.client import KazooClient, KazooState  # noqa: E402
from kazoo.exceptions import ConnectionClosedError, ConnectionLoss, OperationTimeoutError, SessionExpiredError  # noqa: E402
from kazoo.protocol.states import KeeperState  # noqa: E402
from steps import PATIENCE_SECONDS, SESSION_SECONDS, Events, say, scenario, step, wait_for  # noqa: E402

SHORT_SESSION_SECONDS = 4


class Service:
    """The ensemble, and its order port."""

    def __init__(self, endpoints: str, orders: str):
        self.endpoints, self.orders = endpoints, int(orders)

    def ask(self, order: str) -> str:
        with socket.create_connection(("127.0.0.1", self.orders)) as connection:
            connection.sendall(order.encode() + b"\n")
            return connection.makefile().readline().strip()

    def order(self, order: str) -> None:
        assert (answer := self.ask(order)) == "done", answer

    def client(self, where: str | None = None, timeout: float = SESSION_SECONDS, **options) -> KazooClient:
        client = KazooClient(where or self.endpoints, timeout=timeout, **options)
        client.start(PATIENCE_SECONDS * 3)
        return client


def server_of(client: KazooClient) -> str:
    return "%s:%d" % client._connection._socket.getpeername()  # Nothing public tells it.


def retried(call, *arguments):
    """Makes a call that may be made twice until it is answered."""
    deadline = time.monotonic() + 3 * PATIENCE_SECONDS
    while True:
        try:
            return call(*arguments)
        except (ConnectionClosedError, ConnectionLoss, OperationTimeoutError, SessionExpiredError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def a_server_that_is_killed(service: Service) -> None:
    a, b = service.client(service.ask("followers")), service.client(service.ask("leader"))
    a.create("/moves")
    a.create("/moves/e", ephemeral=True)
    before, states, values, children = a.client_id, [], [], []
    step("session of a", lambda: f"sid:{before[0]}")
    a.DataWatch("/moves", lambda data, stat: values.append(data))
    a.ChildrenWatch("/moves", lambda names: children.append(sorted(names)))
    one_shot = Events()
    step("getData /moves watched", lambda: a.get("/moves", watch=one_shot)[0])
    a.add_listener(states.append)
    service.order(f"kill {server_of(a)}")
    step("setData /moves by b meanwhile", lambda: retried(b.set, "/moves", b"new").version)
    step("create /moves/new by b meanwhile", b.create, "/moves/new")
    wait_for(lambda: KazooState.CONNECTED in states, "a is connected again")
    say("session states", ", ".join(states[:2]))
    # This library says that such watches are gone; its recipes set theirs again.
    one_shot.next("getData: the connection was lost")
    wait_for(lambda: values[-1] == b"new", "the changed data")
    wait_for(lambda: children[-1] == ["e", "new"], "the new child")
    say("dataWatch saw", [values[0], values[-1]])
    say("childrenWatch saw", [children[0], children[-1]])
    say("session of a", [f"sid:{a.client_id[0]}", "its password" if a.client_id[1] == before[1] else "another password"])
    step("exists /moves/e", lambda: f"sid:{retried(a.exists, '/moves/e').ephemeralOwner}")
    service.order("start")
    step("exists /moves/e by b", lambda: f"sid:{retried(b.exists, '/moves/e').ephemeralOwner}")
    a.stop()
    step("exists /moves/e after a ended", retried, b.exists, "/moves/e")
    b.stop()


def a_leader_that_is_killed(service: Service) -> None:
    first, second = service.client(), service.client()
    clients = (first, second)
    sessions = [client.client_id for client in clients]
    first.create("/sequence")
    for client in (*clients, first):
        step("create /sequence/n-", client.create, "/sequence/n-", sequence=True)
    counters = [client.Counter("/counter") for client in clients]
    for counter in counters:
        counter += 1
    step("sync /counter by the first", first.sync, "/counter")
    step("counter", lambda: counters[0].value)
    held, wanted = first.Lock("/lock", "first"), second.Lock("/lock", "second")
    step("lock by the first", held.acquire)
    thread = threading.Thread(target=wanted.acquire)
    thread.start()
    wait_for(lambda: len(first.get_children("/lock")) == 2, "the second waits")
    service.order(f"kill {service.ask('leader')}")
    service.ask("leader")
    for client in clients:
        retried(client.exists, "/")
    step("lock held by the first", lambda: held.is_acquired)
    step("lock held by the second", lambda: wanted.is_acquired)
    step("lock contenders", lambda: retried(held.contenders))
    for client in (second, *clients):
        step("create /sequence/n-", client.create, "/sequence/n-", sequence=True)
    step("sync /sequence by the first", first.sync, "/sequence")
    step("getChildren /sequence", lambda: sorted(first.get_children("/sequence")))
    for counter in counters:
        counter += 1
    step("counter", lambda: counters[1].value)
    step("lock released by the first", held.release)
    thread.join(PATIENCE_SECONDS)
    step("lock held by the second", lambda: wanted.is_acquired)
    step("lock released by the second", wanted.release)
    say("session of both", "the old ones" if sessions == [client.client_id for client in clients] else "new")
    service.order("start")
    for client in clients:
        client.stop()


def stopped_process(service: Service, operator: KazooClient, path: str, command: list[str]) -> None:
    """A process is stopped until the time of its session is over; when it goes on it has to learn that."""
    with subprocess.Popen([*command, service.endpoints], stdout=subprocess.PIPE, text=True) as process:
        say("session of the process", process.stdout.readline().strip())
        wait_for(lambda: retried(operator.exists, path) is not None, "another server has its ephemeral too")
        process.send_signal(signal.SIGSTOP)
        wait_for(lambda: retried(operator.exists, path) is None, "its ephemeral is gone")
        process.send_signal(signal.SIGCONT)
        say("session of the process that goes on", process.stdout.readline().strip())
        step("exists its ephemeral", retried, operator.exists, path)


def stopped(endpoints: str) -> None:
    client = Service(endpoints, "0").client(timeout=SHORT_SESSION_SECONDS)
    states, before = [], client.client_id[0]
    client.add_listener(states.append)
    client.create("/stopped/python", ephemeral=True)
    print("has an ephemeral", flush=True)
    wait_for(lambda: KazooState.LOST in states and states[-1] == KazooState.CONNECTED, f"a new session; there were {states}")
    print(", ".join(states), "new" if client.client_id[0] != before else "the old one", flush=True)
    client.stop()


def clients_that_are_stopped(service: Service, java: list[str]) -> None:
    operator = service.client()
    operator.create("/stopped")
    stopped_process(service, operator, "/stopped/python", [sys.executable, __file__, "--stopped"])
    stopped_process(service, operator, "/stopped/java", [*java, "--stopped"])
    operator.stop()


def no_quorum(service: Service) -> None:
    alone, *others = service.ask("followers").split(",")
    before = service.client(alone)
    before.create("/kept", b"data")
    before.stop()
    for endpoint in (*others, service.ask("leader")):
        service.order(f"kill {endpoint}")
    reader = service.client(alone, read_only=True)
    step("session state", lambda: reader.client_state)
    step("getData /kept", lambda: reader.get("/kept")[0])
    step("exists /nowhere", reader.exists, "/nowhere")
    step("getChildren /", lambda: "kept" in reader.get_children("/"))
    step("setData /kept", reader.set, "/kept", b"x")
    step("create /x", reader.create, "/x")
    step("create /x ephemeral", reader.create, "/x", ephemeral=True)
    step("delete /kept", reader.delete, "/kept")
    reader.stop()
    service.order("start")
    writer = service.client(alone, read_only=True)
    step("session state with a quorum", lambda: writer.client_state)
    step("setData /kept", lambda: writer.set("/kept", b"x").version)
    writer.stop()


def main() -> None:
    if sys.argv[1] == "--stopped":
        stopped(sys.argv[2])
        return
    *java, endpoints, orders, _followers = sys.argv[1:]
    service = Service(endpoints, orders)
    for each, arguments in ((a_server_that_is_killed, ()), (a_leader_that_is_killed, ()), (clients_that_are_stopped, (java,)),
                            (no_quorum, ())):
        scenario(each.__name__.replace("_", " "))
        each(service, *arguments)


if __name__ == "__main__":
    main()
