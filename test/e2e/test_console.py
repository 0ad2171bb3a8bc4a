"""The admin API of real servers: everything that the console shows or does."""
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import jute
from admin import PREFIX, Admin, Events
from ensemble import Ensemble
from support import PATIENCE, Server, free_port, quorate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import openapi  # noqa: E402

CONTRACT = openapi.load()


def operations():
    """(method, path, operation) of the whole contract."""
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path, operation


def schema_name(operation: dict) -> str | None:
    content = operation["responses"]["200"]["content"]
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1] or None


def check_items(stream: Events) -> set[str]:
    """Holds the items of all topics against their schemas; which topics there were."""
    schemas = CONTRACT["paths"]["/events"]["get"]["x-topics"]
    with stream.changed:
        got = [(event, data) for event, data, _ in stream.got if event in schemas]
    for event, data in got:
        openapi.check(data, schemas[event])
    return {event for event, _ in got}


class EnsembleCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.ensemble = Ensemble(3).start()
        cls.addClassCleanup(cls.ensemble.discard)
        cls.admins = {number: Admin.of(member) for number, member in cls.ensemble.members.items()}
        cls.one = cls.admins[1]

    def assert_refused(self, answer, status: int, code: str) -> None:
        self.assertIn((status, code), openapi.codes())
        self.assertEqual((answer.status, answer.code), (status, code), answer.raw[:300])
        openapi.check(answer.json, "Error")

    def leader(self) -> int:
        return self.one.until("/ensemble", lambda seen: seen["leader"] is not None)["leader"]

    def actor(self, name: str, server: str = "self") -> dict:
        found = self.one.until(f"/servers/{server}/actors", lambda seen: any(a["name"] == name for a in seen["items"]), limit=1000)
        return next(actor for actor in found["items"] if actor["name"] == name)


class Reading(EnsembleCase):
    def test_every_get_of_the_contract_is_answered_as_described(self) -> None:
        session = jute.Jute(self.ensemble.members[1].port)
        self.addCleanup(session.close)
        session.create("/seen", b"data", jute.EPHEMERAL)
        session.get("/seen")
        self.one.until("/servers/self/actors", lambda seen: seen["total"] > 3)
        values = {"server": "self", "actor": str(self.actor("commit")["id"]),
                  "session": self.one.ask("/servers/self/sessions")["items"][0]["session"], "component": "commit",
                  "command": "mntr"}
        asked = 0
        for method, path, operation in operations():
            if method != "GET" or operation["operationId"] == "events":
                continue
            query = {"path": "/"} if "/tree/" in path else {}
            if operation["operationId"] == "searchTree":
                query = {"text": "see"}
            with self.subTest(path):
                answer = self.one.get(path.format(**values), **query)
                self.assertEqual(answer.status, 200, answer.raw[:500])
                openapi.check(answer.json, schema_name(operation))
                self.assertEqual(answer.headers["content-type"], "application/json")
                self.assertEqual(answer.headers["cache-control"], "no-store")
                asked += 1
        self.assertGreater(asked, 20)

    def test_one_server_shows_all(self) -> None:
        seen = self.one.until("/ensemble", lambda seen: all("status" in server for server in seen["servers"]))
        self.assertEqual({server["status"]["server"] for server in seen["servers"]}, {1, 2, 3})
        self.assertEqual(sorted(server["status"]["role"] for server in seen["servers"]), ["following", "following", "leading"])
        self.assertEqual((seen["quorum"]["has"], seen["quorum"]["survives"]), (True, 1))
        self.assertEqual(len(seen["links"]), 6)
        for number in (1, 2, 3):
            self.assertEqual(self.one.ask(f"/servers/{number}/status")["server"], number)
            self.assertEqual(self.admins[2].ask(f"/servers/{number}/config")["items"][0]["group"], "Place and identity")

    def command(self, name: str, server: int = 1) -> dict:
        """What a tool of ZooKeeper is answered."""
        answer = self.admins[server].raw("GET", f"/commands/{name}")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        openapi.check(answer.json, "CommandAnswer")
        self.assertEqual(list(answer.json)[-2:], ["command", "error"])
        return answer.json

    def test_commands_of_zookeeper_answer_with_its_names(self) -> None:
        client = jute.Jute(self.ensemble.members[1].port)
        self.addCleanup(client.close)
        client.create("/commanded", b"")
        client.must(jute.GET_DATA, jute.text("/commanded") + b"\1")
        leader = self.leader()

        listed = self.one.ask("/commands")["commands"]
        self.assertEqual(self.one.raw("GET", "/commands").json["commands"], listed)
        for item in listed:
            for name in (item["command"], *item["aliases"]):
                with self.subTest(name):
                    answer = self.command(name)
                    self.assertEqual((answer["command"], answer["error"]), (item["command"], None))
        self.assertEqual(self.command("mntr", leader)["server_state"], "leader")
        told = self.command("mntr")
        self.assertGreater(told["znode_count"], 1)
        self.assertEqual(told["quorum_size"], 3)
        stats = self.command("srvr", leader)
        self.assertEqual(stats["server_stats"]["server_state"], "leader")
        self.assertIn("proposal_stats", stats)
        self.assertGreater(stats["node_count"], 1)
        self.assertGreater(stats["server_stats"]["last_processed_zxid"], 1 << 32)
        self.assertEqual(self.command("conf")["client_port"], self.ensemble.members[1].port)
        connections = self.command("cons")["connections"]
        self.assertIn(client.session, [connection.get("session_id") for connection in connections])
        self.assertNotIn("session_id", self.command("stat")["connections"][0])
        self.assertGreaterEqual(self.command("wchs")["num_total_watches"], 1)
        self.assertGreater(self.command("dirs")["datadir_size"], 0)
        self.assertFalse(self.command("isro")["read_only"])
        self.assertIn("zookeeper.version", self.command("envi"))
        lead = self.command("leader")
        self.assertEqual((lead["is_leader"], lead["leader_id"], lead["leader_ip"]), (leader == 1, leader, "127.0.0.1"))
        view = self.command("voting_view")["current_config"]
        self.assertEqual(sorted(view), ["1", "2", "3"])
        self.assertEqual(view["2"]["server_addresses"], [f"127.0.0.1:{self.ensemble.members[2].port + 1}"])
        state = self.command("zabstate")
        self.assertEqual((state["zabstate"], state["voting"], state["myid"]), ("broadcast", True, 1))
        self.assertRegex(self.command("last_snapshot")["zxid"], "^0x[0-9a-f]+$")

    def test_commands_that_act_or_are_unknown_are_refused_with_a_reason(self) -> None:
        for name in ("snapshot", "restore", "shed_connections"):
            answer = self.one.raw("GET", f"/commands/{name}")
            self.assertEqual((answer.status, answer.json["command"]), (403, name))
            self.assertIn("instead: ", answer.json["error"])
        self.assertEqual(self.command("nothing")["error"], "Unknown command: nothing")
        self.assertEqual(self.one.raw("POST", "/commands/ruok", headers={"X-Quorate-Console": "1"}).status, 405)
        self.assertEqual(self.one.raw("GET", "/commands/ruok", headers={"Host": "elsewhere.example"}).status, 421)

    def test_how_many_watches_fire_is_told(self) -> None:
        client = jute.Jute(self.ensemble.members[1].port)
        self.addCleanup(client.close)
        client.create("/watched", b"")
        client.must(jute.GET_DATA, jute.text("/watched") + b"\1")
        quorate(self.ensemble.members[1], "set", "/watched", "x")
        seen = self.one.until("/servers/self/watches", lambda seen: seen["fired_per_s"] > 0)
        self.assertLess(seen["fired_per_s"], 10)

    def test_requests_that_mean_nothing_are_refused_with_a_reason(self) -> None:
        for path, status, code in (("/nothing", 404, "not_found"), ("/servers/9/status", 404, "not_found"),
                                   ("/servers/999/status", 400, "bad_request"), ("/servers/x/status", 400, "bad_request"),
                                   ("/servers/self/actors/999999", 404, "not_found"), ("/servers/self/actors/x", 404, "not_found"),
                                   ("/servers/self/sessions/0x1", 404, "not_found"), ("/servers/self/sessions/1", 400, "bad_request")):
            with self.subTest(path):
                self.assert_refused(self.one.get(path), status, code)
        self.assert_refused(self.one.get("/servers/self/actors", limit="1001"), 400, "bad_request")
        self.assert_refused(self.one.get("/servers/self/actors", sort="beauty"), 400, "bad_request")
        self.assert_refused(self.one.get("/servers/self/tree/node", path="/absent"), 404, "not_found")
        self.assert_refused(self.one.get("/servers/self/transactions", zxid="x"), 400, "bad_request")
        self.assert_refused(self.one.get("/servers/self/drain"), 405, "no_method")

    def test_the_actors_are_a_tree_below_the_supervisor(self) -> None:
        seen = self.one.until("/servers/2/actors", lambda seen: any(a["wait_us"] is not None for a in seen["items"]), limit=1000)
        actors = {actor["id"]: actor for actor in seen["items"]}
        names = {actor["name"] for actor in actors.values()}
        self.assertLessEqual({"supervisor", "journal", "proposal", "election", "commit", "session_tracker", "snapshotter",
                              "listener", "peer_link", "console"}, names)
        supervisor = next(actor for actor in actors.values() if actor["name"] == "supervisor")
        self.assertIsNone(supervisor["parent"])
        for actor in actors.values():
            if actor["name"] in ("journal", "commit", "console", "peer_link"):
                self.assertEqual(actor["parent"], supervisor["id"], actor)
        labels = {actor["label"] for actor in actors.values() if actor["name"] == "peer_link"}
        self.assertEqual(labels, {"to server 1", "to server 3"})
        self.assertEqual({a["name"]: a["restartable"] for a in actors.values()}["commit"], False)
        threads = {actor["name"]: actor["thread"] for actor in actors.values()}
        self.assertEqual((threads["commit"], threads["journal"], threads["supervisor"]), ("io", "own", "pool"))

    def test_actors_are_sorted_searched_and_paged_on_the_server(self) -> None:
        def names(**query):
            return [actor["name"] for actor in self.one.ask("/servers/self/actors", limit=1000, **query)["items"]]
        # Servers that have just started connect to each other.
        self.one.until("/servers/self/actors", lambda seen: sum(a["name"] == "peer_connection" for a in seen["items"]) == 2, limit=1000)
        self.assertEqual(names(sort="name"), sorted(names()))
        self.assertEqual(names(sort="name", order="down"), sorted(names(), reverse=True))
        self.assertEqual(set(names(search="peer_l")), {"peer_link", "peer_listener"})
        page = self.one.ask("/servers/self/actors", sort="id", offset=1, limit=2)
        everyone = self.one.ask("/servers/self/actors", sort="id", limit=1000)
        self.assertEqual([a["id"] for a in page["items"]], [a["id"] for a in everyone["items"][1:3]])
        self.assertEqual(page["total"], everyone["total"])

    def test_every_actor_tells_of_its_state_and_no_secret_is_in_it(self) -> None:
        secrets = ("treasure-of-the-node", "password-of-anna", digest("anna:password-of-anna"))
        with jute.Jute(self.ensemble.members[2].port) as client:
            client.must(jute.AUTH, jute.number(0) + jute.text("digest") + jute.buffer(f"anna:{secrets[1]}".encode()), xid=-4)
            client.create("/told", secrets[0].encode())
            client.must(jute.CREATE, jute.create_body("/told/by-anna", secrets[0].encode()))
            quorate(self.ensemble.members[2], "acl", "set", "/told", f"digest:anna:{secrets[2]}:cdrwa")
            secrets += (client.password.hex(), str(client.password))
            seen = self.one.until("/servers/2/actors", lambda seen: any(a["name"] == "connection" for a in seen["items"]),
                                  connections=True, limit=1000)
            kinds = {}
            for actor in seen["items"]:
                path = f"/servers/2/actors/{actor['id']}"
                detail = self.one.until(path, lambda seen: seen["dump"])
                kinds[actor["name"]] = detail
                openapi.check(detail, "ActorDetail")
                for secret in secrets:
                    self.assertNotIn(secret, str(detail))
                linked = actor["name"] in ("connection", "peer_connection")
                self.assertEqual(detail["io"] is not None, linked, detail)
        self.assertLessEqual({"supervisor", "journal", "proposal", "election", "commit", "surveyor", "session_tracker", "snapshotter",
                              "peer_link", "peer_listener", "peer_connection", "console", "listener", "connection"}, set(kinds))
        self.assertIn(kinds["proposal"]["dump"]["role"], ("leading", "following"))
        self.assertEqual(kinds["connection"]["dump"]["session"], f"{client.session:#x}")

    def test_a_connection_tells_what_went_over_it(self) -> None:
        with jute.Jute(self.ensemble.members[3].port) as client:
            client.create("/counted", b"x" * 10_000)
            for _ in range(20):
                client.get("/counted")
            session = self.one.until(f"/servers/3/sessions/{client.session:#x}", lambda seen: seen["actor"])
            io = self.one.until(f"/servers/3/actors/{session['actor']}", lambda seen: seen["dump"])["io"]
        # Hello and Welcome, and each request with its reply.
        self.assertEqual((io["frames_in"], io["frames_out"], io["queued_bytes"]), (22, 22, 0))
        self.assertTrue(10_000 < io["bytes_in"] < 15_000 and 200_000 < io["bytes_out"] < 210_000, io)
        link = self.actor("peer_connection", "3")
        path = f"/servers/3/actors/{link['id']}"
        first = self.one.until(path, lambda seen: seen["dump"])["io"]
        later = self.one.until(path, lambda seen: seen["io"] and seen["io"]["frames_in"] > first["frames_in"])["io"]
        self.assertGreater(later["bytes_in"], first["bytes_in"])
        self.assertGreaterEqual(later["frames_out"], first["frames_out"])

    def test_a_traced_actor_tells_what_it_handled_and_for_how_long(self) -> None:
        actor = self.actor("commit", "3")
        path = f"/servers/3/actors/{actor['id']}"
        self.assertEqual(self.one.post(path + "/trace", {"seconds": 20}).status, 200)
        with jute.Jute(self.ensemble.members[3].port) as client:
            for _ in range(20):
                client.get("/")
        seen = self.one.until(path, lambda seen: any(kind["p99_us"] is not None for kind in seen["kinds"]) and seen["messages"])
        self.assertTrue(seen["traced"])
        self.assertGreater(seen["traced_until_ms"], seen["at_ms"])
        self.assertTrue(any(kind["message"].startswith("request") for kind in seen["kinds"]), seen["kinds"])
        self.assertEqual(self.one.post(path + "/trace", {"seconds": 0}).status, 200)
        self.one.until(path, lambda seen: not seen["traced"])

    def test_sessions_watches_and_who_holds_what(self) -> None:
        with jute.Jute(self.ensemble.members[2].port) as holder:
            holder.create("/lock", b"")
            name = holder.create("/lock/holder-", b"", jute.EPHEMERAL | jute.SEQUENTIAL)
            holder.must(jute.GET_DATA, jute.text("/lock") + b"\1")
            seen = self.one.until("/servers/2/sessions", lambda seen: any(s["ephemerals"] for s in seen["items"]), here=True)
            session = next(session for session in seen["items"] if session["ephemerals"])
            self.assertEqual((session["here"], session["server"], session["protocol"], session["watches"]), (True, 2, "zookeeper", 1))
            self.assertTrue(session["address"].startswith("127.0.0.1"))
            detail = self.one.ask(f"/servers/2/sessions/{session['session']}")
            self.assertEqual(detail["ephemeral_paths"], [name])
            self.assertEqual(detail["watched_paths"], [{"path": "/lock", "kind": "data"}])
            node = self.one.ask("/servers/1/tree/node", path=name)
            self.assertEqual(node["stat"]["ephemeral_owner"], session["session"])
            watches = self.one.ask("/servers/2/watches", by="path", search="/lock")
            self.assertEqual([(item["name"], item["data"]) for item in watches["items"]], [("/lock", 1)])
            # Elsewhere it is known, but not connected.
            elsewhere = self.one.ask(f"/servers/3/sessions/{session['session']}")
            self.assertEqual((elsewhere["here"], elsewhere.get("address")), (False, None))

    def test_transactions_lines_metrics_and_searches(self) -> None:
        quorate(self.ensemble.members[1], "create", "/logged", "x")
        seen = self.one.until("/servers/self/transactions", lambda seen: seen["items"], path="/logged")
        self.assertEqual((seen["items"][0]["kind"], seen["items"][0]["paths"]), ("create", ["/logged"]))
        again = self.one.ask("/servers/self/transactions", zxid=seen["items"][0]["zxid"], limit=1)
        self.assertEqual(again["items"], seen["items"][:1])
        self.assertTrue(again["more"])
        older = self.one.ask("/servers/self/transactions", zxid=again["next"], limit=1000)
        self.assertNotIn(again["items"][0], older["items"])
        self.assertEqual((older["more"], older["next"], older["items"][-1]["zxid"]), (False, None, older["first"]))
        self.assertEqual(self.one.ask("/servers/self/tree/search", text="logg")["paths"], ["/logged"])
        self.assertIn("logged", [child["name"] for child in self.one.ask("/servers/2/tree/children", path="/")["items"]])
        lines = self.one.ask("/servers/self/log", component="proposal", search="leading\": ", limit=5)
        self.assertEqual(lines["items"], [])
        lines = self.one.ask("/servers/self/log", component="console", level="info")
        self.assertIn("console_served", [line["event"] for line in lines["items"]])
        history = self.one.until("/servers/2/metrics", lambda seen: len(seen["times_ms"]) >= 2)
        for series in history["series"]:
            self.assertEqual(len(series["values"]), len(history["times_ms"]), series["name"])
        later = self.one.ask("/servers/2/metrics", since_ms=history["times_ms"][-2])
        self.assertEqual(later["times_ms"][0], history["times_ms"][-1])

    def test_data_that_its_reader_may_not_see_is_not_shown(self) -> None:
        server = self.ensemble.members[1]
        quorate(server, "--auth", "digest:anna:secret", "create", "/private", "treasure")
        quorate(server, "--auth", "digest:anna:secret", "acl", "set", "/private", "digest:anna:" + digest("anna:secret") + ":cdrwa")
        self.one.until("/servers/self/tree/node", lambda seen: not seen["readable"], path="/private")
        hidden = self.one.ask("/servers/self/tree/node", path="/private")
        self.assertNotIn("treasure", str(hidden))
        self.assertEqual(hidden["acl"], [{"perms": "cdrwa", "scheme": "digest", "id": "anna"}])
        answer = self.one.get("/servers/self/tree/node", headers={"X-Quorate-Identity": "digest:anna:secret"}, path="/private")
        self.assertEqual((answer.json["readable"], answer.json["data"]), (True, "treasure"))
        wrong = self.one.get("/servers/self/tree/node", headers={"X-Quorate-Identity": "digest:anna:guess"}, path="/private")
        self.assertFalse(wrong.json["readable"])

    def test_what_clients_name_comes_back_as_it_is(self) -> None:
        name = "/<script>alert(1)<script>"
        with jute.Jute(self.ensemble.members[1].port) as client:
            client.create(name, b"<img src=x onerror=alert(1)>\xff\x00")
        node = self.one.until("/servers/self/tree/node", lambda seen: True, path=name)
        self.assertEqual(node["path"], name)
        self.assertIn("base64", node["data"])
        self.assertEqual(self.one.ask("/servers/self/tree/search", text="script")["paths"], [name])


def digest(credentials: str) -> str:
    import base64
    return base64.b64encode(hashlib.sha1(credentials.encode()).digest()).decode()


class Acting(EnsembleCase):
    def confirmed(self, name, **more) -> dict:
        return {"confirm": str(name), "reason": "a test", **more}

    def test_an_actor_is_restarted_by_name_and_with_a_reason(self) -> None:
        actor = self.actor("snapshotter", "2")
        path = f"/servers/2/actors/{actor['id']}/restart"
        self.assert_refused(self.one.post(path, {"confirm": "snapshotter"}), 400, "bad_request")
        self.assert_refused(self.one.post(path, self.confirmed("commit")), 400, "not_confirmed")
        self.assert_refused(self.one.post(path, self.confirmed("snapshotter"), headers={"If-Match": "1"}), 412, "stale")
        answer = self.one.post(path, self.confirmed("snapshotter"), headers={"If-Match": str(actor["id"])})
        self.assertEqual(answer.status, 200, answer.raw)
        after = self.one.until("/servers/2/actors", lambda seen: any(
            a["name"] == "snapshotter" and a["id"] != actor["id"] for a in seen["items"]), limit=1000)
        restarted = next(a for a in after["items"] if a["name"] == "snapshotter")
        self.assertEqual(restarted["restarts"], 1)
        self.assertEqual(restarted["last_exit_reason"], "restarted by loopback: a test")
        outcomes = [entry["outcome"] for entry in self.one.ask("/servers/2/audit")["items"] if entry["act"] == "restartActor"]
        self.assertEqual(outcomes, ["ok", "stale", "not_confirmed", "bad_request"])
        entry = next(entry for entry in self.one.ask("/servers/2/audit")["items"] if entry["outcome"] == "ok")
        self.assertEqual((entry["who"], entry["role"], entry["via"], entry["reason"]), ("loopback", "admin", 1, "a test"))
        # It does its duty: a checkpoint.
        quorate(self.ensemble.members[2], "create", "/behind", "x")
        self.assertEqual(self.one.post("/servers/2/backups", {"reason": "a test"}).status, 200)

    def test_a_checkpoint_is_read_back_and_found_damaged(self) -> None:
        why = {"reason": "a test"}
        quorate(self.ensemble.members[3], "create", "/kept", "x" * 4000)
        self.assertEqual(self.one.post("/servers/3/backups", why).status, 200)
        seen = self.one.ask("/servers/3/backups")
        self.assertEqual(seen["image"]["zxid"], seen["log"]["last"], "it has what was applied when it was asked for")
        newest = seen["checkpoints"][0]
        self.assertGreater(newest["bytes"], 0)
        self.assertLess(seen["image"]["bytes"], 1 << 20, "the image alone, not all that is in the directory")
        self.assertRegex(newest["digest"], "^[0-9a-f]{16}$")
        self.assertEqual((newest["verified"], newest["verified_ms"] is None), ("yes", False))
        verify = f"/servers/3/backups/{newest['name']}/verify"
        self.assertEqual(self.one.post(verify, why).status, 200)
        folder = self.ensemble.members[3].data / "checkpoints" / newest["name"]
        # The image shares the file by a hard link: what is damaged must be a copy.
        table = max(folder.glob("*.sst"), key=lambda file: file.stat().st_size)
        whole = table.read_bytes()
        table.unlink()
        table.write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
        self.assert_refused(self.one.post(verify, why), 409, "damaged")
        self.assertEqual(self.one.ask("/servers/3/backups")["checkpoints"][0]["verified"], "no")
        self.assert_refused(self.one.post("/servers/3/backups/00000000000000ff/verify", why), 404, "not_found")
        self.assert_refused(self.one.post("/servers/3/backups/..%2F..%2Flog/verify", why), 404, "not_found")

    def write_slowly(self, path: str) -> None:
        """A write at server 1 that waits for the others; too short for anybody to give another up."""
        client = jute.Jute(self.ensemble.members[1].port)
        self.addCleanup(client.close)
        others = [member.process for number, member in self.ensemble.members.items() if number != 1]
        for process in others:
            process.send_signal(signal.SIGSTOP)
        let_go_on = threading.Timer(0.3, lambda: [process.send_signal(signal.SIGCONT) for process in others])
        let_go_on.start()
        self.addCleanup(let_go_on.join)
        client.create(path, b"x")

    def test_what_a_traced_actor_handles_flows_while_it_is_traced(self) -> None:
        stream = self.one.events(topic=["trace", "audit", "log", "slow"])
        self.addCleanup(stream.close)
        stream.wait_for("hello")
        actor = self.actor("commit")
        path = f"/servers/self/actors/{actor['id']}"
        self.assertEqual(self.one.post(f"{path}/trace", {"seconds": 600}).status, 200)
        self.assertEqual(self.one.act("PUT", "/servers/self/slow/threshold", {"threshold_ms": 1}).status, 200)
        for number in range(10):
            quorate(self.ensemble.members[1], "create", f"/traced-{number}", "a secret")
        self.write_slowly("/traced-slowly")

        item = stream.wait_for("trace", lambda item: item["from"] == "proposal" and item["wait_us"] is not None)

        self.assertEqual((item["actor"], item["name"]), (actor["id"], "commit"))
        seen = self.one.until(path, lambda seen: len(seen["messages"]) > 0)
        self.assertTrue(seen["traced"])
        self.assertEqual(self.one.post(f"{path}/trace", {"seconds": 0}).status, 200)
        self.one.until(path, lambda seen: not seen["traced"])
        stream.wait_for("slow")
        self.assertLessEqual({"trace", "audit", "slow"}, check_items(stream))
        items = [data for event, data, _ in stream.got if event == "trace"]
        self.assertNotIn("secret", json.dumps(items))
        numbers = [item["seq"] for item in items]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_an_actor_whose_death_ends_more_is_not_restarted(self) -> None:
        for name in ("commit", "journal", "supervisor"):
            actor = self.actor(name)
            answer = self.one.post(f"/servers/self/actors/{actor['id']}/restart", self.confirmed(name))
            self.assert_refused(answer, 409, "not_restartable")
        self.assertEqual(self.ensemble.members[1].process.poll(), None)

    def test_the_console_itself_can_be_restarted(self) -> None:
        actor = self.actor("console", "3")
        self.assertEqual(self.one.post(f"/servers/3/actors/{actor['id']}/restart", self.confirmed("console")).status, 200)
        self.one.until("/servers/3/actors", lambda seen: any(
            a["name"] == "console" and a["id"] != actor["id"] for a in seen["items"]), limit=1000)
        # Its HTTP port too; chosen anew by the system, because this one is 0.
        lines = self.one.until("/servers/3/log", lambda seen: len(seen["items"]) > 1, search="console_served")
        again = Admin(lines["items"][0]["fields"]["port"])
        self.assertEqual(again.ask("/servers/self/status")["server"], 3)
        self.assertEqual(again.until("/servers/1/status", lambda seen: True)["server"], 1)

    def test_the_tree_is_edited_only_as_it_was_seen(self) -> None:
        node = "/servers/2/tree/node"
        self.assertEqual(self.one.post(node, {"data": "one", "reason": "t"}, path="/edited").json["path"], "/edited")
        self.assert_refused(self.one.post(node, {"data": "two", "reason": "t"}, path="/edited"), 409, "conflict")
        self.assertEqual(self.one.act("PUT", node, {"data": "two", "version": 0, "reason": "t"}, path="/edited").status, 200)
        self.assert_refused(self.one.act("PUT", node, {"data": "three", "version": 0, "reason": "t"}, path="/edited"), 412, "stale")
        self.assert_refused(self.one.act("PUT", node, {"data": "three", "reason": "t"}, path="/edited"), 400, "bad_request")
        self.assertEqual(self.one.act("PUT", node, {"data": {"base64": "AP8="}, "version": 1, "reason": "t"}, path="/edited").status, 200)
        self.assertEqual(quorate(self.ensemble.members[1], "-o", "json", "get", "/edited").stdout.count("AP8="), 1)
        acl = "/servers/2/tree/acl"
        self.assertEqual(self.one.act("PUT", acl, {"acl": [{"perms": "r", "scheme": "world", "id": "anyone"}], "version": 0, "reason": "t"},
                                      path="/edited").status, 200)
        self.assert_refused(self.one.act("PUT", node, {"data": "no", "version": 2, "reason": "t"}, path="/edited"), 403, "forbidden")
        self.assert_refused(self.one.act("DELETE", node, self.confirmed("/other", version=2), path="/edited"), 400, "not_confirmed")
        self.assertEqual(self.one.act("DELETE", node, self.confirmed("/edited", version=2), path="/edited").status, 200)
        self.assert_refused(self.one.get(node, path="/edited"), 404, "not_found")

    def test_a_session_is_closed_and_watches_are_removed(self) -> None:
        client = jute.Jute(self.ensemble.members[3].port)
        self.addCleanup(client.close)
        client.create("/doomed", b"", jute.EPHEMERAL)
        client.must(jute.GET_DATA, jute.text("/doomed") + b"\1")
        seen = self.one.until("/servers/3/sessions", lambda seen: any(s["ephemerals"] for s in seen["items"]), here=True)
        session = next(s["session"] for s in seen["items"] if s["ephemerals"])
        path = f"/servers/3/sessions/{session}"
        self.assertEqual(self.one.post(path + "/remove-watches", self.confirmed(session)).status, 200)
        self.assertEqual(self.one.ask(path)["watched_paths"], [])
        # Through a server that the client is not connected to.
        answer = self.one.post(f"/servers/2/sessions/{session}/close", self.confirmed(session))
        self.assertEqual(answer.status, 200, answer.raw)
        self.assert_refused(self.one.get("/servers/self/tree/node", path="/doomed"), 404, "not_found")

    def test_a_component_logs_more_when_asked_to(self) -> None:
        self.assertEqual(self.one.act("PUT", "/servers/2/loglevels/commit", {"level": "debug"}).status, 200)
        levels = {item["component"]: item["level"] for item in self.one.ask("/servers/2/loglevels")["items"]}
        self.assertEqual((levels["commit"], levels["console"]), ("debug", "info"))
        self.assert_refused(self.one.act("PUT", "/servers/2/loglevels/commit", {"level": "loud"}), 400, "bad_request")
        self.assert_refused(self.one.act("PUT", "/servers/2/loglevels/nobody", {"level": "info"}), 404, "not_found")

    def test_a_drained_server_sends_its_clients_away_until_it_is_told_otherwise(self) -> None:
        number = self.leader()
        self.assertEqual(self.one.raw("GET", "/readyz").status, 200)
        answer = self.one.post(f"/servers/{number}/drain", self.confirmed(number, drain=True))
        self.assertEqual(answer.status, 200, answer.raw)
        status = self.one.until(f"/servers/{number}/status", lambda seen: seen["draining"])
        self.assertNotEqual(status["role"], "leading")
        self.assertEqual(self.admins[number].raw("GET", "/readyz").status, 503)
        refused = quorate(self.ensemble.members[number], "--timeout", "1s", "ls", "/", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(self.one.post(f"/servers/{number}/drain", self.confirmed(number, drain=False)).status, 200)
        self.assertEqual(quorate(self.ensemble.members[number], "ls", "/").returncode, 0)
        self.assertEqual(self.admins[number].raw("GET", "/readyz").status, 200)

    def test_clients_are_shed(self) -> None:
        clients = [jute.Jute(self.ensemble.members[2].port) for _ in range(10)]
        for client in clients:
            self.addCleanup(client.close)
        answer = self.one.post("/servers/2/shed", self.confirmed(2, percent=100))
        self.assertIn("10 clients", answer.json["text"])
        for client in clients:
            with self.assertRaises((jute.Closed, OSError)):
                client.get("/")


class Pipeline(threading.Thread):
    """A client that sends writes without waiting, as fast as it can, until the server ends the connection."""

    def __init__(self, port: int, parent: str):
        super().__init__(daemon=True)
        self.client = jute.Jute(port)
        self.client.create(parent)
        self.body = jute.create_body(parent + "/n-", b"x", jute.SEQUENTIAL)
        self.answered = 0
        self.first_answers = threading.Event()

    def run(self) -> None:
        threading.Thread(target=self.say, daemon=True).start()
        try:
            while self.client.reply().error == jute.OK:
                self.answered += 1
                if self.answered == 100:
                    self.first_answers.set()
        except jute.Closed:
            pass

    def say(self) -> None:
        try:
            while True:
                self.client.say(jute.CREATE, self.body)
        except (jute.Closed, OSError):
            pass


class Leaving(EnsembleCase):
    """What a client has in flight when its server sends it away: each write is answered, or was never begun."""

    def all_done_are_answered(self, number: int, parent: str, leave) -> None:
        pipeline = Pipeline(self.ensemble.members[number].port, parent)
        self.addCleanup(pipeline.client.close)
        pipeline.start()
        self.assertTrue(pipeline.first_answers.wait(PATIENCE))
        leave()
        pipeline.join(PATIENCE)
        self.assertFalse(pipeline.is_alive(), "it is sent away")
        other = self.ensemble.members[number % 3 + 1]
        quorate(other, "sync", "/")
        self.assertEqual(pipeline.answered, len(quorate(other, "ls", parent).stdout.split()))

    def drain(self, number: int, drained: bool = True) -> None:
        answer = self.one.post(f"/servers/{number}/drain", {"confirm": str(number), "reason": "a test", "drain": drained})
        self.assertEqual(answer.status, 200, answer.raw)

    def test_a_drained_server_answers_what_it_began(self) -> None:
        for attempt in range(3):
            for number in (1, 2, 3):  # One of them leads.
                with self.subTest(attempt=attempt, number=number, leader=self.leader()):
                    self.all_done_are_answered(number, f"/drained-{attempt}-{number}", lambda: self.drain(number))
                self.drain(number, False)

    def test_clients_that_are_shed_are_answered(self) -> None:
        shed = {"percent": 100, "confirm": "2", "reason": "a test"}
        self.all_done_are_answered(2, "/shed", lambda: self.one.post("/servers/2/shed", shed))

    def test_those_of_a_server_that_stops_too(self) -> None:
        leader = self.leader()
        for number in (leader, leader % 3 + 1):
            with self.subTest(number=number, leader=self.ensemble.leader().number):
                server = self.ensemble.members[number]
                self.all_done_are_answered(number, f"/stopped-{number}", server.stop)
                server.start()


class Losing(EnsembleCase):
    def test_the_death_of_the_leader_is_told_with_its_reason_and_without_a_quorum_too(self) -> None:
        leader = self.leader()
        first, second = [number for number in (1, 2, 3) if number != leader]
        admin = self.admins[first]
        stream = admin.events(view=["/ensemble"], topic=["election", "log:warn"])
        self.addCleanup(stream.close)
        stream.wait_for("view", lambda data: data["body"]["leader"] == leader)

        self.ensemble.members[leader].kill()

        left = stream.wait_for("election", lambda data: data["event"] == "left")
        self.assertLessEqual({"election"}, check_items(stream))
        self.assertIn(left["reason"], ("link_down", "leader_silent", "leader_left"))
        self.assertEqual(left["leader"], leader)
        elected = stream.wait_for("election", lambda data: data["event"] == "elected")
        self.assertTrue(elected["votes"])
        seen = stream.wait_for("view", lambda data: data["body"]["leader"] in (first, second))
        gone = next(server for server in seen["body"]["servers"] if server["server"] == leader)
        self.assertFalse(gone["linked"])
        self.assert_refused(admin.get(f"/servers/{leader}/status"), 502, "not_linked")

        last = stream.last_id
        stream.close()
        self.ensemble.members[second].kill()
        lost = admin.until("/ensemble", lambda seen: not seen["quorum"]["has"])
        self.assertEqual(lost["quorum"]["text"], "no quorum: nothing can be written")
        self.assertEqual(admin.raw("GET", "/readyz").status, 503)
        self.assertEqual(admin.raw("GET", "/livez").status, 200)
        self.assertIn("not currently serving", admin.raw("GET", "/commands/stat").json["error"])
        self.assertIsNone(admin.raw("GET", "/commands/ruok").json["error"])
        self.assertGreater(admin.ask("/servers/self/actors")["total"], 5)
        # Who comes back with the last id misses nothing.
        admin.until("/servers/self/elections", lambda seen: sum(e["event"] == "left" for e in seen["items"]) >= 2)
        again = Events(admin, {"topic": ["election"]}, last)
        self.addCleanup(again.close)
        again.wait_for("election", lambda data: data["event"] == "left" and data["leader"] != leader)
        self.assertNotIn("gap", [name for name, _, _ in again.got])

        for number in (leader, second):
            self.ensemble.members[number].start(wait=False)
        admin.until("/ensemble", lambda seen: seen["quorum"]["survives"] == 1)


class Alone(unittest.TestCase):
    """A server on its own, and who may come in."""

    def setUp(self) -> None:
        self.server = Server()
        self.addCleanup(self.server.discard)

    def assert_code(self, answer, status: int, code: str) -> None:
        self.assertIn((status, code), openapi.codes())
        self.assertEqual((answer.status, answer.code), (status, code), answer.raw[:300])

    def test_pages_of_other_sites_get_nowhere(self) -> None:
        self.server.start()
        admin = Admin.of(self.server)
        own = f"http://127.0.0.1:{admin.port}"
        path = PREFIX + "/servers/self/loglevels/commit"
        good = {"Content-Type": "application/json", "X-Quorate-Console": "1"}
        body = b'{"level":"info"}'
        self.assertEqual(admin.raw("PUT", path, body, {**good, "Origin": own}).status, 200)
        self.assert_code(admin.raw("PUT", path, body, {**good, "Origin": "http://evil.example"}), 403, "forbidden")
        self.assert_code(admin.raw("PUT", path, body, {**good, "Sec-Fetch-Site": "cross-site"}), 403, "forbidden")
        self.assertEqual(admin.raw("PUT", path, body, {"Content-Type": "application/json"}).status, 403)
        self.assertIn(admin.raw("PUT", path, body, {"Content-Type": "text/plain", "X-Quorate-Console": "1"}).status, (400, 403, 415))
        self.assert_code(admin.raw("GET", PREFIX + "/me", headers={"Host": "rebound.example"}), 421, "wrong_host")
        page = admin.raw("GET", "/")
        self.assertIn("default-src 'self'", page.headers["content-security-policy"])
        self.assertNotIn("access-control-allow-origin", page.headers)

    def test_what_is_no_request_of_the_api_is_refused_as_described(self) -> None:
        self.server.start()
        admin = Admin.of(self.server)
        target = PREFIX + "/me"
        self.assert_code(admin.raw("GET", target, headers={"Expect": "miracles"}), 417, "bad_request")
        self.assert_code(admin.raw("GET", target, headers={"X-Long": "x" * 20_000}), 431, "too_large")
        good = {"Content-Type": "application/json", "X-Quorate-Console": "1", "Content-Length": str(3 << 20)}
        self.assert_code(admin.raw("POST", PREFIX + "/login", None, good), 413, "too_large")

    def test_the_page_is_in_the_program(self) -> None:
        self.server.start()
        admin = Admin.of(self.server)
        dist = Path(__file__).resolve().parents[2] / "console/dist"
        for file in (file for file in dist.rglob("*") if file.is_file()):
            path = "/" + str(file.relative_to(dist))
            plain = admin.raw("GET", path)
            self.assertEqual((plain.status, plain.raw), (200, file.read_bytes()), path)
            packed = admin.raw("GET", path, headers={"Accept-Encoding": "gzip"})
            self.assertEqual(packed.headers["content-encoding"], "gzip")
            self.assertEqual(gzip.decompress(packed.raw), plain.raw, path)
            again = admin.raw("GET", path, headers={"If-None-Match": plain.headers["etag"]})
            self.assertEqual((again.status, again.raw), (304, b""), path)
        self.assertEqual(admin.raw("GET", "/").raw, (dist / "index.html").read_bytes())
        self.assertEqual(admin.raw("GET", "/assets/absent.js").status, 404)

    def test_the_metrics_are_what_prometheus_reads(self) -> None:
        self.server.start()
        admin = Admin.of(self.server)
        page = admin.raw("GET", "/metrics")
        self.assertTrue(page.headers["content-type"].startswith("text/plain; version=0.0.4"))
        self.assertIn("\nquorate_", page.raw.decode())
        self.assertIn("\nznode_count ", page.raw.decode())
        checked = subprocess.run(["promtool", "check", "metrics"], input=page.raw, capture_output=True, check=False)
        ours = [line for line in checked.stderr.decode().splitlines() if line.startswith(("quorate_", "process_", "error"))]
        self.assertEqual(ours, [])

    def test_stopping_through_the_console(self) -> None:
        self.server.options += ["--console-port", str(free_port())]
        self.server.start()
        admin = Admin.of(self.server)
        number = admin.ask("/me")["server"]
        self.assert_code(admin.post("/servers/self/stop", {"confirm": "nope", "reason": "t"}), 400, "not_confirmed")
        self.assertEqual(admin.post("/servers/self/stop", {"confirm": str(number), "reason": "t"}).status, 200)
        self.assertEqual(self.server.wait_for_end(), 0)
        entry = self.server.restart() and Admin.of(self.server).ask("/servers/self/audit")["items"][0]
        self.assertEqual((entry["act"], entry["outcome"]), ("stop", "ok"))

    def tokens(self) -> dict[str, str]:
        """Tokens by role, in a file that the server is given."""
        tokens = {role: f"token-of-{role}-0123456789abcdef" for role in ("viewer", "operator", "admin")}
        file = self.server.directory / "tokens"
        file.write_text("".join(f"{role}s-token {role} {hashlib.sha256(token.encode()).hexdigest()}\n"
                                for role, token in tokens.items()) +
                        f"old viewer {hashlib.sha256(b'old').hexdigest()} 2020-01-01\n")
        os.chmod(file, 0o600)
        self.server.options += ["--console-tokens-file", str(file)]
        return tokens

    def test_every_route_by_every_role(self) -> None:
        tokens = self.tokens()
        self.server.start()
        admin = Admin.of(self.server)
        roles = ["none", "viewer", "operator", "admin"]
        values = {"server": "self", "actor": "999999", "session": "0x1", "component": "nobody", "checkpoint": "0000000000000001",
                  "command": "ruok"}
        judged = 0
        for method, path, operation in operations():
            if operation["operationId"] in ("login", "logout", "events", "takeSnapshot"):
                continue
            for role in roles:
                headers = {"Authorization": f"Bearer {tokens[role]}"} if role in tokens else {}
                target = path.format(**values)
                # Nothing is confirmed, so that nothing happens.
                answer = (admin.get(target, headers=headers) if method == "GET" else
                          admin.act(method, target, {}, headers=headers))
                needed = operation["x-role"]
                with self.subTest(f"{method} {path} as {role}"):
                    judged += 1
                    if role == "none" and needed != "none":
                        self.assert_code(answer, 401, "unauthenticated")
                    elif roles.index(role) < roles.index(needed):
                        self.assert_code(answer, 403, "forbidden")
                    else:
                        self.assertNotIn(answer.status, (401, 403))
        self.assertGreaterEqual(judged, 140)

    def test_a_token_buys_a_cookie_that_ends_with_the_logout(self) -> None:
        tokens = self.tokens()
        self.server.start()
        admin = Admin.of(self.server)
        self.assertEqual(admin.ask("/me")["role"], "none")
        self.assert_code(admin.raw("GET", "/commands/ruok"), 401, "unauthenticated")
        self.assert_code(admin.post("/login", {"token": "old"}), 401, "unauthenticated")
        answer = admin.post("/login", {"token": tokens["operator"]})
        self.assertEqual((answer.status, answer.json["role"], answer.json["name"]), (200, "operator", "operators-token"))
        cookie = answer.headers["set-cookie"]
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, cookie)
        headers = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(admin.get("/me", headers=headers).json["role"], "operator")
        self.assertEqual(admin.get("/servers/self/audit", headers=headers).status, 200)
        admin.post("/logout", {}, headers=headers)
        self.assert_code(admin.get("/servers/self/audit", headers=headers), 401, "unauthenticated")

    def test_a_stream_needs_the_role_of_what_it_shows(self) -> None:
        tokens = self.tokens()
        self.server.start()
        viewer = Admin(Admin.of(self.server).port, {"Authorization": f"Bearer {tokens['viewer']}"})
        for query in ({"topic": ["audit"]}, {"view": ["/servers/self/audit"]}):
            self.assertEqual(viewer.events(**query).response.status, 403)
        for query in ({"topic": ["gossip"]}, {"view": ["/servers/self/config"]}, {"view": ["x"]}, {"view": ["/me"] * 9}):
            self.assertEqual(viewer.events(**query).response.status, 400)
        stream = viewer.events(view=["/servers/self/status"], topic=["log"])
        self.addCleanup(stream.close)
        openapi.check(stream.wait_for("view")["body"], "Status")

    def test_a_console_that_may_only_look(self) -> None:
        self.server.options += ["--console-read-only", "true"]
        self.server.start()
        admin = Admin.of(self.server)
        self.assertTrue(admin.ask("/me")["read_only"])
        self.assert_code(admin.act("PUT", "/servers/self/loglevels/commit", {"level": "info"}), 403, "read_only")
        self.assertEqual(admin.ask("/servers/self/status")["role"], "alone")

    def test_a_console_for_others_needs_tls_and_tokens(self) -> None:
        self.server.options += ["--console-address", "0.0.0.0"]
        self.server.start(wait=False)
        self.assertEqual(self.server.wait_for_end(), 1)
        self.assertIn("console_address", self.server.tail())

    def test_without_a_console_nothing_listens(self) -> None:
        self.server.options += ["--console-enabled", "false"]
        self.server.start()
        self.assertNotIn("console_served", self.server.log.read_text())


if __name__ == "__main__":
    unittest.main()
