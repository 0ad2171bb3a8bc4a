"""What a server does when its program or its disk fails it: it keeps what it acknowledged, and says what happened."""
import os
import re
import signal
import subprocess
import time
import unittest
from pathlib import Path

import jute
from admin import Admin
from support import BIN, PATIENCE, SERVER_BIN, Server, ServerCase, quorate

MIB = 1 << 20


class DeadlyRecord(ServerCase):
    """A record whose apply breaks the program: creating /poison does, in a build with a planted fault."""

    def test_two_deaths_at_one_record_are_enough(self):
        quorate(self.server, "create", "/before", "kept")
        self.server.kill()
        self.server.program = BIN / "quorated-poisoned"
        self.server.start()

        self.assertNotEqual(quorate(self.server, "create", "/poison", "x", check=False).returncode, 0)
        self.assertEqual(self.server.wait_for_end(), -signal.SIGABRT)
        self.server.start(wait=False)
        self.assertEqual(self.server.wait_for_end(), -signal.SIGABRT)
        self.server.start(wait=False)

        line = self.server.wait_for_line("error", "held_before_record", "deaths=2", "a planted fault")
        self.assertRegex(line, r"zxid=\d+\.[0-9a-f]+ hash=[0-9a-f]{16} ")
        self.assertIn(str(self.server.data / "last_words"), line)
        refused = quorate(self.server, "get", "/before", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("waits for its operator", refused.stderr)
        self.assertEqual(self.server.stop(), 0)

        # A program that can apply it goes on where the others stopped.
        self.server.program = SERVER_BIN / "quorated"
        (self.server.data / "last_words").unlink()
        self.server.start()
        self.assertEqual(quorate(self.server, "get", "/before").stdout, "kept\n")
        self.assertEqual(quorate(self.server, "get", "/poison").stdout, "x\n")

    def test_a_record_that_was_applied_after_all_is_forgotten(self):
        self.server.kill()
        self.server.program = BIN / "quorated-poisoned"
        self.server.start()
        quorate(self.server, "create", "/poison", "x", check=False)
        self.assertEqual(self.server.wait_for_end(), -signal.SIGABRT)
        self.server.program = SERVER_BIN / "quorated"
        self.server.start()
        self.server.wait_for_line("applied_after_all", "deaths=1")
        self.server.kill()

        # One more death at it is the first in a row.
        self.server.program = BIN / "quorated-poisoned"
        for _ in range(2):
            self.server.start(wait=False)
            self.assertEqual(self.server.wait_for_end(), -signal.SIGABRT)

    def test_whoever_removes_the_words_tries_again(self):
        self.server.kill()
        self.server.program = BIN / "quorated-poisoned"
        self.server.start()
        quorate(self.server, "create", "/poison", "x", check=False)
        self.server.wait_for_end()
        self.server.start(wait=False)
        self.server.wait_for_end()
        self.server.start(wait=False)
        self.server.wait_for_line("held_before_record")
        self.server.stop()

        (self.server.data / "last_words").unlink()
        self.server.start(wait=False)

        self.assertEqual(self.server.wait_for_end(), -signal.SIGABRT)


class SmallDisk(unittest.TestCase):
    """A server on a file system of its own, which others fill."""

    size_mib = 64

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.discard)
        self.server.data.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.size_mib}m,mode=700", "quorate", str(self.server.data)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.server.data)], check=False)

    def free(self) -> int:
        room = os.statvfs(self.server.data)
        return room.f_bavail * room.f_frsize

    def leave(self, free_bytes: int) -> None:
        """Others take what is free but for so many bytes, or give it back."""
        filler = self.server.data / "filler"
        filler.unlink(missing_ok=True)
        take = self.free() - free_bytes
        if take > 0:
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, take)

    def test_a_full_disk_stops_the_writes_alone_and_for_a_while(self):
        server = self.server
        server.options = ["--disk-low-bytes", "16MiB", "--disk-reserve-bytes", "8MiB"]
        reserve = server.data / "reserve"
        server.start()
        quorate(server, "create", "/a", "1")
        self.assertEqual(reserve.stat().st_size, 8 * MIB)
        # Somebody who stays: the session must be kept alive all the time.
        staying = subprocess.Popen([str(BIN / "quorate"), "--endpoints", server.endpoint, "shell"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(staying.wait)
        self.addCleanup(staying.kill)
        self.addCleanup(staying.stdin.close)
        staying.stdin.write(b"create -e /here x\n")
        staying.stdin.flush()
        self.eventually(lambda: quorate(server, "get", "/here", check=False).returncode == 0)

        self.leave(10 * MIB)
        line = server.wait_for_line("error", "disk_low", "writes=refused")
        self.assertIn(str(server.data), line)
        self.refuses_writes()
        self.assertEqual(quorate(server, "get", "/a").stdout, "1\n")
        self.assertTrue(reserve.exists())

        self.leave(2 * MIB)
        server.wait_for_line("error", "disk_full", "reserve=released")
        self.assertFalse(reserve.exists())
        self.refuses_writes()
        self.assertEqual(quorate(server, "get", "/a").stdout, "1\n")
        self.assertEqual(quorate(server, "get", "/here").stdout, "x\n")

        # A start on the full disk serves too.
        self.leave(2 * MIB)
        server.restart()
        self.refuses_writes()
        self.assertEqual(quorate(server, "get", "/a").stdout, "1\n")

        self.leave(1 << 40)
        server.wait_for_line("disk_has_room", "writes=served")
        quorate(server, "set", "/a", "2")
        self.eventually(reserve.exists)
        server.restart()
        self.assertEqual(quorate(server, "get", "/a").stdout, "2\n")

    def test_a_log_that_cannot_be_written_ends_the_server_and_loses_nothing(self):
        server = self.server
        server.options = ["--disk-low-bytes", "0"]
        server.start()
        value = "x" * 100_000
        self.leave(12 * MIB)

        written = 0
        while quorate(server, "create", f"/n{written}", value, check=False).returncode == 0:
            written += 1
            self.assertLess(written, 2000)

        self.assertEqual(server.wait_for_end(), 3)
        line = server.wait_for_line("error", "server_ends", "code=3")
        self.assertIn(str(server.data), line)
        self.assertIn("No space left", line)
        self.assertGreater(written, 10)
        self.leave(1 << 40)
        server.start()
        for number in range(written):
            self.assertEqual(quorate(server, "get", f"/n{number}").stdout, value + "\n")

    def test_nothing_is_done_through_the_console_that_cannot_be_noted(self):
        server = self.server
        server.options = ["--disk-low-bytes", "0"]
        server.start()
        admin = Admin.of(server)
        client = jute.Jute(server.port)
        self.addCleanup(client.close)
        client.create("/a", b"1")
        shed = {"percent": 100, "confirm": str(admin.ask("/me")["server"]), "reason": "a test"}
        node = {"data": "2", "version": 0, "reason": "a test"}

        self.leave(0)
        for act, method, path, body, query in (("setLogLevel", "PUT", "/loglevels/commit", {"level": "debug"}, {}),
                                               ("shed", "POST", "/shed", shed, {}),
                                               ("setNode", "PUT", "/tree/node", node, {"path": "/a"})):
            with self.subTest(act):
                answer = admin.act(method, f"/servers/self{path}", body, **query)
                self.assertEqual((answer.status, answer.code), (503, "audit_unavailable"), answer.raw)
                self.assertIn(str(server.data / "audit.log"), answer.json["error"]["text"])
                self.assertIn("No space left", answer.json["error"]["text"])
                server.wait_for_line("error", "audit_not_written", f"act={act}")
        self.assertEqual(admin.ask("/servers/self/audit")["items"], [])
        self.assertRegex(admin.raw("GET", "/metrics").raw.decode(), r"\nquorate_audit_failures_total [1-9]")
        levels = {item["component"]: item["level"] for item in admin.ask("/servers/self/loglevels")["items"]}
        self.assertEqual(levels["commit"], "info")
        self.assertEqual(client.get("/a"), b"1")  # Its connection is there too.

        self.leave(1 << 40)
        self.assertEqual(admin.act("PUT", "/servers/self/tree/node", node, path="/a").status, 200)
        self.assertEqual(client.get("/a"), b"2")
        entry, = admin.ask("/servers/self/audit")["items"]
        self.assertEqual((entry["act"], entry["target"], entry["outcome"]), ("setNode", "/a", "ok"))

    def refuses_writes(self):
        refused = quorate(self.server, "create", "/refused", "x", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("read-only", refused.stderr)

    def eventually(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.server.tail())
            time.sleep(0.02)


class FailingSync(unittest.TestCase):
    """The server under a tracer that makes one of its syncs fail."""

    def test_a_failed_sync_ends_the_server_and_no_acknowledged_write_is_lost(self):
        server = Server()
        self.addCleanup(server.discard)
        trace = server.directory / "syncs"
        # The tracer counts per thread; the journal's is the only one that syncs so often.
        server.under = ["strace", "-D", "-f", "-qq", "-o", str(trace), "-e", "trace=fdatasync,fsync",
                        "-e", "inject=fdatasync:error=EIO:when=60+"]
        probe = subprocess.run([*server.under, "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("processes cannot be traced here")
        server.start()

        acknowledged = []
        for number in range(1000):
            synced = self.syncs(trace)
            if quorate(server, "create", f"/n{number}", str(number), check=False).returncode != 0:
                break
            self.assertGreater(self.syncs(trace), synced, "acknowledged without a sync")
            acknowledged.append(number)

        self.assertEqual(server.wait_for_end(), 3)
        self.assertIn("server_ends", server.tail(1))
        self.assertRegex(server.tail(1), r"error .*code=3 reason=.*(Input/output error|IO error)")
        self.assertGreater(len(acknowledged), 3)
        self.assertEqual(self.syncs(trace, failed=True), 1, "a failed sync was repeated")
        server.under = []
        server.start()
        for number in acknowledged:
            self.assertEqual(quorate(server, "get", f"/n{number}").stdout, f"{number}\n")

    @staticmethod
    def syncs(trace: Path, failed: bool = False) -> int:
        wanted = "EIO" if failed else " = 0"
        return sum(wanted in line for line in trace.read_text().splitlines())


class History(ServerCase):
    """Small limits: images, checkpoints and purges come within seconds."""

    options = ("--snapshot-bytes", "1MiB", "--checkpoint-log-bytes", "16MiB", "--history-records", "0")
    nodes = 20

    def write(self, mebibytes: int) -> None:
        """Sets the nodes again and again, each time to other contents of 256 KiB."""
        rounds = mebibytes * 4 // self.nodes
        for _ in range(rounds):
            self.generation = getattr(self, "generation", 0) + 1
            script = "".join(f"{'create' if self.generation == 1 else 'set'} /n{n} {self.value(n)}\n"
                             for n in range(self.nodes))
            quorate(self.server, "shell", stdin=script, timeout=PATIENCE * 6)

    def value(self, number: int) -> str:
        return f"{self.generation}-{number}-" + "v" * (256 << 10)

    def check_all(self) -> None:
        for number in range(self.nodes):
            self.assertEqual(quorate(self.server, "get", f"/n{number}").stdout, self.value(number) + "\n")

    def files(self, where: str, pattern: str) -> list[Path]:
        return sorted(file for place in self.server.data.glob(where) for file in place.glob(pattern))

    def count(self, event: str) -> int:
        return sum(f" {event} " in line for line in self.server.log.read_text().splitlines())

    def test_the_log_is_purged_while_the_server_runs_and_nothing_is_missing(self):
        deadline = time.monotonic() + 10 * PATIENCE
        most = 0
        while self.purges_that_freed(8 * MIB) < 2:
            self.assertLess(time.monotonic(), deadline, self.server.tail())
            self.write(20)
            most = max(most, self.log_bytes())
            time.sleep(1.2)  # A checkpoint is looked for once a second: however fast this machine is, one comes between.

        self.assertGreaterEqual(self.count("checkpoint_taken"), 3)
        # Two checkpoints' worth of log, what came during the last one, and the buffers.
        self.assertLess(most, 60 * MIB)
        self.assertEqual(len(list((self.server.data / "checkpoints").iterdir())), 2)
        self.check_all()
        self.server.restart()
        self.check_all()

    def purges_that_freed(self, least: int) -> int:
        """Records are appended while a purge runs, so that one which frees little may not show."""
        purged = [[int(n) for n in re.findall(r"bytes(?:_before)?=(\d+)", line)]
                  for line in self.server.log.read_text().splitlines() if " log_purged " in line]
        return sum(before - after > least for before, after in purged)

    def log_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.files("log", "*.sst"))

    def test_a_server_that_is_started_often_takes_checkpoints_too(self):
        for start in range(8):
            if self.count("checkpoint_taken") > 0:
                break
            self.write(5)
            self.server.restart()
            quorate(self.server, "create", f"/start{start}", "")
        self.server.wait_for_line("checkpoint_taken")

    def test_a_damaged_image_gives_way_to_a_checkpoint_and_the_log(self):
        deadline = time.monotonic() + 10 * PATIENCE
        while self.count("checkpoint_taken") < 1:
            self.assertLess(time.monotonic(), deadline, self.server.tail())
            self.write(10)
        self.write(10)
        self.server.kill()
        # A table that was being written when the server was killed has no bytes yet, and the image knows nothing of it.
        tables = [table for table in self.files("image-*", "*.sst") if table.stat().st_size > 0]
        self.assertTrue(tables)
        for table in tables:
            flip(table, table.stat().st_size // 3)

        self.server.start()

        line = self.server.wait_for_line("warn", "store", "image-")
        self.assertRegex(line, r"\.sst|checksum|Corruption")
        self.server.wait_for_line("warn", "store", "the checkpoint of", "takes the place of the image")
        self.assertTrue((self.server.data / "image.damaged").is_dir())
        self.check_all()
        self.server.restart()
        self.check_all()


class DamagedLog(ServerCase):
    def test_lost_history_is_refused_in_one_line_that_says_what_to_do(self):
        for number in range(20):
            quorate(self.server, "create", f"/n{number}", "x" * 1000)
        self.server.kill()
        wal = max((self.server.data / "log").glob("*.log"), key=lambda file: file.stat().st_size)
        flip(wal, wal.stat().st_size // 2)

        self.server.start(wait=False)

        self.assertEqual(self.server.wait_for_end(), 1)
        line = self.server.tail(1)
        self.assertIn("start_refused", line)
        self.assertIn(str(wal), line)
        self.assertRegex(line, r"good up to \d+\.[0-9a-f]+")
        self.assertIn("backup", line)
        # A second attempt must not take what the first one left for the whole truth.
        self.server.start(wait=False)
        self.assertEqual(self.server.wait_for_end(), 1)
        self.assertIn("start_refused", self.server.tail(1))

    def test_a_torn_end_is_no_damage(self):
        quorate(self.server, "create", "/a", "x")
        self.server.kill()
        wal = max((self.server.data / "log").glob("*.log"), key=lambda file: file.stat().st_size)
        with wal.open("ab") as file:
            file.write(b"\x01\x02\x03 half a record")

        self.server.start()

        self.assertEqual(quorate(self.server, "get", "/a").stdout, "x\n")


def flip(file: Path, offset: int) -> None:
    """One bit of this file; other names of it, in checkpoints, stay whole."""
    content = bytearray(file.read_bytes())
    content[offset] ^= 4
    file.unlink()
    file.write_bytes(content)


if __name__ == "__main__":
    unittest.main()
