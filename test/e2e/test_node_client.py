"""A client in another language, made from schema/client.capnp alone."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT, ServerCase

CLIENT = ROOT / "test/e2e/node_client"


class NodeClient(ServerCase):
    def test_it_creates_reads_and_watches(self):
        work = Path(tempfile.mkdtemp(prefix="quorate-node-"))
        self.addCleanup(shutil.rmtree, work, ignore_errors=True)
        shutil.copytree(CLIENT, work / "client", ignore=shutil.ignore_patterns("node_modules"))
        installed = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work / "client",
                                   capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(installed.returncode, 0, installed.stdout + installed.stderr)

        done = subprocess.run(["node", "client.test.mjs", self.server.endpoint], cwd=work / "client", capture_output=True,
                              text=True, timeout=60, check=False)

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
