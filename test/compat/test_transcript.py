"""The comparison itself: what it evens out, and that it notices what it must."""
import unittest

import differences
from transcript import BrokenTranscript, Difference, compare, parse

REAL = """= create and read
create /a -> /a {cz=zxid:0x10 mz=zxid:0x10 ct=time:1700000000001 v=0 owner=sid:0x0}
setData /a -> {cz=zxid:16 mz=zxid:17 ct=time:1700000000001 v=1 owner=sid:0x0}
create /e -> /e {cz=zxid:19 mz=zxid:19 ct=time:1700000000007 v=0 owner=sid:-2}
= errors
delete /a 7 -> BadVersion
event -> NodeDeleted /a
"""
# Another run: other zxids with other gaps, another clock, another session.
OTHER = (REAL.replace("zxid:0x10", "zxid:0x500000001").replace("zxid:16", "zxid:21474836481").replace("zxid:17", "zxid:21474836482")
         .replace("zxid:19", "zxid:21474836483").replace("time:17", "time:18").replace("sid:-2", "sid:0x77"))


def differing(doctored: str) -> list[Difference]:
    return compare("kazoo", parse(REAL), parse(doctored))


class Comparison(unittest.TestCase):
    def test_another_run_of_the_same_is_the_same(self):
        self.assertEqual(differing(OTHER), [])

    def test_a_planted_difference_is_found(self):
        for real, planted in [("BadVersion", "NoNode"),  # Another answer.
                              ("v=1", "v=2"),
                              ("mz=zxid:17", "mz=zxid:16"),  # A write that left no trace.
                              ("ct=time:1700000000007", "ct=time:0"),
                              ("owner=sid:-2", "owner=sid:0"),
                              ("event -> NodeDeleted /a\n", ""),  # An event that did not come,
                              ("event -> NodeDeleted /a\n", "event -> NodeDeleted /a\n" * 2)]:  # or came twice.
            with self.subTest(planted):
                self.assertTrue(differing(REAL.replace(real, planted)))

    def test_an_order_that_changed_is_found(self):
        head, *steps = REAL.split("= errors\n")[1].splitlines(keepends=True)
        self.assertTrue(differing(REAL.split("= errors\n")[0] + "= errors\n" + "".join(steps) + head))

    def test_a_scenario_that_is_missing_is_found(self):
        self.assertEqual(len(differing(REAL.split("= errors\n")[0])), 2)

    def test_an_owner_that_is_another_session_is_found(self):
        text = REAL + "session -> sid:-2\n"
        other = text.replace("session -> sid:-2", "session -> sid:5")
        self.assertEqual(len(compare("kazoo", parse(text), parse(other))), 1)

    def test_what_is_no_transcript_is_refused(self):
        for text in ("", "Traceback (most recent call last):\n", "= empty\n= full\nget / -> x\n", REAL + REAL):
            with self.subTest(text), self.assertRaises(BrokenTranscript):
                parse(text)


class DeliberateDifferences(unittest.TestCase):
    entry = """
- what: deletes say less
  reason: as an example
  lines:
    - {client: kazoo, scenario: errors, zookeeper: "delete /a 7 -> BadVersion", quorate: "delete /a 7 -> NoNode"}
"""

    def judge(self, text: str) -> tuple[int, int]:
        unwanted, missing = differences.judge("kazoo", differing(text), differences.load(self.entry))
        return len(unwanted), len(missing)

    def test_a_listed_one_is_no_failure(self):
        self.assertEqual(self.judge(REAL.replace("BadVersion", "NoNode")), (0, 0))

    def test_one_that_is_not_listed_is_a_failure(self):
        self.assertEqual(self.judge(REAL.replace("BadVersion", "NoNode").replace("v=1", "v=2")), (1, 0))

    def test_a_listed_one_that_does_not_occur_is_a_failure(self):
        self.assertEqual(self.judge(REAL), (0, 1))
        self.assertEqual(self.judge(REAL.replace("BadVersion", "NoAuth")), (1, 1))

    def test_one_of_another_client_is_a_failure(self):
        found = compare("java", parse(REAL), parse(REAL.replace("BadVersion", "NoNode")))
        self.assertEqual(len(differences.judge("java", found, differences.load(self.entry))[0]), 1)

    def test_one_of_another_version_is_a_failure(self):
        for said, versions in (('  until: "3.9"\n', ((3, 8),)), ('  since: "3.9"\n', ((3, 9), (3, 10, 1))), ("", ((3, 8), (3, 9)))):
            entries = differences.load(self.entry.replace("  lines:\n", said + "  lines:\n"))
            for version in ((3, 8), (3, 9), (3, 10, 1)):
                with self.subTest(said, version=version):
                    about = differences.of_version(entries, version)
                    found = compare("kazoo", parse(REAL), parse(REAL.replace("BadVersion", "NoNode")))
                    self.assertEqual(len(differences.judge("kazoo", found, about)[0]), 0 if version in versions or not said else 1)

    def test_each_one_has_a_reason(self):
        with self.assertRaises(ValueError):
            differences.load("- what: something\n  lines:\n    - {client: kazoo, scenario: errors, quorate: x}\n")


if __name__ == "__main__":
    unittest.main()
