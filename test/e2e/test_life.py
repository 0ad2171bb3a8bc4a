"""A server keeps what it was told: through kill -9, through restarts, in order."""
import unittest

from support import Server, ServerCase, quorate


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


if __name__ == "__main__":
    unittest.main()
