"""What servers say of themselves: status, members and health, whoever runs."""
import json
import signal
import subprocess
import time
import unittest

from ensemble import Ensemble, Member
from support import BIN, PATIENCE, Server, ServerCase, quorate, quorate_json


def run(endpoints: str, *arguments: str) -> subprocess.CompletedProcess:
    """Unlike quorate(): with the time-outs of the commands themselves."""
    return subprocess.run([str(BIN / "quorate"), "--endpoints", endpoints, *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)


def health(server: Server, *flags: str) -> int:
    return quorate(server, "health", *flags, check=False).returncode


def wait_for_health(server: Server, code: int, *flags: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while health(server, *flags) != code:
        if time.monotonic() > deadline:
            raise AssertionError(f"health {flags} does not become {code}:\n{server.tail()}")
        time.sleep(0.05)


class Alone(ServerCase):
    def test_a_server_alone_is_ready_and_a_quorum(self):
        done = quorate(self.server, "health", "--ready")

        self.assertRegex(done.stdout, r"^ready: alone in epoch \d+\n$")
        self.assertEqual(done.stderr, "")
        self.assertEqual([health(self.server, flag) for flag in ("--live", "--quorum")], [0, 0])
        self.assertEqual(quorate_json(self.server, "health")["check"], "ready")

    def test_status_counts_what_the_server_holds(self):
        quorate(self.server, "create", "/a", "x")
        quorate(self.server, "create", "/b", "x")

        rows = quorate_json(self.server, "status")

        self.assertEqual(len(rows), 1)
        row = rows[0]
        self.assertEqual((row["server"], row["role"], row["leader"], row["serving"]), (1, "alone", 1, True))
        self.assertEqual(row["endpoint"], self.server.endpoint)
        self.assertEqual(row["znodes"], int(quorate(self.server, "count", "/").stdout) + 1)
        self.assertEqual((row["lag"], row["connections"], row["note"]), (0, 0, None))
        self.assertEqual(row["version"], quorate_json(self.server, "version")["version"])
        self.assertGreaterEqual(row["uptime_s"], 0)

    def test_asking_opens_no_session(self):
        before = quorate_json(self.server, "status")[0]
        for _ in range(20):
            quorate(self.server, "health")

        after = quorate_json(self.server, "status")[0]

        self.assertEqual((after["sessions"], after["logged"]), (before["sessions"], before["logged"]))

    def test_a_server_alone_is_its_only_member(self):
        rows = quorate_json(self.server, "members")

        self.assertEqual([(row["server"], row["linked"], row["clients"]) for row in rows], [(1, True, self.server.endpoint)])

    def test_nobody_is_there(self):
        self.server.kill()

        done = run(self.server.endpoint, "health", "--live")

        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^no answer: .+\n$")
        self.assertEqual(run(self.server.endpoint, "status").returncode, 6)
        self.assertEqual(run(self.server.endpoint, "members").returncode, 6)

    def test_a_server_that_does_not_move_is_given_up_in_time(self):
        self.server.process.send_signal(signal.SIGSTOP)
        start = time.monotonic()

        done = run(self.server.endpoint, "--timeout", "300ms", "health", "--live")

        self.assertEqual(done.returncode, 1)
        self.assertIn("no answer within 300 ms", done.stdout)
        self.assertLess(time.monotonic() - start, PATIENCE)


class OfThree(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble()
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()

    def rows(self, endpoints: str, code: int = 0) -> dict[int, dict]:
        done = run(endpoints, "-o", "json", "--timeout", "10s", "status")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return {row["server"]: row for row in json.loads(done.stdout)}

    def stop(self, *members: Member) -> Member:
        """Kills them; one that is left."""
        for member in members:
            member.kill()
        return next(member for member in self.ensemble.members.values() if member not in members)

    def test_one_server_leads_and_the_others_follow_it(self):
        leader = self.ensemble.leader()
        quorate(leader, "create", "/a", "x")
        for follower in self.ensemble.followers():
            quorate(follower, "sync", "/")

        rows = self.rows(self.ensemble.endpoints)

        self.assertEqual(sorted(rows), [1, 2, 3])
        for number, row in rows.items():
            self.assertEqual(row["role"], "leading" if number == leader.number else "following")
            self.assertEqual(row["leader"], leader.number)
            self.assertEqual(row["epoch"], rows[leader.number]["epoch"])
            self.assertEqual(row["endpoint"], self.ensemble.members[number].endpoint)
            self.assertTrue(row["serving"] and row["quorum_linked"])
            self.assertFalse(row["recovering"])
            self.assertIsNone(row["note"])
        self.assertEqual([row["lag"] for row in rows.values()], [0, 0, 0])
        for member in self.ensemble.members.values():
            self.assertEqual([health(member, flag) for flag in ("--live", "--ready", "--quorum")], [0, 0, 0])

    def test_any_one_server_names_the_others(self):
        for member in self.ensemble.members.values():
            rows = self.rows(member.endpoint)
            self.assertEqual(sorted(rows), [1, 2, 3])
            self.assertTrue(all(row["serving"] for row in rows.values()))

    def test_a_table_for_people(self):
        lines = run(self.ensemble.endpoints, "-o", "table", "status").stdout.splitlines()

        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[0].split()[:4], ["SERVER", "ENDPOINT", "ROLE", "SERVING"])

    def test_members_are_configured_and_linked(self):
        first = self.ensemble.members[1]

        rows = quorate_json(first, "members")

        self.assertEqual([row["server"] for row in rows], [1, 2, 3])
        self.assertEqual({row["role"] for row in rows}, {"participant"})
        self.assertEqual([row["clients"] for row in rows], [m.endpoint for m in self.ensemble.members.values()])
        self.assertEqual([row["peers"] for row in rows], [f"127.0.0.1:{m.port + 1}" for m in self.ensemble.members.values()])
        self.assertTrue(all(row["linked"] for row in rows))

    def test_without_one_the_others_are_ready_and_it_is_a_row(self):
        gone = self.ensemble.followers()[0]
        left = self.stop(gone)
        wait_for_health(left, 0, "--ready", "--quorum")

        rows = self.rows(left.endpoint)

        self.assertIsNone(rows[gone.number]["role"])
        self.assertIn("no answer", rows[gone.number]["note"])
        self.assertEqual(sum(row["serving"] is True for row in rows.values()), 2)
        self.assertEqual(health(gone, "--live"), 1)
        linked = {row["server"]: row["linked"] for row in quorate_json(left, "members")}
        self.assertEqual(linked, {number: number != gone.number for number in (1, 2, 3)})

    def test_with_two_stopped_the_third_lives_and_is_not_ready(self):
        left = self.stop(*self.ensemble.followers())
        wait_for_health(left, 1, "--ready")

        self.assertEqual([health(left, flag) for flag in ("--live", "--ready", "--quorum")], [0, 1, 1])
        self.assertRegex(quorate(left, "health", check=False).stdout, "^not ready: (looking|leading)")
        rows = self.rows(self.ensemble.endpoints, code=6)
        self.assertEqual(sorted(rows), [1, 2, 3])
        self.assertFalse(rows[left.number]["serving"])
        self.assertFalse(rows[left.number]["quorum_linked"])

    def test_a_server_that_never_served_answers(self):
        for member in self.ensemble.members.values():
            member.kill()
        one = self.ensemble.members[2].start(wait=False)
        wait_for_health(one, 0, "--live")

        self.assertEqual(health(one, "--ready"), 1)
        self.assertEqual(self.rows(one.endpoint, code=6)[2]["role"], "looking")
        self.ensemble.members[1].start(wait=False)
        wait_for_health(one, 0, "--ready")


if __name__ == "__main__":
    unittest.main()
