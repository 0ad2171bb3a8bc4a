"""Leadership that is handed over: on request, and when a leader stops."""
import json
import subprocess
import time
import unittest

from ensemble import Ensemble, Member, Writer, contents
from support import BIN, PATIENCE, ServerCase, quorate, quorate_json

SUPER_DIGEST = "super:D/InIHSb7yEEbrWz8b9l71RjZJU="  # super:test


def transfer(endpoints: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(BIN / "quorate"), "--endpoints", endpoints, "-o", "json", "leader", "transfer", *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)


class Leadership(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble(settings=f"super_digest={SUPER_DIGEST}\n")
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()

    def status_of(self, member: Member) -> dict:
        return next(row for row in quorate_json(member, "status") if row["server"] == member.number)

    def test_whoever_is_named_leads_asked_at_any_server(self):
        for asked, to in ((1, 2), (3, 1), (1, 3), (2, 2)):
            before = self.ensemble.leader().number
            endpoint = self.ensemble.members[asked].endpoint
            done = transfer(endpoint, "--to", str(to))
            if before == to:
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("leads already", done.stderr)
                done = transfer(endpoint, "--to", str(to % 3 + 1))
                to = to % 3 + 1
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(done.stdout)
            self.assertEqual((said["leader"], said["leader_before"]), (to, before))
            self.assertEqual(said["epoch"], said["epoch_before"] + 1)
            row = self.status_of(self.ensemble.members[to])
            self.assertEqual((row["role"], row["epoch"]), ("leading", said["epoch"]))

    def test_without_a_name_another_leads(self):
        before = self.ensemble.leader().number

        said = json.loads(transfer(self.ensemble.endpoints).stdout)

        self.assertEqual(said["leader_before"], before)
        self.assertNotEqual(said["leader"], before)

    def test_writers_hardly_notice_and_nothing_is_lost(self):
        quorate(self.ensemble.members[1], "create", "/writes")
        writer = Writer(self.ensemble)
        writer.start()
        for _ in range(5):
            time.sleep(0.3)
            self.assertEqual(transfer(self.ensemble.endpoints).returncode, 0)
        acknowledged = writer.finish()

        self.assertGreater(len(acknowledged), 20)
        self.assertLessEqual(writer.failures, 5)
        for member in self.ensemble.members.values():
            quorate(member, "sync", "/")
            held = contents(member, "/writes")
            self.assertEqual([path for path in acknowledged if held.get(path) != acknowledged[path]], [])

    def test_what_cannot_be_is_refused_and_the_leader_goes_on(self):
        leader = self.ensemble.leader()
        follower, other = self.ensemble.followers()
        unknown = transfer(leader.endpoint, "--to", "9")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("server 9 is not a voter", unknown.stderr)
        other.kill()
        time.sleep(0.5)

        lost = transfer(follower.endpoint, "--to", str(other.number))

        self.assertEqual(lost.returncode, 6, lost.stderr)
        self.assertIn(f"server {other.number} does not follow the leader", lost.stderr)
        self.assertEqual(self.status_of(leader)["role"], "leading")

    def test_a_leader_that_stops_has_handed_over_before(self):
        leader = self.ensemble.leader()
        rest = self.ensemble.followers()
        epoch = self.status_of(leader)["epoch"]
        begin = time.monotonic()

        leader.stop()

        self.assertLess(time.monotonic() - begin, PATIENCE)
        roles = [self.status_of(member) for member in rest]
        self.assertEqual(sorted(row["role"] for row in roles), ["following", "leading"])
        self.assertEqual([row["epoch"] for row in roles], [epoch + 1] * 2)
        log = leader.log.read_text()
        self.assertLess(log.index("hands_over"), log.index("stopped"), "it had handed over before it stopped")


class Alone(ServerCase):
    def test_a_server_alone_has_nobody_to_hand_over_to(self):
        done = transfer(self.server.endpoint)

        self.assertEqual(done.returncode, 6)
        self.assertIn("no other voter", done.stderr)


if __name__ == "__main__":
    unittest.main()
