"""A client of the admin API for the end-to-end tests."""
import http.client
import json
import threading
import time
import urllib.parse

from support import PATIENCE, Server

PREFIX = "/api/v1"


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        self.status, self.headers, self.raw = status, headers, body

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        """Of an error."""
        return self.json["error"]["code"]


class Admin:
    """Asks one server's console."""

    def __init__(self, port: int, headers: dict[str, str] | None = None):
        self.port, self.headers = port, headers or {}

    @classmethod
    def of(cls, server: Server, headers: dict[str, str] | None = None) -> "Admin":
        """Its port stands in its log."""
        line = server.wait_for_line("console_served")
        return cls(int(line.split("port=")[1].split()[0]), headers)

    def raw(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, body, {**self.headers, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, target_path: str, /, headers: dict[str, str] | None = None, **query) -> Answer:
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        target = PREFIX + urllib.parse.quote(target_path) + ("?" + urllib.parse.urlencode(words) if words else "")
        return self.raw("GET", target, headers=headers)

    def ask(self, target_path: str, /, **query):
        """The answer of a GET that must succeed."""
        answer = self.get(target_path, **query)
        if answer.status != 200:
            raise AssertionError(f"GET {target_path}: {answer.status} {answer.raw[:500]!r}")
        return answer.json

    def act(self, method: str, target_path: str, body: dict | None = None, /, headers: dict[str, str] | None = None, **query) -> Answer:
        target = PREFIX + urllib.parse.quote(target_path) + ("?" + urllib.parse.urlencode(query) if query else "")
        return self.raw(method, target, json.dumps(body or {}).encode(),
                        {"Content-Type": "application/json", "X-Quorate-Console": "1", **(headers or {})})

    def post(self, target_path: str, body: dict | None = None, /, **more) -> Answer:
        return self.act("POST", target_path, body, **more)

    def until(self, target_path: str, holds, /, **query):
        """Asks until the answer is as wanted; returns it."""
        deadline, last = time.monotonic() + PATIENCE, None
        while time.monotonic() < deadline:
            answer = self.get(target_path, **query)
            if answer.status == 200 and holds(last := answer.json):
                return last
            time.sleep(0.1)
        raise AssertionError(f"{target_path} never was as wanted; last: {json.dumps(last)[:2000]}")

    def events(self, **query) -> "Events":
        return Events(self, query)


class Events:
    """A stream of events, read by a thread of its own."""

    def __init__(self, admin: Admin, query: dict, last_id: str | None = None):
        headers = {**admin.headers, **({"Last-Event-ID": last_id} if last_id else {})}
        self.connection = http.client.HTTPConnection("127.0.0.1", admin.port, timeout=PATIENCE)
        self.connection.request("GET", f"{PREFIX}/events?{urllib.parse.urlencode(query, doseq=True)}", headers=headers)
        self.response = self.connection.getresponse()
        self.got: list[tuple[str, dict, str | None]] = []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        if self.response.status == 200:
            self.thread.start()

    def _read(self) -> None:
        event, data, number = "", "", None
        try:
            for line in self.response:
                text = line.decode().rstrip("\r\n")
                if text.startswith("event: "):
                    event = text[7:]
                elif text.startswith("data: "):
                    data = text[6:]
                elif text.startswith("id: "):
                    number = text[4:]
                elif not text and event:
                    with self.changed:
                        self.got.append((event, json.loads(data), number))
                        self.changed.notify_all()
                    event, data, number = "", "", None
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # Closed by either side.

    def wait_for(self, event: str, holds=lambda data: True) -> dict:
        """The first event of this name that is as wanted."""
        seen, deadline = 0, time.monotonic() + PATIENCE
        with self.changed:
            while True:
                for name, data, _ in self.got[seen:]:
                    if name == event and holds(data):
                        return data
                seen = len(self.got)
                if not self.changed.wait(max(0.0, deadline - time.monotonic())):
                    raise AssertionError(f"no event {event} as wanted among {self.got[-20:]}"[:4000])

    @property
    def last_id(self) -> str | None:
        return next((number for _, _, number in reversed(self.got) if number), None)

    def close(self) -> None:
        self.connection.close()
