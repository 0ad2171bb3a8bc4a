"""A client of ZooKeeper's protocol, as small as it can be: one connection, no retries, nothing that a test does not ask for.

    with Jute(port) as client:
        client.create("/a", b"x")
        client.ask(GET_DATA, text("/a") + b"\\0").body
"""
import socket
import struct
import time
from dataclasses import dataclass

CREATE, DELETE, EXISTS, GET_DATA, SET_DATA, GET_ACL, SET_ACL, GET_CHILDREN, SYNC, PING = 1, 2, 3, 4, 5, 6, 7, 8, 9, 11
GET_CHILDREN2, CHECK, MULTI, CREATE2, RECONFIG, CHECK_WATCHES, REMOVE_WATCHES = 12, 13, 14, 15, 16, 17, 18
CREATE_CONTAINER, CREATE_TTL, MULTI_READ = 19, 21, 22
AUTH, SET_WATCHES, SASL, GET_EPHEMERALS, GET_ALL_CHILDREN_NUMBER, SET_WATCHES2, ADD_WATCH, WHO_AM_I = range(100, 108)
CLOSE_SESSION = -11

EVENT_XID, PING_XID, AUTH_XID, SET_WATCHES_XID = -1, -2, -4, -8

PERSISTENT, EPHEMERAL, SEQUENTIAL = 0, 1, 2

OK, MARSHALLING_ERROR, UNIMPLEMENTED, BAD_ARGUMENTS = 0, -5, -6, -8
NO_NODE, BAD_VERSION, NODE_EXISTS, AUTH_FAILED, QUOTA_EXCEEDED = -101, -103, -110, -115, -125
EPHEMERAL_ON_LOCAL_SESSION, NOT_READ_ONLY = -120, -119

NO_PASSWORD = bytes(16)


def number(value: int) -> bytes:
    return struct.pack(">i", value)


def buffer(data: bytes | None) -> bytes:
    return number(-1) if data is None else number(len(data)) + data


def text(value: str) -> bytes:
    return buffer(value.encode())


def texts(values: list[str]) -> bytes:
    return number(len(values)) + b"".join(map(text, values))


def acl(perms: int, scheme: str, who: str) -> bytes:
    return number(perms) + text(scheme) + text(who)


OPEN_ACL = number(1) + acl(31, "world", "anyone")


def frame(payload: bytes) -> bytes:
    return number(len(payload)) + payload


def request(xid: int, opcode: int, body: bytes = b"") -> bytes:
    return frame(struct.pack(">ii", xid, opcode) + body)


def connect_request(session: int = 0, password: bytes = NO_PASSWORD, timeout_ms: int = 40_000, last_seen: int = 0,
                    read_only: bool | None = False) -> bytes:
    """`read_only` None: as clients before 3.4 ask."""
    tail = b"" if read_only is None else bytes([read_only])
    return frame(struct.pack(">iqiq", 0, last_seen, timeout_ms, session) + buffer(password) + tail)


def create_body(path: str, data: bytes | None = b"", flags: int = PERSISTENT) -> bytes:
    return text(path) + buffer(data) + OPEN_ACL + number(flags)


@dataclass
class Reply:
    xid: int
    zxid: int
    error: int
    body: bytes

    def texts(self) -> list[str]:
        """Of a body that begins with a list of them."""
        count, = struct.unpack_from(">i", self.body)
        found, at = [], 4
        for _ in range(count):
            size, = struct.unpack_from(">i", self.body, at)
            found.append(self.body[at + 4:at + 4 + size].decode())
            at += 4 + size
        return found

    def buffer(self) -> bytes:
        """Of a body that begins with one."""
        size, = struct.unpack_from(">i", self.body)
        return self.body[4:4 + size]


class Closed(Exception):
    """The server has closed the connection."""


class Link:
    """A connection that may say anything."""

    def __init__(self, port: int, timeout: float = 60):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.waiting = b""

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error

    def receive(self) -> bytes:
        """The payload of the next frame."""
        while len(self.waiting) < 4 or len(self.waiting) < 4 + struct.unpack_from(">i", self.waiting)[0]:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise Closed(f"behind {len(self.waiting)} bytes")
            self.waiting += chunk
        end = 4 + struct.unpack_from(">i", self.waiting)[0]
        payload, self.waiting = self.waiting[4:end], self.waiting[end:]
        return payload

    def rest(self) -> bytes:
        """All that still comes until the server closes."""
        said, self.waiting = self.waiting, b""
        try:
            while chunk := self.socket.recv(65536):
                said += chunk
        except ConnectionResetError:
            pass
        return said

    def close(self) -> None:
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Jute(Link):
    """A connection with a session; leaves it to itself at the end."""

    def __init__(self, port: int, session: int = 0, password: bytes = NO_PASSWORD, timeout_ms: int = 40_000,
                 last_seen: int = 0, read_only: bool | None = False, patience: float = 60):
        super().__init__(port, patience)
        self.xid = 0
        self.events: list[tuple[int, str]] = []  # Type and path.
        try:
            self.send(connect_request(session, password, timeout_ms, last_seen, read_only))
            response = self.receive()
        except (Closed, OSError):
            self.close()
            raise
        _, self.timeout_ms, self.session, size = struct.unpack_from(">iiqi", response)
        self.password = response[20:20 + size]
        self.says_read_only = len(response) > 20 + size
        self.is_read_only = response[20 + size:] == b"\1"

    def say(self, opcode: int, body: bytes = b"", xid: int | None = None) -> int:
        """A request whose reply is read later, in order."""
        if xid is None:
            self.xid += 1
            xid = self.xid
        self.send(request(xid, opcode, body))
        return xid

    def reply(self) -> Reply:
        """The next one; events before it are put aside."""
        while True:
            payload = self.receive()
            xid, zxid, error = struct.unpack_from(">iqi", payload)
            if xid != EVENT_XID:
                return Reply(xid, zxid, error, payload[16:])
            kind, _, size = struct.unpack_from(">iii", payload, 16)
            self.events.append((kind, payload[28:28 + size].decode()))

    def ask(self, opcode: int, body: bytes = b"", xid: int | None = None) -> Reply:
        said = self.say(opcode, body, xid)
        reply = self.reply()
        if reply.xid != said:
            raise AssertionError(f"a reply to {reply.xid} when {said} was asked")
        return reply

    def must(self, opcode: int, body: bytes = b"", xid: int | None = None) -> Reply:
        reply = self.ask(opcode, body, xid)
        if reply.error != OK:
            raise AssertionError(f"operation {opcode} was answered {reply.error}")
        return reply

    def create(self, path: str, data: bytes | None = b"", flags: int = PERSISTENT) -> str:
        return self.must(CREATE, create_body(path, data, flags)).buffer().decode()

    def get(self, path: str) -> bytes:
        return self.must(GET_DATA, text(path) + b"\0").buffer()

    def has(self, path: str) -> bool:
        return self.ask(EXISTS, text(path) + b"\0").error == OK

    def ping(self) -> float:
        """How many seconds it took."""
        begun = time.monotonic()
        self.must(PING, xid=PING_XID)
        return time.monotonic() - begun

    def end(self) -> None:
        """Ends the session."""
        self.must(CLOSE_SESSION)
        if self.rest():
            raise AssertionError("something behind the end of a session")
        self.close()
