"""The page of metrics, as Prometheus' own tool sees it."""
import re
import subprocess
import unittest

from support import BIN


def sample_page() -> str:
    """A page with every metric on it."""
    return subprocess.run([BIN / "metrics_sample"], check=True, capture_output=True, text=True).stdout


def complaints(page: str) -> list[str]:
    """What promtool finds wrong with a page; raises where it cannot be read at all."""
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    if checked.returncode not in (0, 3):
        raise AssertionError(f"promtool ended with {checked.returncode}: {checked.stderr}")
    return checked.stderr.splitlines()


class Page(unittest.TestCase):
    def test_promtool_has_no_complaint_of_our_names(self):
        ours = [line for line in complaints(sample_page()) if line.startswith(("quorate_", "process_"))]
        self.assertEqual(ours, [])

    def test_names_of_zookeeper_are_against_conventions_and_nothing_else(self):
        others = {re.sub(r"^\S+ ", "", line) for line in complaints(sample_page())}
        self.assertLessEqual(others, {'non-histogram and non-summary metrics should not have "_count" suffix',
                                      'counter metrics should have "_total" suffix'})

    def test_a_planted_fault_is_found(self):
        with self.assertRaises(AssertionError):
            complaints('quorate_x{a="b} 1\n')
        self.assertNotEqual(complaints("# TYPE quorate_x counter\nquorate_x 1\n"), [])


if __name__ == "__main__":
    unittest.main()
