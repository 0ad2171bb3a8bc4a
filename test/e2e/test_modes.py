"""Servers that serve clients otherwise than the rest: a leader that leaves them to the others."""
import json
import subprocess
import time
import unittest

from ensemble import Ensemble, Member
from support import BIN, PATIENCE, Server, quorate, quorate_json


def ask(endpoints: str, *arguments: str, timeout: str = "10s") -> subprocess.CompletedProcess:
    return subprocess.run([str(BIN / "quorate"), "--endpoints", endpoints, "--timeout", timeout, *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)


def wait_until(what: str, is_so) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"never so: {what}")
        time.sleep(0.05)


def row_of(member: Server) -> dict:
    """What the server says of itself; nothing while it does not answer."""
    done = quorate(member, "-o", "json", "status", check=False)
    rows = json.loads(done.stdout) if done.stdout else []
    return next((row for row in rows if row["endpoint"] == member.endpoint and row["role"] is not None), {})


class LeaderThatServesNobody(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble(settings="leaderServes=no\n")
        self.addCleanup(self.ensemble.discard)
        for member in self.ensemble.members.values():
            member.start(wait=False)
        self.leader = self.wait_for_leader()

    def wait_for_leader(self) -> Member:
        """That has begun to serve the others, who serve clients."""
        members = [member for member in self.ensemble.members.values() if member.process.poll() is None]
        wait_until("a leader and followers serve", lambda: all(row_of(member).get("serving") for member in members))
        return next(member for member in members if row_of(member)["role"] == "leading")

    def test_clients_are_served_by_the_others_only(self):
        self.assertEqual(ask(self.ensemble.endpoints, "create", "/a", "x").returncode, 0)
        for follower in self.ensemble.followers():
            self.assertEqual(quorate(follower, "sync", "/").returncode, 0)
            self.assertEqual(quorate(follower, "get", "/a").stdout, "x\n")

        refused = ask(self.leader.endpoint, "ls", "/", timeout="2s")

        self.assertEqual(refused.returncode, 6)
        self.assertIn("try another server", refused.stderr)

    def test_it_says_how_it_is_doing_all_the_same(self):
        row = row_of(self.leader)

        self.assertEqual((row["role"], row["serving"], row["note"]), ("leading", True, "leaves clients to the others"))
        self.assertEqual(quorate(self.leader, "health", "--live").returncode, 0)
        self.assertEqual(quorate(self.leader, "health", "--ready", check=False).returncode, 1)
        self.assertEqual(quorate(self.leader, "status").returncode, 0)
        for follower in self.ensemble.followers():
            self.assertEqual(quorate(follower, "health", "--ready").returncode, 0)
            self.assertIsNone(row_of(follower)["note"])

    def test_a_new_leader_sends_its_clients_away_and_sessions_live_on(self):
        holder = subprocess.Popen(
            [str(BIN / "quorate"), "--endpoints", self.ensemble.endpoints, "create", "--ephemeral", "--hold", "/held", "x"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        self.assertEqual(ask(self.ensemble.endpoints, "wait", "/held").returncode, 0)
        owner = quorate_json(self.ensemble.followers()[0], "stat", "/held")["ephemeral_owner"]

        former = self.leader
        former.kill()
        leader = self.wait_for_leader()
        follower = next(member for member in self.ensemble.members.values() if member not in (former, leader))
        wait_until("the client is with the one server that takes clients",
                   lambda: (row_of(leader)["connections"], row_of(follower)["connections"]) == (0, 1))

        self.assertEqual(quorate_json(follower, "stat", "/held")["ephemeral_owner"], owner)
        self.assertEqual(ask(leader.endpoint, "ls", "/", timeout="2s").returncode, 6)
        former.start(wait=False)
        wait_until("the former leader follows and takes clients",
                   lambda: ask(former.endpoint, "get", "/held", timeout="1s").returncode == 0)


class AloneAllTheSame(unittest.TestCase):
    def test_a_server_without_others_serves(self):
        server = Server("--leader-serves", "false")
        self.addCleanup(server.discard)
        server.start()

        self.assertEqual(quorate(server, "health", "--ready").returncode, 0)
        self.assertEqual(quorate(server, "create", "/a", "x").returncode, 0)


if __name__ == "__main__":
    unittest.main()
