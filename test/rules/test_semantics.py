"""The tables of surprising facts and of refusals name tests that exist."""
import re
import unittest
from pathlib import Path

UNIT = Path(__file__).resolve().parents[1] / "unit"


def rows(table: str) -> list[tuple[str, ...]]:
    lines = (UNIT / table).read_text().splitlines()
    return [tuple(word.strip() for word in line.split(" | ")) for line in lines if line and not line.startswith("#")]


def is_tested(file: str, case: str) -> bool:
    # A long name stands on two lines of its source.
    text = (UNIT / file).read_text() if (UNIT / file).is_file() else ""
    return f'TEST_CASE("{case}")' in " ".join(text.replace('"\n', '"').split()).replace('" "', "")


class Semantics(unittest.TestCase):
    def test_every_fact_has_its_test(self):
        facts = rows("core/semantics.txt")
        self.assertGreaterEqual(len(facts), 25)
        for fact, file, case in facts:
            with self.subTest(fact):
                self.assertTrue(is_tested(file, case), f"{file} has no case \"{case}\"")

    def test_every_check_of_every_operation_has_its_test(self):
        checks = rows("core/refusals.txt")
        for check, _, file, case in checks:
            with self.subTest(check):
                self.assertTrue(is_tested(file, case), f"{file} has no case \"{case}\"")
        # Every operation that a client can send is there.
        named = " ".join(check for check, _, _, _ in checks).lower()
        request = (UNIT.parents[1] / "core/txn/request.h").read_text()
        operations = re.search(r"using Operation =\s*std::variant<(.*?)>;", request, re.S).group(1)
        spelled = {"ListChildren": "list", "CountDescendants": "count", "Authenticate": "auth", "Refused": "any write"}
        for operation in re.findall(r"\w+", operations):
            with self.subTest(operation):
                self.assertIn(spelled.get(operation, operation).lower(), named)

    def test_a_planted_row_is_found(self):
        self.assertFalse(is_tested("core/tree/create_test.cc", "no such case"))
        self.assertFalse(is_tested("core/tree/no_such_file.cc", "no such case"))


if __name__ == "__main__":
    unittest.main()
