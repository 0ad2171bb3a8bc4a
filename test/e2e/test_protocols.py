"""The protocols of the client ports, and who may speak at all."""
import subprocess
import unittest

from jute import GET_DATA, SET_DATA, Jute, buffer, number, text
from support import BIN, Server, ServerCase, free_ports, quorate, quorate_json


def answers_zookeepers_clients(port: int) -> bool:
    done = subprocess.run([str(BIN / "quorate-bench"), "probe", "--zookeeper", "-e", f"127.0.0.1:{port}", "--patience", "0.5"],
                          capture_output=True, timeout=60, check=False)
    return done.returncode == 0


class OnePort(ServerCase):
    def test_one_port_speaks_both_protocols(self):
        quorate(self.server, "create", "/a", "hello")
        self.assertTrue(answers_zookeepers_clients(self.server.port))
        self.assertEqual(quorate(self.server, "get", "/a").stdout, "hello\n")

    def test_null_data_stays_null_over_restarts_and_exports(self):
        with Jute(self.server.port) as client:
            for path, data in (("/t", b""), ("/t/null", None), ("/t/empty", b""), ("/t/set", b"x")):
                client.create(path, data)
            client.must(SET_DATA, text("/t/set") + buffer(None) + number(-1))
        self.server.restart()  # Which leaves an image behind.
        with Jute(self.server.port) as client:
            client.create("/t/logged", None)
        self.server.kill()
        self.server.start()
        quorate(self.server, "tree", "import", "--under", "/u", "--file", "-", stdin=quorate(self.server, "tree", "export", "/t").stdout)

        with Jute(self.server.port) as client:
            for parent in ("/t", "/u"):
                read = {name: client.must(GET_DATA, text(f"{parent}/{name}") + b"\0").body[:4]
                        for name in ("null", "empty", "set", "logged")}
                self.assertEqual(read, {"null": number(-1), "empty": number(0), "set": number(-1), "logged": number(-1)})
        self.assertIsNone(quorate_json(self.server, "get", "/t/null")["data"])
        self.assertEqual(quorate_json(self.server, "get", "/t/empty")["data"], "")


class TwoPorts(unittest.TestCase):
    def test_each_port_speaks_its_own_protocol(self):
        native = free_ports([0])
        server = Server("--native-port", str(native))
        self.addCleanup(server.discard)
        port = server.port
        # The port for Cap'n Proto is the one that the command line, and so the harness, talks to.
        server.start(wait=False)
        server.port = native
        server.wait_until_serving()
        quorate(server, "create", "/a", "hello")

        self.assertTrue(answers_zookeepers_clients(port))
        self.assertFalse(answers_zookeepers_clients(native))
        server.port = port
        refused = quorate(server, "--timeout", "1s", "get", "/a", check=False)
        self.assertNotEqual(refused.returncode, 0)
        server.port = native
        self.assertEqual(quorate(server, "get", "/a").stdout, "hello\n")


class ForcedToAuthenticate(ServerCase):
    options = ("--enforce-auth", "--enforce-auth-schemes", "digest")

    def setUp(self) -> None:
        self.server = Server(*self.options)
        self.addCleanup(self.server.discard)
        self.server.start(wait=False)
        self.server.wait_for_line("serving")

    def test_who_has_not_authenticated_is_told_so(self):
        refused = quorate(self.server, "get", "/", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("the server demands authentication; check --auth", refused.stderr)
        self.assertFalse(answers_zookeepers_clients(self.server.port))

    def test_who_has_is_served(self):
        self.assertEqual(quorate(self.server, "--auth", "digest:me:secret", "create", "/a", "x").returncode, 0)
        self.assertEqual(quorate(self.server, "--auth", "digest:me:secret", "get", "/a").stdout, "x\n")


if __name__ == "__main__":
    unittest.main()
