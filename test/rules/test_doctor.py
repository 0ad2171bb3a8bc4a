"""Each finding of `quorate doctor` is explained where its name is looked up."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_in_code() -> set[str]:
    text = "".join((ROOT / "client/cli/doctor" / name).read_text() for name in ("checks.cc", "server_checks.cc"))
    severities = r"(?:Severity::\w+(?:\s*:\s*Severity::\w+)?),\s*\"(\w+)\""
    calls = r"unchecked\(\"(\w+)\""
    loops = re.findall(r"const char\* id : \{([^}]*)\}", text)
    expiries = r"check_expiry\([^;]*?\"(\w+)\""
    names = set(re.findall(severities, text)) | set(re.findall(calls, text)) | set(re.findall(expiries, text))
    return names.union(*(re.findall(r"\"(\w+)\"", loop) for loop in loops))


def explained_in_docs() -> set[str]:
    page = (ROOT / "docs/command-line.md").read_text()
    table = page[page.index("| finding |"):]
    return {name for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


class Doctor(unittest.TestCase):
    def test_each_finding_is_explained_and_nothing_else(self):
        self.assertGreater(len(named_in_code()), 20)
        self.assertEqual(named_in_code() ^ explained_in_docs(), set())


if __name__ == "__main__":
    unittest.main()
