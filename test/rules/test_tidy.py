"""How test/tidy.py spreads sources over units, and that a fault in any of them is found."""
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tidy

CLEAN = "namespace quorate {\nnamespace {\nint helper() { return %d; }\n}\nint %s() { return helper(); }\n}\n"
FAULT = "int BadlyNamed() { return 1; }\n"
FLAGS = ("-std=gnu++20",)


class Units(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name) / "core"
        self.folder.mkdir()
        patch = mock.patch.object(tidy, "UNITS", Path(scratch.name) / "units")
        patch.start()
        self.addCleanup(patch.stop)

    def source(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return os.path.relpath(self.folder / name, tidy.ROOT)

    def check(self, *sources: str, seconds: float = 600) -> tidy.Findings:
        with mock.patch("builtins.print"):
            return tidy.check_group("core", FLAGS, list(sources), time.monotonic() + seconds)

    def test_sources_that_fit_share_a_unit(self):
        both = [self.source("a.cc", "int a() { return 1; }\n"), self.source("b.cc", "int b() { return 1; }\n")]

        self.assertEqual([taken for _, taken in tidy.units("core", FLAGS, both)], [both])

    def test_a_second_helper_of_one_name_goes_into_another_unit(self):
        a, b, c = (self.source(f"{name}.cc", CLEAN % (1, name)) for name in "abc")
        d = self.source("d.cc", "int d() { return 1; }\n")

        self.assertEqual([taken for _, taken in tidy.units("core", FLAGS, [a, b, c, d])], [[a, d], [b], [c]])

    def test_every_source_is_checked_once(self):
        sources = [self.source(f"{name}.cc", CLEAN % (1, name)) for name in "abc"]

        findings = self.check(*sources)

        self.assertEqual((findings.checked, findings.faulty, findings.left_out), (set(sources), set(), set()))

    def test_a_fault_is_found_in_any_unit_and_in_headers(self):
        first = self.source("first.cc", CLEAN % (1, "first"))
        second = self.source("second.cc", CLEAN % (2, "second") + FAULT)
        header = self.source("third.h", "#pragma once\ninline " + FAULT.replace("Badly", "Poorly"))

        self.assertEqual(self.check(first, second, header).faulty, {second, header})

    def test_tests_have_a_configuration_of_their_own_that_inherits(self):
        self.assertEqual([tidy.config_of(name).parent.name for name in ("test/unit/a.cc", "core/a.cc")],
                         ["test", tidy.ROOT.name])
        (tidy.ROOT / "build").mkdir(exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=tidy.ROOT / "build")
        self.addCleanup(scratch.cleanup)
        grows = self.source("grows.cc", "#include <vector>\nstd::vector<int> grown() {\n  std::vector<int> all;\n"
                            "  for (int i = 0; i < 3; ++i) all.push_back(i);\n  return all;\n}\n")
        fault = self.source("fault.cc", FAULT)

        with mock.patch.object(tidy, "UNITS", Path(scratch.name)):
            self.assertEqual(self.check(grows, fault).faulty, {grows, fault})
            with mock.patch.object(tidy, "config_of", return_value=tidy.ROOT / "test/.clang-tidy"):
                self.assertEqual(self.check(grows, fault).faulty, {fault})

    def test_what_does_not_compile_fails_alone(self):
        good, bad = self.source("good.cc", "int good();\n"), self.source("bad.cc", "int bad( {\n")

        self.assertEqual(self.check(bad, good).faulty, {bad})

    def test_what_there_is_no_time_for_is_said_to_be_left_out(self):
        source = self.source("a.cc", FAULT)

        findings = self.check(source, seconds=0)

        self.assertEqual((findings.checked, findings.left_out), (set(), {source}))


if __name__ == "__main__":
    unittest.main()
