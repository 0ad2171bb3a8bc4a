"""What a server does when its program or its disk fails it: it keeps what it acknowledged, and says what happened."""
import signal
import unittest

from support import BIN, SERVER_BIN, ServerCase, quorate


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


if __name__ == "__main__":
    unittest.main()
