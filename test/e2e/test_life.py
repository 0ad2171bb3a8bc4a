"""A server keeps what it was told: through kill -9, through restarts, in order."""
import time
import unittest

from support import PATIENCE, Server, ServerCase, quorate


class Life(ServerCase):
    def test_what_was_acknowledged_survives_kill_9(self):
        quorate(self.server, "create", "/a", "hello")
        self.server.kill()

        self.server.start()

        self.assertEqual(quorate(self.server, "get", "/a").stdout, "hello\n")

    def test_a_set_survives_several_kills(self):
        quorate(self.server, "create", "/counter", "0")
        for number in range(1, 4):
            quorate(self.server, "set", "/counter", str(number))
            self.server.restart()

        self.assertEqual(quorate(self.server, "get", "/counter").stdout, "3\n")

    def test_what_was_deleted_stays_deleted(self):
        quorate(self.server, "create", "/a", "x")
        quorate(self.server, "rm", "/a")
        self.server.restart()

        gone = quorate(self.server, "get", "/a", check=False)

        self.assertEqual(gone.returncode, 3)
        self.assertIn("/a", gone.stderr)

    def test_a_clean_stop_ends_with_zero(self):
        quorate(self.server, "create", "/a", "x")

        self.assertEqual(self.server.stop(), 0)

        self.server.start()
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "x\n")

    def test_two_servers_do_not_share_a_directory(self):
        second = Server(directory=self.server.directory)

        second.start(wait=False)

        self.assertNotEqual(second.process.wait(20), 0)
        self.assertEqual(quorate(self.server, "ls", "/").returncode, 0)

    def test_a_port_in_use_is_refused_with_its_number(self):
        second = Server()
        self.addCleanup(second.discard)
        second.port = self.server.port

        second.start(wait=False)

        self.assertNotEqual(second.process.wait(20), 0)
        self.assertIn(str(second.port), second.tail())


class Reaping(ServerCase):
    options = ("--container-check-interval-ms", "100", "--container-never-used-max-ms", "1000")

    def test_containers_go_when_they_are_empty_or_were_never_used(self):
        for path in ("/emptied", "/never-used", "/in-use"):
            quorate(self.server, "create", "--container", path)
        quorate(self.server, "create", "/emptied/x")
        quorate(self.server, "create", "/in-use/x")
        quorate(self.server, "rm", "/emptied/x")

        self.assertEqual(self.left("/emptied", "/never-used"), [])
        self.assertEqual(self.left("/in-use", wait=False), ["/in-use"])

    def test_without_the_option_a_container_waits_for_its_first_child_for_ever(self):
        self.server.options = ["--container-check-interval-ms", "100"]
        self.server.restart()
        quorate(self.server, "create", "--container", "/waiting")

        time.sleep(2)

        self.assertEqual(self.left("/waiting", wait=False), ["/waiting"])

    def left(self, *paths: str, wait: bool = True) -> list[str]:
        """Which of the nodes are there, at the latest when none is."""
        deadline = time.monotonic() + (PATIENCE if wait else 0)
        while True:
            there = [path for path in paths if quorate(self.server, "get", path, check=False).returncode == 0]
            if not there or time.monotonic() >= deadline:
                return there
            time.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
