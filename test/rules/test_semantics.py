"""The table of surprising facts names tests that exist."""
import unittest
from pathlib import Path

UNIT = Path(__file__).resolve().parents[1] / "unit"


def rows() -> list[tuple[str, str, str]]:
    lines = (UNIT / "core/semantics.txt").read_text().splitlines()
    return [tuple(word.strip() for word in line.split(" | ")) for line in lines if line and not line.startswith("#")]


def is_tested(file: str, case: str) -> bool:
    # A long name stands on two lines of its source.
    text = (UNIT / file).read_text() if (UNIT / file).is_file() else ""
    return f'TEST_CASE("{case}")' in " ".join(text.replace('"\n', '"').split()).replace('" "', "")


class Semantics(unittest.TestCase):
    def test_every_fact_has_its_test(self):
        self.assertGreaterEqual(len(rows()), 25)
        for fact, file, case in rows():
            with self.subTest(fact):
                self.assertTrue(is_tested(file, case), f"{file} has no case \"{case}\"")

    def test_a_planted_row_is_found(self):
        self.assertFalse(is_tested("core/tree/create_test.cc", "no such case"))
        self.assertFalse(is_tested("core/tree/no_such_file.cc", "no such case"))


if __name__ == "__main__":
    unittest.main()
