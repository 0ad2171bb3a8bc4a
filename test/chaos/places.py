"""Where things are; makes the modules of test/e2e importable."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/e2e"))

from support import BIN  # noqa: E402

LOAD = Path(os.environ.get("QUORATE_TEST_LOAD", BIN / "chaos_load"))
