"""The commands over the admin API, against three real servers: what a person reads, what a program gets, and what is done."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import jsonschema

import jute
from admin import Admin
from ensemble import Ensemble
from support import BIN, PATIENCE
from terminal import Terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import openapi  # noqa: E402

# How people are told numbers.
DURATION = r"(0|-|\d+(\.\d)? (us|ms|s|m|h|d))"
BYTES = r"(-|\d+(\.\d)? ([KMGT]iB|B))"


def cells(text: str) -> list[dict[str, str]]:
    """The rows of a table by their headings. Each cell begins or ends where its heading does: otherwise nobody can read it."""
    heading, *lines = text.splitlines()
    places = [found.span() for found in re.finditer(r"\S+", heading)]
    rows = []
    for line in lines:
        found = list(re.finditer(r"\S+(?: \S+)*", line))
        if len(found) != len(places):
            raise AssertionError(f"{len(found)} cells below {len(places)} headings:\n{text}")
        for (begin, end), cell in zip(places, found):
            indented = cell is found[0] and line.startswith("  ")
            if cell.start() != begin and cell.end() != end and not indented:
                raise AssertionError(f"{cell.group()!r} does not stand below its heading:\n{text}")
        rows.append({heading[begin:end]: cell.group() for (begin, end), cell in zip(places, found)})
    return rows


def lines_of(text: str) -> dict[str, str]:
    """One thing, a field a line: a name, and its value behind the same column in all lines."""
    fields = {}
    for line in text.split("\n\n")[0].splitlines():
        if not re.fullmatch(r"\S+ +\S.*", line) or line[17] != " " or line[18] == " ":
            raise AssertionError(f"{line!r} is not aligned:\n{text}")
        fields[line[:18].strip()] = line[18:]
    return fields


class CommandsCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.ensemble = Ensemble(3, cls.prepare())
        cls.addClassCleanup(cls.ensemble.discard)
        cls.ensemble.start()
        cls.admins = {number: Admin.of(member, cls.headers()) for number, member in cls.ensemble.members.items()}
        cls.admins[1].until("/ensemble", lambda seen: seen["leader"] and len([s for s in seen["servers"] if "status" in s]) == 3)

    @classmethod
    def prepare(cls) -> str:
        """Further lines of the configuration."""
        return ""

    @classmethod
    def headers(cls) -> dict[str, str]:
        return {}

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUORATE_")}
        return {**kept, "QUORATE_CONSOLE": f"http://127.0.0.1:{self.admins[1].port}", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **more}

    def run_cli(self, *arguments: str, code: int = 0, **more: str) -> subprocess.CompletedProcess:
        done = subprocess.run([str(BIN / "quorate"), "--timeout", "20s", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE * 6, check=False, env=self.environment(**more))
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout[:2000]}{done.stderr[:2000]}")
        return done

    def table(self, *arguments: str, **more) -> str:
        return self.run_cli("-o", "table", *arguments, **more).stdout

    def json(self, *arguments: str, **more):
        return json.loads(self.run_cli("-o", "json", *arguments, **more).stdout)

    def act(self, *arguments: str, **more) -> str:
        """Something that asks for leave; what was said about it."""
        return self.run_cli("-y", *arguments, "--reason", "a test", **more).stdout.strip()

    def until(self, what: str, holds, *arguments: str):
        deadline, found = time.monotonic() + PATIENCE, None
        while time.monotonic() < deadline:
            if holds(found := self.json(*arguments)):
                return found
            time.sleep(0.1)
        raise AssertionError(f"{what}: {json.dumps(found)[:2000]}")

    def assert_items(self, items: list, schema: str) -> None:
        """As the contract has the items of this answer."""
        self.assertNotEqual(items, [])
        wanted = openapi.schema_of(schema)["properties"]["items"]
        self.assertEqual([str(error) for error in jsonschema.Draft7Validator(wanted).iter_errors(items)], [])

    def client(self, number: int) -> jute.Jute:
        client = jute.Jute(self.ensemble.members[number].port)
        self.addCleanup(client.close)
        return client

    def holder(self, number: int, path: str) -> tuple[jute.Jute, str]:
        """A client that holds an ephemeral node and watches it, and its session."""
        client = self.client(number)
        client.create(path, b"held", jute.EPHEMERAL)
        client.must(jute.GET_DATA, jute.text(path) + b"\1")
        seen = self.until("the watch", lambda seen: any(s["watches"] for s in seen), "sessions", "list", "--server", str(number), "--here")
        return client, next(s["session"] for s in seen if int(s["session"], 16) == client.session)

    def actor(self, name: str, server: int = 1) -> dict:
        return next(actor for actor in self.json("actors", "list", "--server", str(server)) if actor["name"] == name)


class Reading(CommandsCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client_of_all = jute.Jute(cls.ensemble.members[2].port)
        cls.addClassCleanup(cls.client_of_all.close)
        cls.client_of_all.create("/config", b"{}")
        cls.client_of_all.create("/locks", b"")
        cls.client_of_all.create("/locks/payments", b"anna", jute.EPHEMERAL)
        cls.client_of_all.must(jute.GET_DATA, jute.text("/config") + b"\1")
        for _ in range(20):
            cls.client_of_all.get("/config")

    def make_slow(self) -> None:
        """A write that nobody but the leader logs for a while."""
        leader = self.ensemble.leader()
        client = self.client(leader.number)
        self.run_cli("slow", "--threshold", "100ms", "--server", str(leader.number))
        followers = self.ensemble.followers()
        # A signal may come too late on a busy machine.
        for attempt in range(10):
            for member in followers:
                member.pause()
            time.sleep(0.05)
            client.say(jute.CREATE, jute.create_body(f"/slow-{attempt}"))
            time.sleep(0.4)
            for member in followers:
                member.resume()
            self.assertEqual(client.reply().error, jute.OK)
            if self.json("slow", "--server", str(leader.number)):
                return
        self.fail("no request was slow")

    LISTS = [(("actors", "list"), "Actors"), (("actors", "tree"), "Actors"), (("actors", "list", "--sort", "wait", "--connections"), "Actors"),
             (("sessions", "list"), "Sessions"), (("sessions", "list", "--here"), "Sessions"), (("watches",), "Watches"),
             (("watches", "--by", "session"), "Watches"), (("slow", "--sampled"), "SlowRequests"), (("elections",), "Elections"),
             (("log", "grep", "create"), "Transactions"), (("log", "grep", "--path", "/locks/payments"), "Transactions"),
             (("loglevel",), "LogLevels"), (("server", "config"), "ConfigValues")]

    def test_each_list_is_an_aligned_table_and_json_as_the_contract_has_it(self):
        self.run_cli("loglevel", "console", "info", "--server", "2")
        for words, schema in [*self.LISTS, (("audit",), "Audit")]:
            with self.subTest(words):
                items = self.json(*words, "--server", "2")
                self.assert_items(items, schema)
                self.assertGreaterEqual(len(cells(self.table(*words, "--server", "2"))), len(items) - 1)
                plain = self.run_cli(*words, "--server", "2").stdout.splitlines()
                self.assertEqual({line.count("\t") for line in plain}, {plain[0].count("\t")})

    def test_numbers_have_the_units_that_people_read(self):
        forms = {("actors", "list"): {"WAIT": DURATION, "WAIT_MAX": DURATION, "BUSY": r"\d+\.\d%", "AGE": DURATION, "MSGS/S": r"\d+(\.\d)?",
                                      "THREAD": "io|own|pool", "LAST_EXIT": "-"},
                 ("sessions", "list"): {"SESSION": "0x[0-9a-f]+", "TIMEOUT": "40 s", "HEARD": DURATION, "LATENCY": DURATION},
                 ("slow", "--sampled"): {"AT": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TOOK": DURATION, "STAGES": rf"[a-z]+ {DURATION}(, [a-z]+ {DURATION})*"},
                 ("top", "--once"): {"ROLE": "leading|following", "MEMORY": BYTES, "CPU": r"\d+\.\d%", "SYNC_P99": DURATION, "UPTIME": DURATION},
                 ("log", "grep", "create"): {"ZXID": "[0-9a-f]+\\.[0-9a-f]+", "BYTES": BYTES}}
        for words, columns in forms.items():
            for row in cells(self.table(*words, "--server", "2")):
                for name, form in columns.items():
                    with self.subTest(f"{words} {name}"):
                        self.assertRegex(row[name], f"^({form})$")

    def test_the_tree_shows_who_supervises_whom(self):
        tree = self.table("actors", "tree")
        self.assertEqual(cells(tree)[0]["ACTOR"], "supervisor")
        self.assertRegex(tree, r"\n  journal +\d+ ")
        self.assertRegex(tree, r"\n  peer_link to server 3 +\d+ ")
        self.assertRegex(tree, r"\n  peer_listener .*\n    peer_connection ")

    def test_one_actor_one_session_one_server_one_transaction(self):
        commit = str(self.actor("commit", 2)["id"])
        openapi.check(self.json("actors", "show", commit, "--server", "2"), "ActorDetail")
        shown = lines_of(self.table("actors", "show", commit, "--server", "2"))
        self.assertEqual((shown["name"], shown["restartable"], shown["on_death"]), ("commit", "no", "escalate"))
        supervisor = lines_of(self.table("actors", "show", str(self.actor("supervisor")["id"])))
        self.assertRegex(supervisor["children"], "journal, proposal, .*peer_link to server 2, peer_link to server 3")

        session = f"0x{self.client_of_all.session:x}"
        openapi.check(self.json("sessions", "show", session, "--server", "2"), "SessionDetail")
        shown = lines_of(self.table("sessions", "show", session, "--server", "2"))
        self.assertEqual((shown["ephemeral_paths"], shown["watched_paths"], shown["here"]), ("/locks/payments", "/config (data)", "yes"))
        self.assertEqual(lines_of(self.table("sessions", "show", session, "--server", "3"))["here"], "no")

        openapi.check(self.json("server", "show", "--server", "3"), "Status")
        shown = lines_of(self.table("server", "show", "--server", "3"))
        self.assertEqual((shown["server"], shown["serving"], shown["draining"]), ("3", "yes", "no"))
        for name, form in {"uptime": DURATION, "memory": BYTES, "disk_free": BYTES, "sync_p99": DURATION, "latency_p50": DURATION}.items():
            self.assertRegex(shown[name], f"^{form}$", name)

        zxid = self.json("log", "grep", "--path", "/locks/payments")[0]["zxid"]
        transaction = self.json("log", "show", zxid, "--server", "3")
        self.assert_items([transaction], "Transactions")
        self.assertEqual(transaction["session"], session)
        self.assertIn("ephemeral", lines_of(self.table("log", "show", zxid))["detail"])

    def test_what_is_not_there_is_said(self):
        for words, code, said in [(("actors", "show", "999999"), 3, "no actor 999999"), (("sessions", "show", "0x1"), 3, "no session 0x1"),
                                  (("server", "show", "--server", "9"), 3, "no server 9"), (("log", "show", "ff.1"), 3, "it begins at"),
                                  (("log", "grep", "no such thing"), 3, "nothing to list"), (("actors", "list", "--sort", "beauty"), 2, "sort"),
                                  (("log", "show", "x"), 2, "7.1f"), (("loglevel", "commit", "off"), 2, "level"),
                                  (("loglevel", "nobody", "info"), 3, "nobody")]:
            with self.subTest(words):
                self.assertIn(said, self.run_cli("-o", "table", *words, code=code).stderr)

    def test_slow_requests_say_where_their_time_went(self):
        self.make_slow()
        leader = str(self.ensemble.leader().number)
        self.assert_items(self.json("slow", "--server", leader), "SlowRequests")
        slowest = cells(self.table("slow", "--limit", "1", "--server", leader))[0]
        self.assertEqual(slowest["KIND"], "create")
        self.assertRegex(slowest["PATH"], "^/slow-")
        self.assertRegex(slowest["STAGES"], r"quorum \d{3} ms")

    def test_the_log_is_told_and_followed(self):
        lines = self.json("log", "tail", "--server", "2", "-n", "1000")
        self.assert_items(lines, "LogLines")
        self.assertEqual([line["seq"] for line in lines], sorted(line["seq"] for line in lines))
        shown = self.table("log", "tail", "--server", "2", "--component", "console").splitlines()
        self.assertRegex(shown[0], r"^\d{4}-\S+Z info  console console_served address=127\.0\.0\.1 port=\d+ ")
        process = subprocess.Popen([str(BIN / "quorate"), "-o", "table", "log", "tail", "-f", "--component", "proposal", "--server", "3"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertIn("looking", process.stdout.readline())
        self.run_cli("--endpoints", self.ensemble.endpoints, "leader", "transfer")
        while "epoch=2" not in (line := process.stdout.readline()):
            self.assertNotEqual(line, "", "the end of the log")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)
        events = self.json("elections", "--server", "3")
        self.assert_items(events, "Elections")
        texts = [row["TEXT"] for row in cells(self.table("elections", "--server", "3"))]
        self.assertTrue(any(re.search("handed over|leads no more", text) for text in texts), texts)

    def test_checkpoints_are_taken_and_listed(self):
        self.assertRegex(self.act("backups", "take", "--server", "2"), r"^checkpoint \S+: taken and read back whole$")
        openapi.check(self.json("backups", "list", "--server", "2"), "Backups")
        rows = {row["NAME"]: row for row in cells(self.table("backups", "list", "--server", "2"))}
        taken = next(row for name, row in rows.items() if not name.startswith("("))
        self.assertEqual(taken["VERIFIED"], "yes")
        self.assertRegex(rows["(log)"]["BYTES"], BYTES)


class Acting(CommandsCase):
    def test_an_actor_is_restarted_by_its_name_typed_and_a_reason(self):
        before = self.actor("snapshotter")
        with Terminal(self.environment(), "actors", "restart", str(before["id"])) as terminal:
            terminal.wait_for(f"Restart actor {before['id']}, snapshotter? Type snapshotter to go on")
            terminal.type("journal\n")
            self.assertEqual(terminal.wait(), 2, terminal.screen())
        with Terminal(self.environment(), "actors", "restart", str(before["id"])) as terminal:
            terminal.wait_for("Type snapshotter to go on")
            terminal.type("snapshotter\n")
            terminal.wait_for("Reason, for the audit log")
            terminal.type("it was slow\n")
            self.assertEqual(terminal.wait(), 0, terminal.screen())
            self.assertIn("is started again", terminal.screen())
        after = self.until("the restart", lambda seen: any(a["name"] == "snapshotter" and a["restarts"] == 1 for a in seen), "actors", "list")
        after = next(actor for actor in after if actor["name"] == "snapshotter")
        self.assertNotEqual(after["id"], before["id"])
        row = next(row for row in cells(self.table("actors", "list")) if row["NAME"] == "snapshotter")
        self.assertEqual((row["RESTARTS"], row["LAST_EXIT"]), ("1", "restarted by loopback: it was slow"))
        self.assertIn("stop the server instead", self.run_cli("-y", "actors", "restart", str(self.actor("commit")["id"]), "--reason", "x", code=4).stderr)
        entries = self.json("audit")
        self.assert_items(entries, "Audit")
        self.assertEqual([(entry["act"], entry["outcome"]) for entry in entries[:2]],
                         [("restartActor", "not_restartable"), ("restartActor", "ok")])
        # What a person did is no finding that needs one.
        found = json.loads(self.run_doctor().stdout)["findings"]
        self.assertEqual([f["severity"] for f in found if f["id"] == "actor_restarted"], ["note"])

    def run_doctor(self) -> subprocess.CompletedProcess:
        return subprocess.run([str(BIN / "quorate"), "-o", "json", "doctor"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=self.environment(), check=False, timeout=PATIENCE * 6)

    def test_a_trace_shows_messages_by_name_and_a_summary(self):
        client = self.client(3)
        process = subprocess.Popen([str(BIN / "quorate"), "-o", "table", "actors", "trace", str(self.actor("commit", 3)["id"]), "--for", "3s",
                                    "--server", "3"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=self.environment())
        while process.poll() is None:
            client.get("/")
            time.sleep(0.02)
        messages, summary = process.stdout.read().split("\n\n")
        process.stdout.close()
        self.assertEqual(process.returncode, 0)
        self.assertRegex(messages.splitlines()[0], rf"^\d{{4}}-\S+Z  [a-z]\S*(, \w+)*  {DURATION}$")
        rows = {row["MESSAGE"]: row for row in cells(summary)}
        self.assertIn("request, RequestBatch", rows)
        self.assertGreater(int(rows["request, RequestBatch"]["COUNT"]), 5)
        for name in ("P50", "P99", "MAX"):
            self.assertRegex(rows["request, RequestBatch"][name], f"^{DURATION}$")

    def test_watches_are_forgotten_and_a_session_is_closed(self):
        client, session = self.holder(2, "/held")
        self.assertEqual(self.act("sessions", "remove-watches", session, "--server", "2"), "1 watch is gone")
        self.assertEqual(self.json("watches", "--server", "2"), [])
        with Terminal(self.environment(), "sessions", "close", session, "--server", "2") as terminal:
            terminal.wait_for("with 1 ephemeral node and 0 watches? Type", session)
            terminal.type("no\n")
            self.assertEqual(terminal.wait(), 2)
        self.assertIn("the session has ended", self.act("sessions", "close", session, "--server", "3"))
        self.run_cli("sessions", "show", session, code=3)
        with self.assertRaises((jute.Closed, OSError)):
            client.get("/")

    def test_clients_are_sent_elsewhere(self):
        clients = [self.client(3) for _ in range(4)]
        self.until("them connected", lambda seen: len(seen) >= 4, "sessions", "list", "--here", "--server", "3")
        self.assertRegex(self.act("sessions", "shed", "--percent", "100", "--server", "3"), r"^\d+ clients are sent to other servers$")
        for client in clients:
            with self.assertRaises((jute.Closed, OSError)):
                client.get("/")

    def test_a_server_is_drained_and_taken_back(self):
        self.assertIn("sent to other servers", self.act("server", "drain", "--server", "2"))
        self.until("the drain", lambda seen: any(s.get("status", {}).get("draining") for s in seen["servers"]), "top", "--once")
        self.assertIn("draining", next(row for row in cells(self.table("top", "--once")) if row["SERVER"] == "2")["NOTE"])
        self.act("server", "undrain", "--server", "2")
        self.until("its return", lambda seen: not seen["draining"], "server", "show", "--server", "2")

    def test_levels_and_thresholds_are_changed_at_once(self):
        self.assertEqual(self.run_cli("loglevel", "commit", "debug", "--server", "2").stdout.strip(), "commit logs from debug on")
        levels = {row["COMPONENT"]: row["LEVEL"] for row in cells(self.table("loglevel", "--server", "2"))}
        self.assertEqual((levels["commit"], levels["proposal"]), ("debug", "info"))
        self.assertEqual(self.run_cli("slow", "--threshold", "2s").stdout.strip(), "requests are slow from 2000 ms on")

    def test_another_server_leads(self):
        before = self.ensemble.leader().number
        self.run_cli("--endpoints", self.ensemble.endpoints, "leader", "transfer")
        rows = cells(self.table("elections", "--server", str(before)))
        self.assertTrue(any("handed over" in row["TEXT"] for row in rows), rows)

    def test_a_server_that_is_stopped_is_missed(self):
        follower = self.ensemble.followers()[-1] if self.ensemble.followers()[-1].number != 1 else self.ensemble.followers()[0]
        self.act("server", "stop", "--server", str(follower.number))
        self.assertEqual(follower.wait_for_end(), 0)
        self.run_cli("server", "show", "--server", str(follower.number), code=6)
        follower.start()
        self.until("its return", lambda seen: all("status" in s for s in seen["servers"]), "top", "--once")


class Losing(CommandsCase):
    # What this machine is like, and how busy it is, is no matter of the test.
    OF_THE_MACHINE = {"huge_pages", "swap", "sync_time", "mailbox_wait", "clock_skew", "memory", "open_files", "disk_room", "actor_stuck"}

    def doctor(self) -> dict[str, dict]:
        """What is above a note, by name; and that its exit code says so."""
        done = subprocess.run([str(BIN / "quorate"), "-o", "json", "doctor"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=self.environment(), check=False, timeout=PATIENCE * 6)
        said = json.loads(done.stdout)
        bad = [finding for finding in said["findings"] if finding["severity"] in ("warning", "problem")]
        self.assertEqual((done.returncode, said["healthy"]), (8 if bad else 0, not bad))
        unchecked = {finding["id"] for finding in said["findings"] if finding["severity"] == "unchecked"}
        self.assertLessEqual(unchecked, {"tls_expiry", "memory", "sync_time"}, "the rest can be checked")
        return {finding["id"]: finding for finding in bad if finding["id"] not in self.OF_THE_MACHINE}

    def test_a_server_that_is_killed_is_found_and_found_again(self):
        self.assertEqual(self.doctor(), {})
        victim = next(member for member in self.ensemble.followers() if member.number != 1)
        victim.kill()
        number = str(victim.number)
        self.until("its loss", lambda seen: not all(s["linked"] for s in seen["servers"]), "top", "--once")

        found = self.doctor()

        self.assertEqual(set(found), {"client_port", "quorum_margin", "link_down", "no_status"})
        self.assertEqual((found["client_port"]["severity"], found["client_port"]["server"]), ("problem", victim.number))
        for finding in found.values():
            for part in ("what", "why", "fix"):
                self.assertRegex(finding[part], r"\w{3}", finding)
        text = self.run_cli("-o", "table", "doctor", code=8).stdout
        self.assertRegex(text, rf"^problem +client_port: server {number} does not answer at 127\.0\.0\.1:\d+: Connection refused\n"
                               r" +why: clients on this machine cannot use it\n +fix: check that it runs")
        self.assertIn("there is no link to server", self.run_cli("server", "show", "--server", number, code=6).stderr)
        row = next(row for row in cells(self.table("top", "--once")) if row["SERVER"] == number)
        self.assertEqual((row["ROLE"], row["LINKED"], row["NOTE"]), ("-", "no", "there is no link to it"))
        own = f"http://127.0.0.1:{self.admins[victim.number].port}"
        self.assertIn("check that the server runs", self.run_cli("server", "show", "--console", own, code=6).stderr)

        victim.start()
        self.until("its return", lambda seen: all("status" in s for s in seen["servers"]), "top", "--once")
        self.until("its links", lambda seen: all(link["up"] for link in seen["links"]), "top", "--once")
        self.assertEqual(self.doctor(), {})


class Roles(CommandsCase):
    @classmethod
    def prepare(cls) -> str:
        lines = []
        cls.tokens = {}
        for role in ("viewer", "operator", "admin"):
            made = subprocess.run([str(BIN / "quorate"), "-o", "json", "console", "token", "--name", f"{role}-1", "--role", role, "--expires", "2d"],
                                  capture_output=True, check=True)
            cls.tokens[role] = json.loads(made.stdout)["token"]
            lines.append(json.loads(made.stdout)["line"] + "\n")
        cls.file = Path(tempfile.mkstemp(prefix="quorate-tokens-")[1])
        cls.addClassCleanup(cls.file.unlink)
        cls.file.write_text("".join(lines))
        return f"console_tokens_file={cls.file}\n"

    @classmethod
    def headers(cls) -> dict[str, str]:
        return {"Authorization": f"Bearer {cls.tokens['admin']}"}

    def test_each_may_what_its_role_may(self):
        commands = [("viewer", ("actors", "list")), ("viewer", ("sessions", "list")), ("viewer", ("top", "--once")),
                    ("operator", ("audit",)), ("operator", ("loglevel", "commit", "info")), ("operator", ("slow", "--threshold", "1s")),
                    ("operator", ("actors", "trace", str(self.admin_actor("commit")), "--for", "1s")),
                    ("operator", ("backups", "take", "--reason", "a test")), ("operator", ("-y", "sessions", "shed", "--percent", "1", "--reason", "t")),
                    ("admin", ("-y", "actors", "restart", str(self.admin_actor("snapshotter")), "--reason", "t")),
                    ("admin", ("-y", "server", "drain", "--reason", "t")), ("admin", ("-y", "server", "undrain", "--reason", "t"))]
        roles = ["viewer", "operator", "admin"]
        for needed, words in commands:
            for role in roles:
                with self.subTest(f"{words} as {role}"):
                    allowed = roles.index(role) >= roles.index(needed)
                    if allowed and role != needed:
                        continue  # Once is enough: it acts.
                    done = self.run_cli(*words, code=0 if allowed else 5, QUORATE_TOKEN=self.tokens[role])
                    if not allowed:
                        self.assertRegex(done.stderr, rf"(?s){needed}.*\[forbidden\]")
        self.assertIn("--token-file or QUORATE_TOKEN", self.run_cli("actors", "list", code=5).stderr)
        self.run_cli("actors", "list", code=5, QUORATE_TOKEN="quorate_" + "0" * 64)

    def admin_actor(self, name: str) -> int:
        actors = self.json("actors", "list", QUORATE_TOKEN=self.tokens["admin"])
        return next(actor["id"] for actor in actors if actor["name"] == name)


class Top(CommandsCase):
    def test_it_shows_the_ensemble_live_and_heeds_its_keys(self):
        client, session = self.holder(1, "/seen")
        with Terminal(self.environment(), "top", "--every", "200ms", size=(24, 200)) as top:
            screen = top.wait_for("quorate top  ensemble", "leading", "survives 1 more loss", "q quit")
            self.assertEqual(len(re.findall("following", screen)), 2)
            top.type("2")
            top.wait_for("actors of server self", "supervisor", "journal")
            top.type("3")
            top.wait_for("sessions of server self", session)
            top.type("4")
            top.wait_for("watches of server self", "/seen")
            top.type("5")
            top.wait_for("slow of server self")
            top.type("1")
            top.wait_for("quorate top  ensemble", "survives 1 more loss")
            top.resize(12, 80)
            deadline = time.monotonic() + PATIENCE
            while not top.screen().split("\n")[11].startswith("1-5 view"):
                self.assertLess(time.monotonic(), deadline, top.screen())
                top.read(0.1)
            top.resize(24, 200)
            victim = next(member for member in self.ensemble.followers() if member.number != 1)
            victim.kill()
            top.wait_for("there is no link to it", "survives no further loss")
            victim.start()
            top.wait_for("survives 1 more loss")
            top.type("q")
            self.assertEqual(top.wait(), 0)
        openapi.check(self.json("top", "--once"), "Ensemble")
        openapi.check(self.json("top", "actors", "--once"), "Actors")
        self.assertEqual(len(cells(self.table("top", "--once"))), 3)


if __name__ == "__main__":
    unittest.main()
