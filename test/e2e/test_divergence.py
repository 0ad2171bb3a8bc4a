"""Servers whose state goes wrong: found by their digests, and given everything anew by the others."""
import json
import subprocess
import time
import unittest

from admin import Admin
from ensemble import Ensemble, Member
from support import BIN, NOT_SERVING, PATIENCE, quorate, say

ASIDE = "diverged-*"


def wait_for(what: str, holds, ensemble: Ensemble) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            tails = "\n".join(member.tail(12) for member in ensemble.members.values())
            raise AssertionError(f"{what}: not within {PATIENCE} s\n{tails}")
        time.sleep(0.05)


def status_of(member: Member) -> dict:
    """What one server says of itself."""
    done = subprocess.run([str(BIN / "quorate"), "--endpoints", member.endpoint, "-o", "json", "status"], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    rows = json.loads(done.stdout or "[]")
    return next((row for row in rows if row["server"] == member.number), {})


def metrics_of(member: Member) -> str:
    """Its page for Prometheus; who has begun anew has another port for it."""
    served = [line for line in member.log.read_text().splitlines() if "console_served" in line]
    return Admin(int(served[-1].split("port=")[1].split()[0])).raw("GET", "/metrics").raw.decode()


class Diverging(unittest.TestCase):
    """The servers run a program with a planted fault: see test/support/diverging_apply.cc."""

    def setUp(self):
        self.ensemble = Ensemble()
        self.addCleanup(self.ensemble.discard)
        for member in self.ensemble.members.values():
            member.program = BIN / "quorated-diverging"
        self.ensemble.start()
        quorate(self.ensemble.leader(), "create", "/kept", "x")
        self.written = 0

    def write_past_a_mark(self, through: Member) -> None:
        """More records than there are between two marks."""
        self.written += 1
        nodes = [f"/batch-{self.written}", *(f"/batch-{self.written}/{i}" for i in range(140))]
        lines = "".join(json.dumps({"path": path, "data": "x"}) + "\n" for path in nodes)
        # Writes may be refused from the mark on.
        quorate(through, "tree", "import", stdin=lines, check=False)

    def go_wrong(self, member: Member, through: Member, path: str = "/wrong") -> None:
        quorate(through, "create", path, str(member.process.pid))
        self.write_past_a_mark(through)

    def data_of(self, member: Member, path: str) -> str:
        quorate(member, "sync", path)
        return quorate(member, "get", path).stdout.strip()

    def check_mended(self, wrong: Member, pid: int) -> None:
        line = wrong.wait_for_line("error", "diverged ", "digest=", "expected=", "set_aside=")
        self.assertRegex(line, r"zxid=\d+\.[0-9a-f]+ digest=[0-9a-f]{16} expected=[0-9a-f]{16} ")
        wrong.wait_for_line("set_aside", "name=diverged-")
        wait_for("it serves again", lambda: status_of(wrong).get("serving"), self.ensemble)
        self.assertIsNone(wrong.process.poll())
        self.assertEqual(wrong.process.pid, pid)
        for member in self.ensemble.members.values():
            self.assertEqual(self.data_of(member, "/wrong"), str(pid))
        kept = [path.name for path in wrong.data.glob(ASIDE)]
        self.assertEqual(len(kept), 1)
        self.assertTrue((wrong.data / kept[0] / "log" / "CURRENT").exists())
        # Compared again, and equal.
        self.write_past_a_mark(self.ensemble.leader())

        def all_equal() -> bool:
            rows = [status_of(member) for member in self.ensemble.members.values()]
            return len({(row.get("digest_zxid"), row.get("digest")) for row in rows}) == 1 and bool(rows[0].get("digest"))

        wait_for("equal digests", all_equal, self.ensemble)
        self.assertIn("\nquorate_digests_different_total 1\n", metrics_of(wrong))
        self.assertEqual(sum(line.count(" diverged ") for line in wrong.log.read_text().splitlines()), 1)

    def test_a_follower_is_given_everything_anew(self):
        wrong = self.ensemble.followers()[0]
        pid = wrong.process.pid

        self.go_wrong(wrong, self.ensemble.leader())

        self.check_mended(wrong, pid)

    def test_a_leader_gives_way_and_is_given_everything_anew(self):
        wrong = self.ensemble.leader()
        pid = wrong.process.pid

        self.go_wrong(wrong, self.ensemble.followers()[0])

        self.check_mended(wrong, pid)

    def test_who_is_wrong_again_waits_for_its_operator(self):
        wrong = self.ensemble.followers()[0]
        self.go_wrong(wrong, self.ensemble.leader(), "/wrong-always")

        line = wrong.wait_for_line("error", "held_after_divergence")

        self.assertIn(str(wrong.data / "diverged.last"), line)
        refused = quorate(wrong, "get", "/kept", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("waits for its operator", refused.stderr)
        self.assertEqual(say(wrong, "srvr"), NOT_SERVING)
        # The others go on.
        self.assertEqual(self.data_of(self.ensemble.leader(), "/kept"), "x")
        self.assertEqual(wrong.stop(), 0)
        # Another start changes nothing, until somebody allows it; then a sound program is enough.
        wrong.start(wait=False)
        wait_for("held again", lambda: wrong.log.read_text().count("held_after_divergence") == 2, self.ensemble)
        self.assertEqual(wrong.stop(), 0)
        wrong.program = BIN / "quorated"
        (wrong.data / "diverged.last").unlink()
        wrong.start()
        self.assertEqual(self.data_of(wrong, "/kept"), "x")
        self.assertEqual(len(list(wrong.data.glob(ASIDE))), 1)

    def test_two_of_three_that_differ_refuse_writes_until_the_third_is_back(self):
        wrong, gone = self.ensemble.followers()
        leader = self.ensemble.leader()
        gone.kill()

        self.go_wrong(wrong, leader)

        for member in (leader, wrong):
            member.wait_for_line("error", "digests_differ", "writes=refused")
            self.assertTrue(status_of(member)["in_doubt"])
            self.assertIn("servers differ", status_of(member)["note"])
            refused = quorate(member, "create", "/refused", "x", check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("read-only", refused.stderr)
            self.assertEqual(quorate(member, "get", "/kept").stdout, "x\n")
            self.assertEqual(list(member.data.glob(ASIDE)), [])
        time.sleep(1)
        self.assertEqual(leader.log.read_text().count("digests_differ"), 1)

        gone.start(wait=False)

        wrong.wait_for_line("error", "diverged ")
        leader.wait_for_line("info", "digests_agree", "writes=served")
        wait_for("it serves again", lambda: status_of(wrong).get("serving"), self.ensemble)
        quorate(wrong, "create", "/taken", "x")
        for member in self.ensemble.members.values():
            self.assertEqual(self.data_of(member, "/wrong"), str(wrong.process.pid))
            self.assertEqual(self.data_of(member, "/taken"), "x")
            self.assertFalse(status_of(member)["in_doubt"])


if __name__ == "__main__":
    unittest.main()
