"""README.md's program in Python, against the servers of deploy/up that its first lines start."""
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from clients import PYTHON
from servers import ROOT, SERVER_BIN, free_port

README = (ROOT / "README.md").read_text()
DOCUMENTED = [2181, 2191, 2201]


def command(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Snippet(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="quorate-readme-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def up(self) -> dict[int, int]:
        """Three servers; each documented port, and the one that stands in for it here."""
        base = free_port()
        self.addCleanup(command, ROOT / "deploy/down", cwd=self.home)
        said = command(ROOT / "deploy/up", "--no-install", "--base-port", str(base), cwd=self.home)
        ports = {port: base + port - DOCUMENTED[0] for port in DOCUMENTED}
        self.assertIn(f"ready clients={','.join(f'127.0.0.1:{port}' for port in ports.values())} ", said)
        return ports

    def test_the_program_in_python_prints_what_the_command_line_has_written(self):
        (snippet,) = re.findall(r"^```python\n(.*?)^```", README, re.S | re.M)
        ports = self.up()
        for port, stand_in in ports.items():
            self.assertIn(f"127.0.0.1:{port}", snippet)
            snippet = snippet.replace(str(port), str(stand_in))
        command(SERVER_BIN / "quorate", "--endpoints", f"127.0.0.1:{ports[DOCUMENTED[0]]}", "create", "/a", "hello", cwd=self.home)

        self.assertEqual(command(PYTHON, "-c", snippet, cwd=self.home), "b'hello'\n")


if __name__ == "__main__":
    unittest.main()
