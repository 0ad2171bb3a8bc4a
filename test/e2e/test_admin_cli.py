"""The commands over the admin API, against a console that is none: what they print, refuse and survive."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from admin_fake import ACTORS, CONTRACT, HOSTILE, NOW, AdminFake, Refusal, actor, complaints, ensemble, lines, message, session, status
from support import BIN, PATIENCE, free_port
from terminal import Terminal


class AdminCase(unittest.TestCase):
    def setUp(self) -> None:
        self.fake = AdminFake()
        self.addCleanup(self.fake.close)

    def environment(self, **more: str) -> dict:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUORATE_")}
        return {**kept, "QUORATE_CONSOLE": self.fake.url, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **more}

    def run_cli(self, *arguments: str, code: int = 0, timeout: str = "20s", **more: str) -> subprocess.CompletedProcess:
        done = subprocess.run([str(BIN / "quorate"), "--timeout", timeout, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE * 6, check=False, env=self.environment(**more))
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout[:2000]}{done.stderr[:2000]}")
        return done

    def json_of(self, *arguments: str, **more):
        return json.loads(self.run_cli("-o", "json", *arguments, **more).stdout)

    def sent(self, method: str) -> list[dict]:
        return [request for request in self.fake.requests if request["method"] == method]


class Contract(AdminCase):
    """What the other tests build on is what servers are said to answer."""

    def test_the_fixtures_are_as_the_contract_has_them(self):
        for path, item in CONTRACT["paths"].items():
            operation = item.get("get")
            if not operation or not path.startswith(("/ensemble", "/servers")) or "tree" in path or "metrics" in path:
                continue
            with self.subTest(path):
                concrete = path.replace("{server}", "1").replace("{actor}", "2").replace("{session}", "0x100000001")
                answer = self.fake.answer("GET", concrete, {}, None)
                schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
                self.assertEqual(complaints(json.loads(json.dumps(answer)), schema), [])

    def test_a_fixture_that_is_not_is_found(self):
        schema = {"$ref": "#/components/schemas/Status"}
        self.assertEqual(complaints(status(1, role="dreaming"), schema), [".role is 'dreaming'"])
        self.assertEqual(complaints({**status(1), "epoch": "7"}, schema), [".epoch is no integer"])


EVERY_LIST = [(("actors", "list"), 3), (("actors", "tree"), 3), (("sessions", "list"), 3), (("watches",), 1), (("slow",), 1),
              (("elections",), 1), (("audit",), 1), (("loglevel",), 1), (("server", "config"), 2), (("log", "tail"), 5),
              (("log", "grep", "--path", "/config"), 16)]


class Lists(AdminCase):
    def test_each_is_an_array_of_what_the_server_gave_or_lines(self):
        for words, count in EVERY_LIST:
            with self.subTest(words):
                items = self.json_of(*words)
                self.assertEqual(len(items), count)
                self.assertIsInstance(items[0], dict)
                jsonl = self.run_cli("-o", "jsonl", *words).stdout.splitlines()
                self.assertEqual([json.loads(line) for line in jsonl], items)
                self.assertEqual(len(self.run_cli(*words).stdout.splitlines()), count)
                table = self.run_cli("-o", "table", *words).stdout.splitlines()
                self.assertEqual(len(table), count + (words != ("log", "tail")))

    def test_lines_are_numbers_and_tables_are_for_people(self):
        plain = self.run_cli("actors", "list").stdout.splitlines()[1].split("\t")
        self.assertEqual(plain[:6], ["2", "proposal", "-", "idle", "1500", "90"])
        self.assertRegex(self.run_cli("-o", "table", "actors", "list").stdout, r"proposal +- +idle +1\.5 ms +90 us")

    def test_a_long_list_is_taken_page_by_page(self):
        self.fake.sessions = [session(n % 10, session=f"0x{n:x}") for n in range(2500)]

        self.assertEqual(len(self.run_cli("sessions", "list").stdout.splitlines()), 2500)
        self.assertEqual([request["query"]["offset"] for request in self.fake.requests], ["0", "1000", "2000"])
        some = self.run_cli("sessions", "list", "--limit", "3")
        self.assertEqual(len(some.stdout.splitlines()), 3)
        self.assertIn("3 of 2500", some.stderr)

    def test_options_go_into_the_query(self):
        self.run_cli("actors", "list", "--sort", "wait", "--search", "a&b=c /", "--connections", "--server", "2")
        request = self.fake.requests[0]
        self.assertEqual(request["path"], "/servers/2/actors")
        self.assertEqual({name: request["query"][name] for name in ("sort", "order", "search", "connections")},
                         {"sort": "wait", "order": "down", "search": "a&b=c /", "connections": "true"})

    def test_actors_stand_below_their_supervisor(self):
        tree = self.run_cli("-o", "table", "actors", "tree").stdout.splitlines()
        self.assertRegex(tree[1], r"^supervisor ")
        self.assertRegex(tree[3], r"^    link to server 2 ")

    def test_supervisors_that_go_round_in_a_circle_are_shown_once(self):
        self.fake.actors = [actor(1, "a", parent=2), actor(2, "b", parent=1), actor(3, "c", parent=3)]
        self.assertEqual(len(self.json_of("actors", "tree")), 3)

    def test_slow_requests_show_their_stages(self):
        self.assertIn("queue 1.0 ms, log 150 ms", self.run_cli("-o", "table", "slow").stdout)

    def test_one_thing_is_a_field_a_line(self):
        for words in (("actors", "show", "2"), ("sessions", "show", "0x100000001"), ("server", "show"), ("log", "show", "7.1f"),
                      ("backups", "list")):
            with self.subTest(words):
                self.assertIsInstance(self.json_of(*words), dict)
                self.assertIn("\t", self.run_cli(*words).stdout)
        self.assertIn("/config (data)", self.run_cli("sessions", "show", "0x100000001").stdout)

    def test_grep_turns_pages_and_3_says_that_there_is_none(self):
        self.assertEqual(len(self.json_of("log", "grep", "set")), 31)
        self.assertEqual(len(self.json_of("log", "grep", "set", "--limit", "12")), 12)
        self.run_cli("log", "grep", "nothing", code=3)
        self.run_cli("log", "grep", code=2)
        self.run_cli("log", "show", "9.1", code=3)


class Changes(AdminCase):
    CHANGES = [(("actors", "restart", "2"), "/servers/self/actors/2/restart", "proposal"),
               (("sessions", "close", "0x100000001"), "/servers/self/sessions/0x100000001/close", "0x100000001"),
               (("sessions", "remove-watches", "0x100000001"), "/servers/self/sessions/0x100000001/remove-watches", "0x100000001"),
               (("sessions", "shed", "--percent", "30"), "/servers/self/shed", "1"),
               (("server", "drain"), "/servers/self/drain", "1"), (("server", "undrain"), "/servers/self/drain", "1"),
               (("server", "stop"), "/servers/self/stop", "1")]

    def test_without_a_terminal_they_need_yes_and_a_reason(self):
        for words, _, _ in self.CHANGES:
            with self.subTest(words):
                self.assertIn("-y", self.run_cli(*words, code=2).stderr)
                self.assertIn("--reason", self.run_cli("-y", *words, code=2).stderr)
                error = json.loads(self.run_cli("-o", "json", "-y", *words, code=2).stderr)["error"]
                self.assertEqual(error["code"], "bad_arguments")
        self.assertEqual(self.sent("POST"), [])

    def test_what_is_confirmed_is_what_was_shown(self):
        for words, path, confirm in self.CHANGES:
            with self.subTest(words):
                self.fake.requests.clear()
                self.run_cli("-y", *words, "--reason", "a \"test\"")
                [request] = self.sent("POST")
                self.assertEqual(request["path"], path)
                self.assertEqual((request["body"]["confirm"], request["body"]["reason"]), (confirm, "a \"test\""))
        self.assertEqual(request["headers"]["If-Match"], "s1e7")

    def test_those_that_are_undone_as_easily_are_done_at_once(self):
        for words, path, body in [(("loglevel", "zab", "debug"), "/servers/self/loglevels/zab", {"level": "debug"}),
                                  (("slow", "--threshold", "250"), "/servers/self/slow/threshold", {"threshold_ms": 250}),
                                  (("slow", "--threshold", "2s"), "/servers/self/slow/threshold", {"threshold_ms": 2000})]:
            with self.subTest(words):
                self.fake.requests.clear()
                self.assertEqual(self.json_of(*words)["done"], True)
                [request] = self.sent("PUT")
                self.assertEqual((request["path"], request["body"]), (path, body))
        self.run_cli("loglevel", "zab", code=2)

    def test_a_checkpoint_needs_a_reason_only(self):
        self.run_cli("backups", "take", code=2)
        self.run_cli("backups", "take", "--reason", "before the upgrade")
        self.assertEqual(self.sent("POST")[0]["body"], {"reason": "before the upgrade"})

    def test_at_a_terminal_the_name_is_typed(self):
        for typed, code, posts in (("proposal\ntoo slow\n", 0, 1), ("yes\n", 2, 0), ("proposal\n\n", 2, 0)):
            with self.subTest(typed):
                self.fake.requests.clear()
                with Terminal(self.environment(), "actors", "restart", "2") as terminal:
                    terminal.wait_for("Type proposal to go on")
                    terminal.type(typed)
                    self.assertEqual(terminal.wait(), code, terminal.screen())
                self.assertEqual(len(self.sent("POST")), posts)
        self.fake.requests.clear()

    def test_a_change_is_sent_once_even_when_the_answer_is_lost(self):
        self.fake.answers["/servers/self/actors/2/restart"] = b"{"
        self.run_cli("-y", "actors", "restart", "2", "--reason", "x", code=1)
        self.assertEqual(len(self.sent("POST")), 1)


class Failures(AdminCase):
    def test_each_error_has_its_exit_code_and_says_what_helps(self):
        for http, name, code in [(404, "not_found", 3), (409, "conflict", 4), (409, "not_restartable", 4), (412, "stale", 4),
                                 (401, "unauthenticated", 5), (403, "forbidden", 5), (502, "not_linked", 6),
                                 (503, "unavailable", 6), (504, "timeout", 7), (400, "bad_request", 2), (413, "too_large", 2),
                                 (429, "too_many", 7), (500, "internal", 1), (418, "newer_than_this", 1)]:
            with self.subTest(name):
                self.fake.answers["/servers/self/status"] = Refusal(http, name, "it is so", "do this")
                said = self.run_cli("server", "show", code=code).stderr
                self.assertIn(f"it is so; do this [{name}]", said)
                error = json.loads(self.run_cli("-o", "jsonl", "server", "show", code=code).stderr)["error"]
                self.assertIn(f"[{name}]", error["text"])

    def test_nobody_there(self):
        done = self.run_cli("actors", "list", "--console", f"http://127.0.0.1:{free_port()}", code=6)
        self.assertIn("--console", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_an_answer_that_does_not_come(self):
        self.fake.answers["/servers/self/status"] = lambda query: self.fake.ended.wait(PATIENCE) and {}
        self.run_cli("server", "show", timeout="300ms", code=7)

    def test_what_is_no_console(self):
        for answer, code in [(b"<html>", 1), (b"", 1), (b"[" * 100_000, 1), (b'{"a":' * 5000, 1), (Refusal(404, "", "x"), 3)]:
            self.fake.answers["/servers/self/status"] = answer
            self.assertEqual(self.run_cli("server", "show", code=code).stdout, "")

    def test_values_of_other_types_are_shown_and_not_believed(self):
        for answer in (b"[]", b"7", b'{"items": {"a": 1}}', b'{"items": [1, "x", null, [[]], {"id": {}, "name": 5, "depth": "x"}]}',
                       b'{"items": [{"at_ms": 1e300, "id": -1, "age_ms": 1e400}]}'):
            for words in (("actors", "list"), ("actors", "tree"), ("sessions", "list"), ("slow",), ("log", "tail"), ("watches",),
                          ("server", "show"), ("top", "actors", "--once"), ("backups", "list")):
                for kind in ("actors", "sessions", "slow", "log", "watches", "status", "backups"):
                    self.fake.answers[f"/servers/self/{kind}"] = answer
                with self.subTest(f"{words} {answer}"):
                    done = subprocess.run([str(BIN / "quorate"), "-o", "table", *words], env=self.environment(), check=False,
                                          stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE * 6)
                    self.assertIn(done.returncode, (0, 1), done.stderr)

    def test_too_much_is_given_up(self):
        self.fake.answers["/servers/self/status"] = b'"' + b"x" * (65 << 20) + b'"'
        self.assertIn("64 MiB", self.run_cli("server", "show", timeout="60s", code=1).stderr)

    def test_much_is_not_too_much(self):
        self.fake.actors = [actor(n, "x" * 20_000) for n in range(600)]
        self.assertEqual(len(self.json_of("actors", "list", timeout="60s")), 600)

    def test_addresses_ids_and_tokens_that_are_none_are_refused_unsent(self):
        for words in (("--console", "ftp://x", "server", "show"), ("--console", "http://a:b@c", "server", "show"),
                      ("--console", "http://h:99999", "server", "show"), ("--server", "1/../2", "server", "show"),
                      ("--server", "", "server", "show"), ("actors", "show", "1/trace"), ("sessions", "show", "0x/../1"),
                      ("sessions", "shed", "--percent", "101"), ("actors", "trace", "1", "--for", "0s"), ("top", "nothing"),
                      ("--token-file", "/no/such/file", "server", "show"), ("actors", "list", "--limit", "0")):
            with self.subTest(words):
                self.run_cli(*words, code=2)
        for token in ("a b", "x" * 300, "a\r\nX-More: 1"):
            self.run_cli("server", "show", code=2, QUORATE_TOKEN=token)
        self.assertEqual(self.fake.requests, [])

    def test_a_token_comes_from_a_file_or_the_environment_and_never_goes_out_in_clear(self):
        self.fake.token = "secret"
        self.run_cli("server", "show", code=5)
        self.run_cli("server", "show", QUORATE_TOKEN="secret")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("secret\n")
            file.flush()
            self.run_cli("server", "show", "--token-file", file.name, QUORATE_TOKEN="other")
        said = self.run_cli("server", "show", "--console", "http://192.0.2.1:8080", code=2, QUORATE_TOKEN="secret").stderr
        self.assertIn("https://", said)
        self.assertNotIn("secret", said)


class HostileNames(AdminCase):
    """Names come from whoever reaches the client port."""

    def setUp(self) -> None:
        super().setUp()
        bad = HOSTILE
        self.fake.actors = [actor(1, bad, label=bad, last_exit_reason=bad)]
        self.fake.sessions = [session(1, address=bad, identities=[bad, bad])]
        self.fake.log = [{"seq": 1, "at_ms": NOW, "level": bad, "component": bad, "event": bad, "fields": {bad: bad}}]
        self.fake.transactions = [{**self.fake.transactions[0], "paths": [bad], "detail": bad}]
        self.fake.answers["/ensemble"] = ensemble(1, servers=[{**ensemble(1)["servers"][0], "error": bad}])
        self.fake.answers["/servers/self/watches"] = {"total": 1, "items": [{"name": bad, "watches": 1, "some": [bad]}]}
        self.fake.answers["/servers/self/actors/9"] = Refusal(404, "not_found", bad, bad)

    COMMANDS = [("actors", "list"), ("actors", "tree"), ("actors", "show", "1"), ("sessions", "list"), ("watches",),
                ("log", "tail"), ("log", "grep", "set"), ("top", "--once"), ("actors", "show", "9"), ("doctor",)]

    def test_no_byte_of_them_commands_a_terminal(self):
        for words in self.COMMANDS:
            for mode in ("table", "plain", "json", "jsonl"):
                with self.subTest(f"{words} {mode}"), Terminal(self.environment(), "-o", mode, *words) as terminal:
                    terminal.wait()
                    said = terminal.bytes().decode()
                    self.assertEqual([c for c in said if c in "\x1b\x07\x7f\u200b\u202e\u05d0\x9b"], [], repr(said))

    def test_nor_forges_a_line_in_a_pipe(self):
        for words in (("actors", "list"), ("sessions", "list"), ("watches",), ("log", "tail")):
            with self.subTest(words):
                said = self.run_cli(*words).stdout
                self.assertEqual(len(said.splitlines()), 1, repr(said))
                self.assertIn("\\x1b[31mb\\x07", said)
                self.assertIn("\\u{202e}\\u{5d0}", said)

    def test_programs_get_them_as_they_are(self):
        self.assertEqual(self.json_of("actors", "list")[0]["name"], HOSTILE)

    def test_bytes_that_are_no_text_do_not_hide_the_rest(self):
        self.fake.answers["/servers/self/actors"] = b'{"total":1,"items":[{"id":1,"name":"a\xff\xfeb"}]}'
        self.assertEqual(self.json_of("actors", "list")[0]["name"], "a\ufffd\ufffdb")


class Streams(AdminCase):
    def start(self, *words: str) -> subprocess.Popen:
        process = subprocess.Popen([str(BIN / "quorate"), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment())
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def test_tail_follows_what_comes_and_prints_no_line_twice(self):
        self.fake.log = lines(1, 3)
        process = self.start("-o", "jsonl", "log", "tail", "-f")
        seen = [json.loads(process.stdout.readline())["seq"] for _ in range(3)]
        self.fake.log = lines(2, 5)
        self.fake.more_log.set()
        seen += [json.loads(process.stdout.readline())["seq"] for _ in range(2)]
        self.assertEqual(seen, [1, 2, 3, 4, 5])

        process.send_signal(signal.SIGINT)

        self.assertEqual(process.wait(PATIENCE), 130)
        self.assertEqual(process.stdout.read(), b"")

    def test_tail_outlives_a_console_that_goes_away(self):
        self.fake.log = lines(1, 1)
        process = self.start("-o", "jsonl", "log", "tail", "-f")
        process.stdout.readline()
        broken = Refusal(503, "unavailable", "starting")
        self.fake.answers["/events"] = lambda query: broken
        self.fake.ended.set()
        time.sleep(0.3)
        self.fake.ended.clear()
        self.fake.log = lines(1, 2)
        del self.fake.answers["/events"]
        self.assertEqual(json.loads(process.stdout.readline())["seq"], 2)

    def test_a_trace_prints_messages_as_they_come_and_then_the_kinds(self):
        self.fake.messages = 2
        process = self.start("-o", "jsonl", "actors", "trace", "2", "--for", "4s")
        said = [json.loads(process.stdout.readline()) for _ in range(2)]
        self.fake.messages = 3
        said.append(json.loads(process.stdout.readline()))
        self.assertEqual(said, [message(1), message(2), message(3)])
        self.assertEqual(json.loads(process.stdout.readline())["kinds"][0]["message"], "submit")
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(self.sent("POST")[0]["body"], {"seconds": 4})

    def test_a_trace_that_is_interrupted_ends_at_the_server_too(self):
        self.fake.messages = 1
        process = self.start("actors", "trace", "2", "--for", "500s")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)
        self.assertEqual([request["body"]["seconds"] for request in self.sent("POST")], [500, 0])

    def test_an_event_stream_that_is_none(self):
        self.fake.answers["/events"] = {"done": True}
        process = self.start("log", "tail", "-f")
        self.assertEqual(process.wait(PATIENCE), 1)


class Secure(AdminCase):
    def setUp(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="quorate-admin-tls-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.made = {name: self.make(name) for name in ("server", "stranger", "client")}
        self.fake = AdminFake(*map(str, self.made["server"]))
        self.addCleanup(self.fake.close)

    def make(self, name: str, days: int = 365, names: str = "IP:127.0.0.1,DNS:localhost") -> tuple[Path, Path]:
        """A certificate that signs itself."""
        certificate, key = self.home / f"{name}.pem", self.home / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-keyout",
                        str(key), "-out", str(certificate)], check=True, capture_output=True)
        return certificate, key

    def test_who_is_vouched_for_is_believed(self):
        ca = str(self.made["server"][0])
        self.run_cli("server", "show", "--ca", ca)
        self.run_cli("server", "show", "--ca", ca, "--console", f"https://localhost:{self.fake.port}")
        self.fake.log = lines(1, 2)
        self.assertEqual(len(self.json_of("log", "tail", "--ca", ca)), 2)

    def test_nobody_else_is(self):
        certificate, key = map(str, self.make("elsewhere", names="DNS:elsewhere"))
        elsewhere = AdminFake(certificate, key)
        self.addCleanup(elsewhere.close)
        for words in ((), ("--ca", str(self.made["stranger"][0])), ("--ca", certificate, "--console", elsewhere.url)):
            with self.subTest(words):
                self.run_cli("server", "show", *words, code=6)
        self.assertEqual(elsewhere.requests, [])
        self.assertIn("not trusted", self.run_cli("server", "show", code=6).stderr)
        self.run_cli("server", "show", "--ca", "/no/such/file", code=2)
        self.assertEqual(self.fake.requests, [])

    def test_a_client_may_show_a_certificate(self):
        ca = str(self.made["server"][0])
        fake = AdminFake(*map(str, self.made["server"]), client_ca=str(self.made["client"][0]))
        self.addCleanup(fake.close)
        certificate, key = map(str, self.made["client"])
        words = ("server", "show", "--ca", ca, "--console", fake.url)
        self.run_cli(*words, code=6)
        self.run_cli(*words, "--client-cert", certificate, "--client-key", key)
        self.run_cli(*words, "--client-cert", certificate, "--client-key", "/no/such/file", code=2)

    def test_plain_words_to_tls_and_the_other_way_round_end_soon(self):
        self.run_cli("server", "show", "--console", f"http://127.0.0.1:{self.fake.port}", code=6, timeout="5s")
        plain = AdminFake()
        self.addCleanup(plain.close)
        self.run_cli("server", "show", "--console", f"https://127.0.0.1:{plain.port}", code=6)

    def test_doctor_says_when_certificates_end(self):
        certificate, key = map(str, self.make("short", days=3))
        fake = AdminFake(certificate, key)
        self.addCleanup(fake.close)
        findings = self.json_of("doctor", "--ca", certificate, "--console", fake.url, "--client-cert", certificate,
                                "--client-key", key, code=8)["findings"]
        by_id = {finding["id"]: finding for finding in findings}
        self.assertEqual(by_id["tls_expiry"]["severity"], "problem")
        self.assertEqual(by_id["client_tls_expiry"]["severity"], "problem")


class Doctor(AdminCase):
    def findings(self, code: int) -> dict[str, dict]:
        """The worst of each name."""
        return {finding["id"]: finding for finding in reversed(self.json_of("doctor", code=code)["findings"])}

    def setUp(self) -> None:
        super().setUp()
        # What this machine is like is no matter of the test.
        self.run_as_far()

    def run_as_far(self) -> None:
        done = self.json_of("doctor", code=self.expected_code())
        self.quiet = {finding["id"] for finding in done["findings"]}

    def expected_code(self) -> int:
        pages = Path("/sys/kernel/mm/transparent_hugepage/enabled")
        return 8 if pages.exists() and "[always]" in pages.read_text() else 0

    def test_a_healthy_ensemble_is_told_so_and_what_could_not_be_checked(self):
        self.assertLessEqual(self.quiet, {"client_port", "log_lines", "memory", "tls_expiry", "huge_pages", "swap"})
        self.assertEqual(self.findings(self.expected_code())["tls_expiry"]["severity"], "unchecked")

    def test_everything_that_is_wrong_is_found(self):
        old = int(time.time() * 1000) - 5 * 86_400_000
        nobody = free_port()
        self.fake.answers["/ensemble"] = ensemble(
            4, quorum={"has": True, "voters": 4, "linked": 3, "survives": 0, "text": ""},
            links=[{"from": 1, "to": 3, "up": False}],
            servers=[{**server, "address": f"127.0.0.1:{nobody}"} for server in ensemble(4)["servers"]])
        self.fake.answers["/servers/1/status"] = status(
            1, version="9.9", in_doubt=True, recovering=True, notes=["something"], lag_txns=5000, now_ms=old, files_open=1000,
            files_max=1024, disk={"level": "low", "free_bytes": 1 << 20}, log_lines_dropped=4,
            sync={"count": 9, "p50_us": 1, "p99_us": 2_000_000, "max_us": 3_000_000})
        self.fake.answers["/servers/1/backups"] = {"checkpoints": [{"name": "c", "zxid": "1.1", "at_ms": old, "verified": "no"}]}
        self.fake.answers["/servers/1/config"] = {"items": [{"name": "tick_time", "value": "3000"},
                                                            {"name": "server_id", "value": "7"}], "members": ["server.1=h9"]}
        self.fake.answers["/servers/1/actors"] = {"items": [actor(1, "a", state="stuck"), actor(2, "b", state="dead", restarts=2),
                                                            actor(3, "c", wait_max_us=2_000_000)]}

        found = self.findings(8)

        for name, severity in {"client_port": "problem", "link_down": "warning", "quorum_margin": "warning",
                               "even_voters": "note", "versions_differ": "warning", "config_drift": "warning",
                               "membership_differs": "problem", "in_doubt": "problem", "recovering": "warning",
                               "server_note": "note", "lag": "warning", "clock_skew": "warning", "open_files": "warning",
                               "disk_room": "warning", "sync_time": "problem", "checkpoint_age": "warning",
                               "checkpoint_damaged": "problem", "actor_stuck": "problem", "actor_dead": "warning",
                               "actor_restarted": "warning", "mailbox_wait": "problem", "log_lines": "warning",
                               "no_status": "warning"}.items():
            with self.subTest(name):
                self.assertEqual(found[name]["severity"], severity)
                self.assertNotEqual(found[name]["what"], "")
        self.assertNotIn("server_id", found["config_drift"]["what"])
        self.assertIn("tick_time", found["config_drift"]["what"])
        self.assertEqual(found["actor_stuck"]["server"], 1)

    def test_without_a_console_the_servers_are_tried_all_the_same(self):
        done = self.json_of("doctor", "--console", f"http://127.0.0.1:{free_port()}", "--endpoints", f"127.0.0.1:{free_port()}", code=8)
        self.assertEqual({finding["id"] for finding in done["findings"] if finding["severity"] == "problem"},
                         {"console", "client_port"})

    def test_each_finding_is_a_line_for_programs_and_three_for_people(self):
        self.fake.answers["/servers/2/status"] = status(2, in_doubt=True)
        plain = [line.split("\t") for line in self.run_cli("doctor", code=8).stdout.splitlines()]
        self.assertIn(["problem", "in_doubt", "2"], [row[:3] for row in plain])
        table = self.run_cli("-o", "table", "doctor", code=8).stdout
        self.assertRegex(table, r"problem +in_doubt: server 2 its tree differs.*\n +why: .*\n +fix: ")


class Top(AdminCase):
    def open(self, *words: str, size: tuple[int, int] = (24, 100)) -> Terminal:
        terminal = Terminal(self.environment(), "top", *words, "--every", "200ms", size=size)
        self.addCleanup(terminal.__exit__)
        return terminal

    def test_it_opens_switches_its_view_and_quits(self):
        top = self.open()
        top.wait_for("quorate top  ensemble", "leading", "survives 1 more loss", "q quit")
        top.type("2")
        top.wait_for("actors of server self", "by wait down", "proposal", "3 actors")
        top.type("\t")
        top.wait_for("sessions of server self", "0x100000001")
        top.type("4")
        top.wait_for("watches of server self", "/config")
        top.type("5")
        top.wait_for("slow of server self", "log 150 ms")
        top.type("q")
        self.assertEqual(top.wait(), 0)
        self.assertIn(b"\x1b[?1049l", top.bytes())

    def test_another_size_is_used_at_once(self):
        top = self.open("actors", size=(24, 100))
        top.wait_for("proposal")
        self.assertIn("q quit", top.screen().split("\n")[23])
        top.resize(10, 50)
        deadline = time.monotonic() + PATIENCE
        while not top.screen().split("\n")[9].startswith("1-5 view"):
            self.assertLess(time.monotonic(), deadline, top.screen())
            top.read(0.1)
        top.resize(30, 120)
        top.wait_for("\n" * 20 + "1-5 view", "THREAD")
        top.type("q")
        self.assertEqual(top.wait(), 0)

    def test_keys_sort_search_freeze_and_go_to_another_server(self):
        top = self.open("actors")
        top.wait_for("by wait down", "proposal")
        top.type(">")
        top.wait_for("by busy down")
        top.type("r")
        top.wait_for("by busy up")
        top.type("/link\r")
        top.wait_for('with "link"', "1 actors")
        top.type("s2\r")
        top.wait_for("actors of server 2")
        # The title changes at once, the items when they are there.
        top.wait_for("actors of server 2", "to server 2  busy")
        self.assertIn("/servers/2/actors", [request["path"] for request in self.fake.requests])
        top.type(" ")
        top.wait_for("FROZEN")
        top.type("h")
        top.wait_for("freeze, and go on")
        top.type("q")
        self.assertEqual(top.wait(), 0)

    def test_a_console_that_fails_is_said_and_got_over(self):
        self.fake.answers["/servers/self/actors"] = Refusal(503, "unavailable", "starting")
        top = self.open("actors")
        top.wait_for("starting")
        del self.fake.answers["/servers/self/actors"]
        top.wait_for("proposal")
        top.type("q")
        self.assertEqual(top.wait(), 0)

    def test_keys_are_heard_while_an_answer_is_waited_for(self):
        self.fake.answers["/servers/self/actors"] = lambda query: self.fake.ended.wait(PATIENCE) and {}
        top = self.open("actors")
        top.wait_for("quorate top  actors")
        top.type("q")
        self.assertEqual(top.wait(), 0)
        self.assertFalse(self.fake.ended.is_set())

    def test_ctrl_c_gives_the_terminal_back(self):
        top = self.open("actors")
        top.wait_for("proposal")
        top.type("\x03")
        self.assertEqual(top.wait(), 130)
        self.assertIn(b"\x1b[?1049l", top.bytes())

    def test_hostile_names_move_nothing(self):
        self.fake.actors = [actor(1, HOSTILE), actor(2, "after")]
        top = self.open("actors", size=(24, 160))
        screen = top.wait_for("after")
        self.assertIn("a\\x1b[31mb\\x07", screen)
        self.assertNotIn("\u202e", top.bytes().decode(errors="replace"))

    def test_a_terminal_of_no_size_and_one_that_is_unknown(self):
        top = self.open("actors", size=(1, 1))
        time.sleep(0.5)
        top.type("q")
        self.assertEqual(top.wait(), 0)
        with Terminal(self.environment(TERM="none-such"), "top", "actors") as terminal:
            self.assertEqual(terminal.wait(), 0)
            self.assertIn(b"proposal", terminal.bytes())

    def test_without_a_terminal_it_prints_once(self):
        self.assertEqual(len(self.run_cli("top", "actors").stdout.splitlines()), 3)
        self.assertEqual(self.json_of("top", "--once")["quorum"]["voters"], 3)
        self.assertEqual(self.json_of("top", "sessions", "--once")["total"], 3)
        self.assertRegex(self.run_cli("-o", "table", "top", "--once").stdout, r"^SERVER +ROLE")
        self.assertEqual(len(ACTORS), 3)


class Places(AdminCase):
    def test_the_shell_has_the_commands_too(self):
        done = subprocess.run([str(BIN / "quorate"), "shell"], input=b"actors list\nserver show --server 2\n", capture_output=True,
                              env=self.environment(), timeout=PATIENCE * 3, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"proposal", done.stdout)
        self.assertEqual(self.fake.requests[-1]["path"], "/servers/2/status")

    def test_completion_knows_them(self):
        script = self.run_cli("completion", "bash").stdout
        for known in ("'actors trace') words='--help -h --for'", "'sessions') words='list show close", "'top') words='--help -h --once", "--console"):
            self.assertIn(known, script)


if __name__ == "__main__":
    unittest.main()
