"""bench/against-zookeeper comes to figures of both sides, and fails where it has none. The figures themselves are not judged here."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from servers import ROOT, SERVER_BIN

SMALL = ("--rounds", "1", "--seconds", "0.3", "--warmup", "0.1", "--warm", "0.3", "--watchers", "20", "-o", "json")
# A row for one server and for three, and its figures.
ROWS = {"churn": 4}


def against_zookeeper(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(ROOT / "bench/against-zookeeper"), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=600, check=False)


class AgainstZooKeeper(unittest.TestCase):
    def test_a_row_has_figures_of_both_sides(self):
        done = against_zookeeper(*ROWS, *SMALL, "--bin", str(SERVER_BIN))

        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["failures"], [])
        self.assertRegex(said["zookeeper"], r"^3\.")
        self.assertEqual(len(said["figures"]), sum(ROWS.values()))
        for figure in said["figures"]:
            self.assertEqual(figure["beside_is"], "ZooKeeper")
            for side in ("quorate", "ZooKeeper"):
                self.assertGreater(figure[side], 0, figure)
                self.assertEqual(len(figure["samples"][side]), 1, figure)

    def test_a_load_that_fails_fails_the_run(self):
        with tempfile.TemporaryDirectory() as directory:
            os.symlink(SERVER_BIN / "quorated", Path(directory) / "quorated")
            # It finds the servers, and fails as soon as it is to load them.
            program = Path(directory) / "quorate-bench"
            program.write_text(f'#!/bin/sh\n[ "$1" != load ] && exec {SERVER_BIN}/quorate-bench "$@"\necho a wrong reply >&2; exit 1\n')
            program.chmod(0o755)

            done = against_zookeeper("mixed", *SMALL, "--bin", directory)

        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stderr, "^mixed: .*quorate-bench load .*\na wrong reply")
        self.assertEqual(json.loads(done.stdout)["figures"], [])

    def test_a_row_that_does_not_exist_is_refused(self):
        done = against_zookeeper("mixed", "nonsense", "--bin", str(SERVER_BIN))

        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row nonsense", done.stderr)


if __name__ == "__main__":
    unittest.main()
