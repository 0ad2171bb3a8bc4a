"""Steps of a scenario and how their results are written down."""
import queue
import signal
import socket
import sys
import time

from kazoo.client import KazooClient
from kazoo.protocol.states import ZnodeStat

PATIENCE_SECONDS = 60
SESSION_SECONDS = 300


class Service:
    """Where the server is, the orders to the tunnel that leads to it, and the way past the tunnel."""

    def __init__(self, endpoint: str, orders: str, direct: str):
        self.endpoint, self.orders, self.direct = endpoint, int(orders), direct

    def client(self, chroot: str = "", timeout: float = SESSION_SECONDS, where: str | None = None, **options) -> KazooClient:
        client = KazooClient((where or self.endpoint) + chroot, timeout=timeout, **options)
        client.start(PATIENCE_SECONDS)
        return client

    @staticmethod
    def pause(seconds: float) -> None:
        time.sleep(seconds)

    def order(self, word: str) -> None:
        with socket.create_connection(("127.0.0.1", self.orders)) as connection:
            connection.sendall(word.encode() + b"\n")
            assert connection.makefile().readline() == "done\n"


def scenario(name: str) -> None:
    print(f"= {name}", flush=True)


def say(step: str, result) -> None:
    print(f"{step} -> {text(result)}", flush=True)


class NoAnswer(Exception):
    """A call did not return in time."""


def give_up(*_) -> None:
    raise NoAnswer


def step(words: str, call, *arguments, **options):
    """Makes a call and writes down what it returned or raised; returns the result, or the error."""
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    try:
        result = call(*arguments, **options)
        signal.alarm(0)
    except Exception as error:  # The error's name is what is compared.
        signal.alarm(0)
        say(words, type(error).__name__)
        return error
    say(words, result)
    return result


def text(value) -> str:
    if isinstance(value, ZnodeStat):
        return (f"{{cz=zxid:{value.czxid} mz=zxid:{value.mzxid} pz=zxid:{value.pzxid} ct=time:{value.ctime} mt=time:{value.mtime} "
                f"v={value.version} cv={value.cversion} av={value.aversion} owner=sid:{value.ephemeralOwner} "
                f"len={value.dataLength} kids={value.numChildren}}}")
    if isinstance(value, bytes):
        return repr(value)[1:]
    if isinstance(value, Exception):
        return type(value).__name__
    if isinstance(value, tuple) and hasattr(value, "id"):
        return f"{value.perms} {value.id.scheme}:{value.id.id}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(text(each) for each in value) + "]"
    if isinstance(value, set):
        return text(sorted(value))
    return str(value)


def wait_for(condition, what: str) -> None:
    for _ in range(PATIENCE_SECONDS * 50):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"never: {what}")


class Events:
    """Watch events, in the order in which they came."""

    def __init__(self):
        self.queue: queue.Queue = queue.Queue()

    def __call__(self, event) -> None:
        self.queue.put(event)

    def next(self, words: str) -> None:
        event = self.queue.get(timeout=PATIENCE_SECONDS)
        say(f"event {words}", f"{event.type} {event.state} {event.path}")

    def none(self, words: str) -> None:
        """REQUIRES: an answer has come that a server sends behind the event."""
        time.sleep(0.1)  # From the connection's thread to that of the callbacks.
        say(f"event {words}", "none" if self.queue.empty() else "unexpected")


def main(*scenarios) -> None:
    service = Service(*sys.argv[1:4])
    for each in scenarios:
        scenario(each.__name__.replace("_", " "))
        each(service)
