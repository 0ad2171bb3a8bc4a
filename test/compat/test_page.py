"""The page tells what the last run did; it runs after test_clients."""
import re
import unittest

import page


class Page(unittest.TestCase):
    def test_it_is_what_the_run_showed(self):
        self.assertEqual(page.PAGE.read_text(), page.generated(), "python3 test/compat/page.py writes it anew")

    def test_an_operation_that_nobody_tries_any_more_changes_it(self):
        runs = page.results()
        before = page.matrix(page.OPERATIONS, runs)
        for run in runs.values():
            run["operations"].pop("multi", None)

        self.assertEqual(set(re.findall(r"`(\w+)`", before)) - set(re.findall(r"`(\w+)`", page.matrix(page.OPERATIONS, runs))), {"multi"})


if __name__ == "__main__":
    unittest.main()
