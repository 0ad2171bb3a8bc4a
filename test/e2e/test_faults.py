"""What a server does when its program or its disk fails it: it keeps what it acknowledged, and says what happened."""
import os
import signal
import subprocess
import time
import unittest

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

    def refuses_writes(self):
        refused = quorate(self.server, "create", "/refused", "x", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("read-only", refused.stderr)

    def eventually(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.server.tail())
            time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
