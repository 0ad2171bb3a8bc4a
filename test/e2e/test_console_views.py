"""What the console makes of state and log follows console/openapi.yaml."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/support"))
import openapi  # noqa: E402

PROGRAM = ROOT / "build/release/bin/view_samples"


class ConsoleViews(unittest.TestCase):
    def test_what_the_server_makes_follows_its_schema(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([PROGRAM, directory], check=True)
            samples = sorted(Path(directory).glob("*.json"))
            self.assertGreater(len(samples), 15)
            for sample in samples:
                with self.subTest(sample.name):
                    self.assertEqual(openapi.faults(json.loads(sample.read_text()), sample.name.split(".")[0]), [])


if __name__ == "__main__":
    unittest.main()
