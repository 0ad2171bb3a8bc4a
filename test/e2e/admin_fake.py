"""A console that is none: answers as console/openapi.yaml says, or as badly as a test wants."""
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

from support import ROOT

NOW = 1_790_000_000_000
# What moves cursors, colours text, rings, hides, turns the direction of a line, is twice as wide, or is no text at all.
HOSTILE = "a\x1b[31mb\x07\x9b2J\u202e\u05d0\u200b漢\tc\nd\x7f"


def status(server: int, **more) -> dict:
    leads = server == 1
    return {"server": server, "version": "0.1.0", "role": "leading" if leads else "following", "serving": True,
            "draining": False, "recovering": False, "in_doubt": False, "leader": 1, "epoch": 7, "committed": "7.1f",
            "applied": "7.1f", "logged": "7.1f", "lag_txns": 0, "now_ms": int(time.time() * 1000), "uptime_ms": 90_000,
            "sessions": 4, "connections": 2, "znodes": 12, "watches": 3, "ephemerals": 1, "data_bytes": 4096,
            "memory_bytes": 50 << 20, "cpu_percent": 1.5, "files_open": 40, "files_max": 65536,
            "disk": {"level": "ample", "free_bytes": 1 << 34, "total_bytes": 1 << 35},
            "sync": {"count": 9, "p50_us": 900, "p99_us": 2100, "max_us": 5000},
            "links": [{"server": 2, "up": True, "rtt_us": 120}], "notes": [], "etag": f"s{server}e7", **more}


def ensemble(count: int = 3, **more) -> dict:
    return {"server": 1, "at_ms": NOW, "leader": 1, "epoch": 7,
            "quorum": {"has": True, "voters": count, "linked": count, "survives": (count - 1) // 2,
                       "text": "survives 1 more loss"},
            "servers": [{"server": n, "observer": False, "address": "0.0.0.0:2181", "console": None, "linked": True,
                         "age_ms": 0, "status": status(n)} for n in range(1, count + 1)],
            "links": [{"from": 1, "to": 2, "up": True, "rtt_us": 100}], **more}


def actor(number: int, name: str, **more) -> dict:
    return {"id": number, "name": name, "label": "", "parent": None, "state": "idle", "thread": "pool", "depth": 0,
            "high_water": 3, "wait_us": 40, "wait_max_us": 90, "messages_per_s": 12.5, "busy_percent": 0.4, "handled": 1000,
            "restarts": 0, "age_ms": 60_000, "last_exit_reason": "", "traced": False, "restartable": True, **more}


ACTORS = [actor(1, "supervisor", restartable=False), actor(2, "proposal", parent=1, wait_us=1500),
          actor(3, "link", label="to server 2", parent=2, state="busy")]


def message(number: int) -> dict:
    return {"at_ms": NOW + number, "message": "submit", "took_us": 10.0 + number}


def actor_detail(number: int, messages: int = 0) -> dict:
    return {**ACTORS[number - 1], "at_ms": NOW, "kinds": [{"message": "submit", "count": 3, "per_s": 1.0, "p50_us": 11.0,
                                                           "p99_us": 30.0, "max_us": 31.0}],
            "dump": {"epoch": 7}, "traced_until_ms": None, "messages": [message(n) for n in range(messages, 0, -1)],
            "children": [{"id": 3, "name": "link", "label": "to server 2"}], "on_death": "restart", "etag": "a2"}


def session(number: int, **more) -> dict:
    return {"session": f"0x10000000{number}", "local": False, "timeout_ms": 30_000, "here": True, "server": 1,
            "address": f"10.0.0.{number}:4000", "protocol": "native", "tls": False, "connected_at_ms": NOW,
            "heard_ms_ago": 120, "ephemerals": number, "watches": 2, "received": 10, "sent": 11, "outstanding": 0,
            "latency_avg_ms": 0.5, "latency_max_ms": 3, "identities": ["digest:ann"], "actor": 9, **more}


def lines(first: int, last: int) -> list[dict]:
    return [{"seq": n, "at_ms": NOW + n, "level": "info", "component": "zab", "event": "elected",
             "fields": {"leader": n, "why": "more votes"}} for n in range(last, first - 1, -1)]


def transaction(counter: int, path: str) -> dict:
    return {"zxid": f"7.{counter:x}", "at_ms": NOW + counter, "session": "0x100000001", "kind": "set", "paths": [path],
            "bytes": 120, "detail": "version 3"}


def listed(items: list, query: dict, **more) -> dict:
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
    found = [item for item in items if query.get("search", "") in json.dumps(item)]
    return {"at_ms": NOW, "total": len(found), "offset": offset, "items": found[offset:offset + limit], **more}


CONFIG = {"items": [{"name": "tick_time", "value": "2000", "origin": "default", "is_default": True, "group": "time"},
                    {"name": "server_id", "value": "1", "origin": "flag", "is_default": False, "group": "place"}],
          "members": ["server.1=h1:2888:3888;2181", "server.2=h2:2888:3888;2181"]}


class Refusal(Exception):
    """An answer that is none of the good ones."""

    def __init__(self, status_code: int, code: str, text: str, do: str = ""):
        super().__init__(text)
        self.status = status_code
        self.body = {"error": {"code": code, "text": text, **({"do": do} if do else {})}}


class AdminFake:
    """`answers` replaces what a path below /api/v1 is answered with: a body, bytes, a Refusal, or a function of the query."""

    def __init__(self, certificate: str | None = None, key: str | None = None, client_ca: str | None = None):
        self.answers: dict = {}
        self.requests: list[dict] = []
        self.token: str | None = None
        self.sessions = [session(n) for n in range(1, 4)]
        self.actors = list(ACTORS)
        self.log = lines(1, 5)
        self.transactions = [transaction(n, "/config" if n % 2 else "/other") for n in range(31, 0, -1)]
        self.messages = 0
        self.more_log = threading.Event()
        self.ended = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802
                fake.handle(self)

            do_POST = do_PUT = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # Clients that go away, or speak no TLS.
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            if client_ca is not None:
                context.load_verify_locations(client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
            # The handshake belongs to the connection's own thread.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    # --- answers ---------------------------------------------------------------------------------

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        url = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else None
        path = url.path.removeprefix("/api/v1")
        self.requests.append({"method": handler.command, "path": path, "query": query, "body": body,
                              "headers": dict(handler.headers)})
        try:
            if self.token is not None and handler.headers.get("Authorization") != f"Bearer {self.token}":
                raise Refusal(401, "unauthenticated", "a token is needed")
            if handler.command != "GET" and handler.headers.get("X-Quorate-Console") != "1":
                raise Refusal(400, "bad_request", "the header X-Quorate-Console is missing")
            if path == "/events" and path not in self.answers:
                self.stream(handler, query)
                return
            answer = self.answer(handler.command, path, query, body)
            code = 200
        except Refusal as refusal:
            answer, code = refusal.body, refusal.status
        self.send(handler, code, answer)

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, code: int, answer) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            handler.send_response(code)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            handler.close_connection = True  # A client that has seen enough.

    def answer(self, method: str, path: str, query: dict, body: dict | None):
        if path in self.answers:
            answer = self.answers[path]
            if callable(answer):
                answer = answer(query)
            if isinstance(answer, Refusal):
                raise answer
            return answer
        if path == "/ensemble":
            return ensemble()
        parts = path.split("/")
        if len(parts) < 4 or parts[1] != "servers":
            raise Refusal(404, "not_found", f"there is no {path}")
        if parts[2] not in ("self", "1", "2", "3"):
            raise Refusal(502, "not_linked", f"server {parts[2]} is not linked", "start it")
        server = 1 if parts[2] == "self" else int(parts[2])
        return self.act(parts[3:], body) if method != "GET" else self.show(server, parts[3:], query)

    def act(self, what: list[str], body: dict):
        confirms = {"restart": "proposal", "close": what[1] if len(what) > 1 else "", "drain": None, "stop": None, "shed": None}
        if what[-1] in confirms and (not body.get("reason") or not body.get("confirm")):
            raise Refusal(400, "bad_request", "confirm and reason are needed")
        wanted = confirms.get(what[-1])
        if wanted and body["confirm"] != wanted:
            raise Refusal(400, "bad_request", f"confirm is not {wanted}")
        return {"done": True, "text": f"{'/'.join(what)} done"}

    def show(self, server: int, what: list[str], query: dict):
        kind, rest = what[0], what[1:]
        if kind == "status":
            return status(server)
        if kind == "actors" and rest:
            number = int(rest[0])
            if number > len(self.actors):
                raise Refusal(404, "not_found", f"there is no actor {number}", "list them")
            return actor_detail(number, self.messages)
        if kind == "actors":
            return listed(self.actors, query, connections=2)
        if kind == "sessions" and rest:
            found = [one for one in self.sessions if one["session"] == rest[0]]
            if not found:
                raise Refusal(404, "not_found", f"there is no session {rest[0]}")
            return {**found[0], "ephemeral_paths": ["/locks/1"], "watched_paths": [{"path": "/config", "kind": "data"}], "etag": "x1"}
        if kind == "sessions":
            return listed(self.sessions, query)
        if kind == "watches":
            return listed([{"name": "/config", "watches": 3, "data": 2, "child": 1, "persistent": 0, "recursive": 0,
                            "some": ["0x100000001"]}], query, by=query.get("by", "path"), watches=3, paths=1, sessions=2)
        if kind == "slow":
            return {"at_ms": NOW, "threshold_ms": 100, "slow": 1, "items": [
                {"seq": 1, "at_ms": NOW, "kind": "set", "path": "/config", "took_us": 151_000, "session": "0x100000001",
                 "zxid": "7.1f", "error": None, "trace": None,
                 "stages": [{"stage": "queue", "took_us": 1000}, {"stage": "log", "took_us": 150_000}]}]}
        if kind == "log":
            return {"more": False, "items": self.log[:int(query.get("limit", 100))]}
        if kind == "transactions":
            return self.show_transactions(query)
        if kind == "elections":
            return {"at_ms": NOW, "items": [{"seq": 1, "at_ms": NOW, "event": "leading", "server": 1, "leader": 1, "epoch": 7,
                                             "zxid": "6.3", "reason": None, "text": "leads with 2 votes", "lasted_ms": 40}]}
        if kind == "audit":
            return {"items": [{"seq": 1, "at_ms": NOW, "who": "loopback", "role": "admin", "from": "127.0.0.1:4", "act": "drain",
                               "target": "1", "reason": "maintenance", "outcome": "ok", "text": ""}]}
        if kind == "backups":
            return {"at_ms": NOW, "image": {"zxid": "7.1", "bytes": 4096, "saved_at_ms": NOW},
                    "checkpoints": [{"name": "c1", "zxid": "7.1", "at_ms": int(time.time() * 1000), "bytes": 4096,
                                     "digest": "ab", "verified": "yes", "verified_ms": None}],
                    "log": {"first": "6.1", "last": "7.1f", "bytes": 100}}
        if kind == "config":
            return CONFIG
        if kind == "loglevels":
            return {"items": [{"component": "zab", "level": "info"}]}
        raise Refusal(404, "not_found", f"there is no {kind}")

    def show_transactions(self, query: dict):
        found = [one for one in self.transactions if query.get("path", "") in ("", one["paths"][0])]
        if "zxid" in query:
            last = int(query["zxid"].split(".")[1], 16)
            found = [one for one in found if int(one["zxid"].split(".")[1], 16) <= last]
        limit = min(10, int(query.get("limit", 100)))  # Small pages, to be turned.
        return {"more": len(found) > limit, "looked_at": len(found), "first": "7.1", "items": found[:limit]}

    def stream(self, handler: BaseHTTPRequestHandler, query: dict) -> None:
        """One view, once now and once when `more_log` is set; then open until the end."""
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        view = query.get("view", "")

        def send() -> None:
            data = {"view": view, "status": 200, "body": {"more": False, "items": self.log}}
            handler.wfile.write(f": a remark\r\nevent: view\r\ndata: {json.dumps(data)}\r\n\r\n".encode())
            handler.wfile.flush()

        try:
            send()
            while not self.ended.is_set():
                if self.more_log.wait(0.05):
                    self.more_log.clear()
                    send()
        except OSError:
            return


# --- the contract ------------------------------------------------------------------------------------

CONTRACT = yaml.safe_load((ROOT / "console/openapi.yaml").read_text())


def complaints(value, schema: dict, at: str = "") -> list[str]:
    """Where a value is not as a schema of the contract says. Knows what that file uses, and no more."""
    if "$ref" in schema:
        return complaints(value, CONTRACT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], at)
    if "allOf" in schema:
        return [line for part in schema["allOf"] for line in complaints(value, part, at)]
    if value is None:
        return [] if schema.get("nullable") else [f"{at} is null"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} is {value!r}"]
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = schema.get("type")
    if kind and (not isinstance(value, types[kind]) or (kind != "boolean" and isinstance(value, bool))):
        return [f"{at} is no {kind}"]
    found = []
    if isinstance(value, dict):
        found += [f"{at} has no {name}" for name in schema.get("required", []) if name not in value]
        for name, part in schema.get("properties", {}).items():
            if name in value:
                found += complaints(value[name], part, f"{at}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += complaints(item, schema.get("items", {}), f"{at}[{number}]")
    return found
