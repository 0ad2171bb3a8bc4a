"""The page of the console: it is checked, it is what is committed, and it works in a browser."""
import json
import re
import unittest
from pathlib import Path

from support import ROOT, built_copy, command, node_folder

BROWSER = ROOT / "test/console/browser"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Page(unittest.TestCase):
    def test_it_passes_its_checks(self):
        _, said = built_copy()
        self.assertRegex(said, r"files make no markup of strings")
        self.assertRegex(said, r"KiB gzipped of 120 KiB")

    def test_what_is_committed_is_what_is_built(self):
        copy, _ = built_copy()
        built, committed = contents(copy / "dist"), contents(ROOT / "console/dist")
        self.assertEqual(sorted(built), sorted(committed))
        differing = [name for name, content in built.items() if content != committed[name]]
        self.assertEqual(differing, [], "build console/dist again: npm run build")

    def test_the_lock_names_no_registry_and_versions_are_exact(self):
        self.assertNotIn('"resolved"', (ROOT / "console/package-lock.json").read_text())
        package = json.loads((ROOT / "console/package.json").read_text())
        for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
            self.assertRegex(version, r"^\d+\.\d+\.\d+$", name)


class Browser(unittest.TestCase):
    def run_tests(self, name: str, **environment: str) -> str:
        copy, _ = built_copy()
        done = command("node", "--test", "--test-reporter=spec", str(BROWSER / name), cwd=ROOT, path=node_folder(),
                       environment={"QUORATE_TEST_CONSOLE_DIR": str(copy), **environment})
        self.assertEqual(done.returncode, 0, done.stdout[-12000:])
        passed = re.search(r"^ℹ pass (\d+)$", done.stdout, re.MULTILINE)
        self.assertTrue(passed and int(passed.group(1)) > 0, done.stdout[-2000:])
        return done.stdout

    def test_every_page(self):
        self.run_tests("pages.test.mjs")

    def test_every_page_of_three_real_servers(self):
        self.run_tests("pages.test.mjs", QUORATE_TEST_CONSOLE_OVER="servers")

    def test_states_roles_and_acts(self):
        self.run_tests("states.test.mjs")

    def test_three_real_servers(self):
        self.run_tests("ensemble.test.mjs")

    def test_who_may_do_what(self):
        self.run_tests("access.test.mjs")

    def test_opening(self):
        said = self.run_tests("opening.test.mjs")
        figures = re.findall(r"opening #.*", said)
        self.assertEqual(len(figures), 2, said)
        print("", *figures, sep="\n")

    def test_tour(self):
        self.run_tests("tour.test.mjs")


if __name__ == "__main__":
    unittest.main()
