"""Four-letter words, as monitoring asks them, while one client has a watch and an ephemeral node.

Of what a word answers, the form is compared: numbers that any two servers count differently become <n>.
"""
import contextlib
import re
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kazoo_client"))

from steps import Events, Service, say, scenario, wait_for  # noqa: E402

# What exporters and dashboards read of mntr; those that are named in EXACT have the same value everywhere.
WATCHED = ["server_state", "avg_latency", "max_latency", "min_latency", "packets_received", "packets_sent", "num_alive_connections",
           "outstanding_requests", "znode_count", "watch_count", "ephemerals_count", "approximate_data_size", "open_file_descriptor_count",
           "max_file_descriptor_count", "global_sessions", "uptime"]
EXACT = {"server_state", "num_alive_connections", "outstanding_requests", "znode_count", "watch_count", "ephemerals_count", "global_sessions"}
MARKS = [(r"(lzxid=|lcxid=|Zxid: )0x[0-9a-f]+", r"\1<zxid>"), (r"0x[0-9a-f]{8,}", "0x<id>"), (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
         (r"[Zz]oo[Kk]eeper version: .*", "Zookeeper version: <text>"),
         (r"=\d+(\.\d+)?", "=<n>"), (r": \d+(\.\d+)?(/\d+(\.\d+)?)*", ": <n>"),
         (r"\[\d\]\(", "[<ops>]("), (r"\b\d+\b", "<n>")]


def ask(port: int, word: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(word.encode())
        answer = b""
        with contextlib.suppress(ConnectionResetError):  # Another way to close.
            while data := connection.recv(65536):
                answer += data
    return answer.decode()


def formed(text: str) -> list[str]:
    for pattern, mark in MARKS:
        text = re.sub(pattern, mark, text)
    # When what expires is a matter of time, and the connection that asks has no session.
    return [line for line in text.splitlines() if " expire at " not in line and "sessionId: <n>x0" not in line]


def monitored(port: int) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in ask(port, "mntr").splitlines())


def main() -> None:
    service = Service(*sys.argv[1:4])
    port = int(service.direct.rsplit(":", 1)[1])
    client = service.client(where=service.direct)
    client.create("/words", ephemeral=True)
    client.get("/words", watch=Events())

    def by_lines(*words: str) -> None:
        for word in words:
            for line in formed(ask(port, word)):
                say(f"words {word}", line)

    def by_keys(word: str, separator: str) -> None:
        say(f"words {word}", sorted(line.split(separator)[0] for line in ask(port, word).splitlines() if separator in line))

    scenario("is it well")
    for word in ("ruok", "isro"):
        say(f"words {word}", ask(port, word))
    say("words that are none", repr(ask(port, "abcd")))
    scenario("statistics")
    # Whoever waited for the server to start may have left a session behind that has to expire.
    wait_for(lambda: monitored(port).get("zk_global_sessions", "1") == "1", "this session is the only one")
    by_lines("srvr", "stat")
    for line in sorted(formed(ask(port, "cons"))):
        say("words cons", line)
    for key in WATCHED:
        value = monitored(port).get(f"zk_{key}", "missing")
        say(f"words mntr {key}", value if key in EXACT or not re.fullmatch(r"[\d.]+", value) else "<n>")
    scenario("settings")
    by_keys("conf", "=")
    by_lines("dirs")
    scenario("sessions and watches")
    by_lines("dump", "wchs", "wchc", "wchp")
    scenario("orders")
    by_lines("crst", "srst")
    # By way of the library.
    say("words ruok by the library", client.command(b"ruok"))
    say("words srvr by the library, the version has three parts", len(client.server_version()))
    client.stop()


if __name__ == "__main__":
    main()
