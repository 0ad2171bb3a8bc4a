"""deploy/up and deploy/down, as the README's first screen uses them."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from support import BIN, ROOT, Server, free_ports


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False)


class FreshMachine(unittest.TestCase):
    def test_the_programs_need_none_of_the_packages_of_the_tests(self):
        build = Path(tempfile.mkdtemp(prefix="quorate-fresh-"))
        self.addCleanup(shutil.rmtree, build, ignore_errors=True)
        hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("rapidcheck", "Python3")]

        done = run("cmake", "--preset", "release", "-B", str(build), *hidden, cwd=ROOT)

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Tests are left out", done.stdout)
        targets = run("ninja", "-C", str(build), "-t", "targets", "all", cwd=ROOT).stdout
        self.assertIn("bin/quorated", targets)
        self.assertNotIn("core_tree_test", targets)


@unittest.skipUnless(BIN == ROOT / "build/release/bin", "deploy/up starts the release build")
class Commands(unittest.TestCase):
    def setUp(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="quorate-up-"))
        self.port = str(free_ports([0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.addCleanup(self.down)

    def up(self, *options: str) -> subprocess.CompletedProcess:
        # One server where more would tell nothing more.
        count = () if "--servers" in options else ("--servers", "1")
        return run(str(ROOT / "deploy/up"), "--no-install", *count, *options, cwd=self.home)

    def down(self, *options: str) -> subprocess.CompletedProcess:
        return run(str(ROOT / "deploy/down"), *options, cwd=self.home)

    def quorate(self, *arguments: str) -> subprocess.CompletedProcess:
        return run(str(BIN / "quorate"), "--endpoints", f"127.0.0.1:{self.port}", *arguments, cwd=self.home)

    def pid(self) -> int:
        return int((self.home / "quorate-data/server-1.pid").read_text())

    def test_the_last_line_says_where_clients_go(self):
        done = self.up("--base-port", self.port)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1],
                         f"ready clients=127.0.0.1:{self.port} dir={self.home.resolve()}/quorate-data")
        console = f"console=http://127.0.0.1:{int(self.port) + 2}"
        self.assertEqual(done.stdout.splitlines()[-2], console)
        with urllib.request.urlopen(console.removeprefix("console=") + "/api/v1/ensemble") as answer:
            self.assertEqual(answer.status, 200)
        told = run("/usr/bin/env", "QUORATE_" + console.replace("console", "CONSOLE", 1), str(BIN / "quorate"), "top", "--once", cwd=self.home)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("alone", told.stdout)
        self.assertTrue((self.home / "quorate-data/server-1.log").exists())
        self.assertTrue((self.home / "quorate-data/server-1").is_dir())

    def test_the_first_screen_of_the_readme(self):
        self.assertEqual(self.up("--base-port", self.port).returncode, 0)
        self.assertEqual(self.quorate("create", "/a", "hello").returncode, 0)
        os.kill(self.pid(), signal.SIGKILL)

        again = self.up()

        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.quorate("get", "/a").stdout, "hello\n")

    def test_a_running_server_is_left_alone(self):
        self.up("--base-port", self.port)
        pid = self.pid()

        self.assertEqual(self.up("--base-port", self.port).returncode, 0)

        self.assertEqual(self.pid(), pid)

    def test_down_stops_what_up_started(self):
        self.up("--base-port", self.port)
        pid = self.pid()

        done = self.down()

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(Path(f"/proc/{pid}/exe").exists())
        self.assertFalse((self.home / "quorate-data/server-1.pid").exists())

    def test_a_new_directory_gets_an_ensemble_of_three(self):
        done = run(str(ROOT / "deploy/up"), "--no-install", "--base-port", self.port, cwd=self.home)

        self.assertEqual(done.returncode, 0, done.stderr)
        ports = [int(self.port) + 10 * n for n in range(3)]
        clients = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.assertEqual(done.stdout.splitlines()[-1],
                         f"ready clients={clients} dir={self.home.resolve()}/quorate-data")
        self.assertEqual(self.quorate("create", "/a", "hello").returncode, 0)
        os.kill(self.pid(), signal.SIGKILL)
        others = ",".join(f"127.0.0.1:{port}" for port in ports[1:])
        got = run(str(BIN / "quorate"), "--endpoints", others, "get", "/a", cwd=self.home)
        self.assertEqual(got.stdout, "hello\n", got.stderr)

        again = self.up("--servers", "3")

        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.quorate("get", "/a").stdout, "hello\n")
        self.assertEqual(self.down().stdout, "stopped 3 server(s) of ./quorate-data\n")

    def test_one_server_is_restarted(self):
        self.up("--base-port", self.port)
        pid = self.pid()

        done = self.up("--restart", "1")

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(self.pid(), pid)

    def test_a_number_of_servers_that_helps_nobody_is_refused(self):
        for count in ("2", "4", "0", "x"):
            done = self.up("--servers", count, "--base-port", self.port)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"--servers {count}", done.stderr)
        self.assertNotEqual(self.up("--restart", "2").returncode, 0)

    def test_a_directory_keeps_its_ports(self):
        self.up("--base-port", self.port)
        self.down()

        done = self.up("--base-port", str(int(self.port) + 1))

        self.assertNotEqual(done.returncode, 0)
        self.assertIn(self.port, done.stderr)

    def test_a_port_in_use_is_reported(self):
        other = Server()
        self.addCleanup(other.discard)
        other.start()

        done = self.up("--base-port", str(other.port))

        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(other.port), done.stderr)

    def test_unknown_options_are_refused(self):
        self.assertNotEqual(self.up("--nonsense").returncode, 0)
        self.assertNotEqual(self.up("--base-port", "abc").returncode, 0)
        self.assertNotEqual(self.up("--base-port").returncode, 0)


if __name__ == "__main__":
    unittest.main()
