"""The command line against a server: what it prints, in every mode, and how it ends."""
import json
import os
import pty
import re
import signal
import subprocess
import time
import unittest

from support import BIN, PATIENCE, ServerCase, quorate, quorate_json


class Data(ServerCase):
    def test_create_prints_the_path_and_get_the_data(self):
        self.assertEqual(quorate(self.server, "create", "/a", "hello").stdout, "/a\n")
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "hello\n")
        self.assertEqual(quorate(self.server, "get", "--raw", "/a").stdout, "hello")

    def test_json_shows_text_as_text_and_bytes_as_base64(self):
        quorate(self.server, "create", "/text", "hello")
        quorate(self.server, "create", "/bytes", "--file", "-", stdin=b"\x00\xff\xfe")

        self.assertEqual(quorate_json(self.server, "get", "/text")["data"], "hello")
        self.assertEqual(quorate_json(self.server, "get", "/bytes")["data"], {"base64": "AP/+"})

    def test_binary_data_comes_back_byte_by_byte(self):
        data = bytes(range(256)) * 100
        quorate(self.server, "create", "/bytes", "--file", "-", stdin=data)

        raw = subprocess.run([str(BIN / "quorate"), "--endpoints", self.server.endpoint, "get", "--raw", "/bytes"],
                             capture_output=True, check=True, timeout=PATIENCE)

        self.assertEqual(raw.stdout, data)

    def test_exit_codes_tell_what_went_wrong(self):
        quorate(self.server, "create", "/a", "x")
        quorate(self.server, "create", "/a/b", "x")
        for code, *line in [(3, "get", "/none"), (3, "stat", "/none"), (3, "create", "/none/below"), (3, "rm", "/none"),
                            (4, "create", "/a"), (4, "set", "/a", "y", "--if-version", "7"), (4, "rm", "/a"),
                            (2, "rm", "-r", "/a"), (2, "create", "/bad\x01"), (2, "nonsense")]:
            with self.subTest(line):
                done = quorate(self.server, *line, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")

    def test_a_missing_parent_is_named_with_what_to_do(self):
        error = quorate(self.server, "create", "/x/y", check=False).stderr
        self.assertIn("no node /x", error)
        self.assertIn("--parents", error)

        quorate(self.server, "create", "--parents", "/x/y/z", "deep")

        self.assertEqual(quorate(self.server, "get", "/x/y/z").stdout, "deep\n")

    def test_if_absent_leaves_what_is_there(self):
        quorate(self.server, "create", "/a", "first")
        self.assertFalse(quorate_json(self.server, "create", "--if-absent", "/a", "second")["created"])
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "first\n")

    def test_sequential_nodes_count_up(self):
        paths = [quorate(self.server, "create", "-s", "/n-").stdout.strip() for _ in range(3)]
        self.assertEqual(paths, sorted(set(paths)))
        self.assertTrue(all(re.fullmatch(r"/n-\d{10}", path) for path in paths))

    def test_set_on_a_version_only(self):
        quorate(self.server, "create", "/a", "x")
        quorate(self.server, "set", "/a", "y", "--if-version", "0")
        self.assertEqual(quorate_json(self.server, "stat", "/a")["version"], 1)

    def test_an_ephemeral_node_goes_with_the_command_unless_held(self):
        done = quorate(self.server, "create", "-e", "/gone")
        self.assertIn("--hold", done.stderr)
        self.assertEqual(quorate(self.server, "stat", "/gone", check=False).returncode, 3)

        holder = subprocess.Popen([str(BIN / "quorate"), "--endpoints", self.server.endpoint, "create", "-e", "--hold", "/held"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.kill)
        self.assertEqual(holder.stdout.readline(), "/held\n")
        self.assertIsNotNone(quorate_json(self.server, "stat", "/held")["ephemeral_owner"])
        holder.send_signal(signal.SIGINT)
        holder.wait(PATIENCE)
        self.assertEqual(quorate(self.server, "stat", "/held", check=False).returncode, 3)


class Lists(ServerCase):
    def setUp(self):
        super().setUp()
        for path in ("/a", "/a/b", "/a/b/c", "/a/d"):
            quorate(self.server, "create", path, "data")

    def test_ls_in_every_mode(self):
        self.assertEqual(quorate(self.server, "ls", "/a").stdout, "b\nd\n")
        self.assertEqual(quorate_json(self.server, "ls", "/a"), ["b", "d"])
        self.assertEqual(quorate(self.server, "-o", "jsonl", "ls", "/a").stdout, '"b"\n"d"\n')
        self.assertEqual([row["children"] for row in quorate_json(self.server, "ls", "-s", "/a")], [1, 0])
        self.assertIn("CHILDREN", quorate(self.server, "-o", "table", "ls", "-s", "/a").stdout)

    def test_ls_recursively_and_by_depth(self):
        self.assertEqual(quorate(self.server, "ls", "-R", "/a").stdout.split(), ["/a", "/a/b", "/a/b/c", "/a/d"])
        self.assertEqual(quorate(self.server, "ls", "--depth", "1", "/a").stdout.split(), ["/a", "/a/b", "/a/d"])

    def test_find_by_name_data_and_kind(self):
        quorate(self.server, "create", "/a/other", "needle in hay")
        self.assertEqual(quorate(self.server, "find", "/a", "--name", "[bc]").stdout.split(), ["/a/b", "/a/b/c"])
        self.assertEqual(quorate(self.server, "find", "/a", "--contains", "needle").stdout.split(), ["/a/other"])
        self.assertEqual(quorate(self.server, "find", "/a", "--ephemeral").stdout, "")
        self.assertEqual(quorate(self.server, "find", "/a", "--leaf", "--depth", "1").stdout.split(), ["/a/d", "/a/other"])

    def test_du_and_count(self):
        usage = {row["path"]: (row["nodes"], row["bytes"]) for row in quorate_json(self.server, "du", "/a")}
        self.assertEqual(usage, {"/a": (4, 16), "/a/b": (2, 8), "/a/d": (1, 4)})
        self.assertEqual(quorate(self.server, "count", "/a").stdout, "3\n")

    def test_rm_recursively_needs_yes(self):
        refused = quorate(self.server, "rm", "-r", "/a", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("-y", refused.stderr)

        self.assertEqual(quorate_json(self.server, "rm", "-r", "-y", "/a"), {"path": "/a", "deleted": 4})

        self.assertEqual(quorate(self.server, "stat", "/a", check=False).returncode, 3)

    def test_more_children_than_a_page(self):
        lines = "\n".join(f'create /a/b/{"x" * 200}-{i}' for i in range(300))
        quorate(self.server, "shell", stdin=lines, timeout=120)
        self.assertEqual(len(quorate(self.server, "ls", "/a/b").stdout.split()), 301)


class Rights(ServerCase):
    def test_acls_are_shown_and_replaced(self):
        quorate(self.server, "create", "/a")
        self.assertEqual(quorate(self.server, "acl", "get", "/a").stdout, "world\tanyone\tcdrwa\n")

        quorate(self.server, "acl", "set", "/a", "world:anyone:ra")

        self.assertEqual(quorate_json(self.server, "acl", "get", "/a"),
                         [{"scheme": "world", "id": "anyone", "permissions": "ra"}])
        denied = quorate(self.server, "set", "/a", "x", check=False)
        self.assertEqual(denied.returncode, 5)
        self.assertIn("--auth", denied.stderr)

    def test_identities_open_what_others_may_not_read(self):
        mine = ("--auth", "digest:ann:secret")
        quorate(self.server, *mine, "create", "--acl", "auth::cdrwa", "/mine", "hidden")

        self.assertEqual(quorate(self.server, "get", "/mine", check=False).returncode, 5)
        self.assertEqual(quorate(self.server, *mine, "get", "/mine").stdout, "hidden\n")
        self.assertIn(["digest", "ann"], [list(row.values()) for row in quorate_json(self.server, *mine, "whoami")])

    def test_acls_recursively(self):
        quorate(self.server, "create", "--parents", "/a/b/c")
        quorate(self.server, "-y", "acl", "set", "-r", "/a", "world:anyone:cdra")
        self.assertEqual(quorate(self.server, "acl", "get", "/a/b/c").stdout, "world\tanyone\tcdra\n")


class Together(ServerCase):
    def test_a_multi_does_all_or_nothing(self):
        quorate(self.server, "create", "/a", "x")
        good = [{"op": "check", "path": "/a", "version": 0}, {"op": "set", "path": "/a", "data": "y"},
                {"op": "create", "path": "/b", "data": {"base64": "AP8="}}]
        done = quorate(self.server, "-o", "json", "multi", "--file", "-", stdin=json.dumps(good))
        self.assertEqual([row["path"] for row in json.loads(done.stdout)], ["/a", "/a", "/b"])

        bad = "\n".join(json.dumps(op) for op in ({"op": "create", "path": "/c"}, {"op": "delete", "path": "/none"}))
        refused = quorate(self.server, "multi", "--file", "-", stdin=bad, check=False)

        self.assertEqual(refused.returncode, 3)
        self.assertIn("operation 2 of 2, delete /none", refused.stderr)
        self.assertEqual(quorate(self.server, "stat", "/c", check=False).returncode, 3)

    def test_quotas(self):
        quorate(self.server, "create", "--parents", "/q/a", "12345")
        self.assertEqual(quorate(self.server, "quota", "get", "/q", check=False).returncode, 3)
        quorate(self.server, "quota", "set", "/q", "--count", "10", "--bytes-hard", "1000")

        rows = {row["of"]: row for row in quorate_json(self.server, "quota", "get", "/q")}
        self.assertEqual(rows["nodes"], {"of": "nodes", "used": 2, "soft": 10, "hard": None})
        self.assertEqual(rows["bytes"], {"of": "bytes", "used": 5, "soft": None, "hard": 1000})

        quorate(self.server, "quota", "rm", "/q")
        self.assertEqual(quorate(self.server, "quota", "get", "/q", check=False).returncode, 3)

    def test_sync_session_and_version(self):
        self.assertEqual(quorate(self.server, "sync").stdout, "")
        info = quorate_json(self.server, "session", "info")[0]
        self.assertEqual(info["state"], "connected")
        self.assertEqual(quorate(self.server, "session", "ephemerals").stdout, "")
        self.assertTrue(quorate(self.server, "version").stdout.startswith("quorate "))


class Files(ServerCase):
    def test_an_export_comes_back_elsewhere(self):
        quorate(self.server, "create", "--parents", "/a/b", "text")
        quorate(self.server, "create", "/a/bytes", "--file", "-", stdin=b"\xff\x00")
        quorate(self.server, "create", "/a/guarded", "--acl", "world:anyone:rca", "x")
        for name in ("plain.jsonl", "small.jsonl.zst"):
            with self.subTest(name):
                file = str(self.server.directory / name)
                self.assertEqual(quorate_json(self.server, "tree", "export", "/a", "--file", file)["nodes"], 4)
                under = "/copy-" + name.split(".")[0]
                done = quorate_json(self.server, "tree", "import", "--file", file, "--under", under)
                self.assertEqual(done, {"created": 4, "existed": 0})
                first = quorate(self.server, "tree", "export", "/a").stdout.splitlines()[1:]
                self.assertEqual(quorate(self.server, "tree", "export", under).stdout.splitlines()[1:], first)

    def test_an_import_does_not_overwrite_unasked(self):
        quorate(self.server, "create", "/a", "old")
        lines = '{"path":"/a","data":"new"}\n'
        refused = quorate(self.server, "tree", "import", stdin=lines, check=False)
        self.assertEqual(refused.returncode, 4)
        self.assertIn("--skip", refused.stderr)
        quorate(self.server, "tree", "import", "--skip", stdin=lines)
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "old\n")
        quorate(self.server, "-y", "tree", "import", "--overwrite", stdin=lines)
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "new\n")


class Watching(ServerCase):
    def start(self, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen([str(BIN / "quorate"), "--endpoints", self.server.endpoint, *arguments],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_watch_streams_until_the_condition_holds(self):
        watch = self.start("-o", "jsonl", "watch", "/a", "--initial", "--until", "value=done")
        self.assertEqual(json.loads(watch.stdout.readline()), {"type": "initial", "path": "/a", "exists": False})
        quorate(self.server, "create", "/a", "x")
        quorate(self.server, "set", "/a", "done")

        events = [json.loads(line) for line in watch.stdout]

        self.assertEqual(watch.wait(PATIENCE), 0)
        self.assertEqual([event["type"] for event in events], ["created", "data_changed"])
        self.assertTrue(all(event["zxid"] for event in events))

    def test_watch_recursively_runs_a_command_for_each_event(self):
        quorate(self.server, "create", "/a")
        watch = self.start("watch", "-r", "/a", "--initial", "--exec", 'echo "ran $QUORATE_EVENT $QUORATE_PATH"')
        self.assertIn("initial", watch.stdout.readline())
        quorate(self.server, "create", "/a/b")
        self.assertIn("created\t/a/b", watch.stdout.readline())
        self.assertEqual(watch.stdout.readline(), "ran created /a/b\n")
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(PATIENCE), 130)

    def test_watch_goes_on_over_a_restart_of_the_server(self):
        quorate(self.server, "create", "/a")
        watch = self.start("-o", "jsonl", "watch", "/a", "--initial")
        watch.stdout.readline()
        self.server.restart()
        quorate(self.server, "set", "/a", "after")
        # It may have been set before the watch was registered again; then once more.
        quorate(self.server, "wait", "/a", "--until", "value=after")
        deadline = time.monotonic() + PATIENCE
        os.set_blocking(watch.stdout.fileno(), False)
        lines = []
        while not lines and time.monotonic() < deadline:
            quorate(self.server, "set", "/a", "again")
            lines = [line for line in watch.stdout.readlines() if line]
            time.sleep(0.05)
        self.assertEqual(json.loads(lines[0])["type"], "data_changed")

    def test_wait_ends_when_it_is_so_or_time_is_up(self):
        wait = self.start("wait", "/a")
        quorate(self.server, "create", "/a")
        self.assertEqual(wait.wait(PATIENCE), 0)
        self.assertEqual(quorate(self.server, "wait", "/a", "--until", "deleted", "--for", "200ms", check=False).returncode, 8)


class Shell(ServerCase):
    def test_a_script_shares_one_session(self):
        done = quorate(self.server, "shell", stdin="create -e /e x\nsession ephemerals\nget /e\nquit\n")
        self.assertEqual(done.stdout, "/e\n/e\nx\n")
        self.assertEqual(quorate(self.server, "stat", "/e", check=False).returncode, 3)

    def test_the_spellings_of_zookeeper_work(self):
        script = ("create /zk data\ngetAcl /zk\nsetAcl /zk world:anyone:cdrwa\nls -R /zk\nset -v 0 /zk new\nget -s /zk\n"
                  "create -s -e /zk-\ngetEphemerals\ngetAllChildrenNumber /zk\ncd /zk\npwd\n"
                  "sync /zk\nsetquota -n 5 /zk\nlistquota /zk\ndelquota /zk\ndelete /zk\n")
        done = quorate(self.server, "shell", stdin=script)
        self.assertEqual(done.stderr, "")
        self.assertIn("new\nczxid", done.stdout)

    def test_addauth_prints_nothing(self):
        done = quorate(self.server, "shell", stdin="addauth digest ann:secret\nwhoami\n")
        self.assertEqual(done.stderr, "")
        self.assertIn("digest\tann", done.stdout)

    def test_a_person_gets_completion_history_and_questions(self):
        quorate(self.server, "create", "--parents", "/services/web", "hello")
        leader, follower = pty.openpty()
        state = self.server.directory / "state"
        environment = {**os.environ, "XDG_STATE_HOME": str(state), "TERM": "xterm"}
        shell = subprocess.Popen([str(BIN / "quorate"), "--endpoints", self.server.endpoint, "shell"], stdin=follower,
                                 stdout=follower, stderr=follower, env=environment, start_new_session=True)
        os.close(follower)
        self.addCleanup(os.close, leader)
        self.addCleanup(shell.kill)
        seen = ""

        def expect(text: str) -> None:
            nonlocal seen
            deadline = time.monotonic() + PATIENCE
            while text not in seen:
                self.assertLess(time.monotonic(), deadline, f"{text!r} is not in {seen!r}")
                seen += os.read(leader, 4096).decode(errors="replace")
            seen = seen[seen.index(text) + len(text):]

        expect("quorate /> ")
        os.write(leader, b"get /serv\t/w\t\n")
        expect("hello")
        expect("quorate /> ")
        os.write(leader, b"addauth digest ann:secret\n")
        expect("quorate /> ")
        os.write(leader, b"deleteall /services\n")
        expect("[y/N]")
        os.write(leader, b"n\n")
        expect("nothing was changed")
        expect("quorate /> ")
        os.write(leader, b"quit\n")
        self.assertEqual(shell.wait(PATIENCE), 0)
        history = (state / "quorate/history").read_text()
        self.assertIn("deleteall", history)
        self.assertNotIn("secret", history)
        self.assertEqual(quorate(self.server, "get", "/services/web").stdout, "hello\n")


if __name__ == "__main__":
    unittest.main()
