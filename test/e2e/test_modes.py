"""Servers that serve clients otherwise than usual: a leader that leaves them to the others, sessions that no record
tells of, and reads without a leader."""
import json
import signal
import subprocess
import time
import unittest

from ensemble import Ensemble, Member
from support import BIN, PATIENCE, Server, free_ports, quorate, quorate_json


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


def hold(case: unittest.TestCase, endpoints: str, *arguments: str) -> subprocess.Popen:
    """A command that goes on until it is told to end."""
    process = subprocess.Popen([str(BIN / "quorate"), "--endpoints", endpoints, *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    case.addCleanup(process.stdout.close)
    case.addCleanup(process.wait)
    case.addCleanup(process.kill)
    return process


class LocalSessionsCase(unittest.TestCase):
    settings = "localSessionsEnabled=true\ntick_time_ms=500\nsession_timeout_max_ms=2000\n"  # Of all servers.

    def setUp(self) -> None:
        self.ensemble = Ensemble(settings=self.settings)
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()
        self.members = list(self.ensemble.members.values())

    def logged(self) -> set[str]:
        """Where the logs end, of all servers: one place when nothing is under way."""
        return {row_of(member)["logged"] for member in self.members}

    def settled(self) -> set[str]:
        wait_until("all logs end alike", lambda: len(self.logged()) == 1)
        return self.logged()

    def server_of_the_client(self) -> Member:
        wait_until("the client is connected", lambda: sum(row_of(m)["connections"] for m in self.members) == 1)
        return next(member for member in self.members if row_of(member)["connections"] == 1)


class LocalSessions(LocalSessionsCase):
    def test_sessions_come_read_and_go_without_a_record(self):
        quorate(self.members[0], "create", "/a", "x")
        for member in self.members:
            quorate(member, "sync", "/")
        before = self.settled()

        for member in self.members:
            for _ in range(5):
                self.assertEqual(quorate(member, "get", "/a").stdout, "x\n")
                quorate(member, "session", "info")

        self.assertEqual(self.settled(), before)
        self.assertEqual({row_of(member)["sessions"] for member in self.members}, {0})

    def test_they_write_and_watch_like_others(self):
        first, second, third = self.members
        watching = hold(self, third.endpoint, "wait", "/a", "--until", "value=2")
        quorate(first, "create", "/a", "1")
        quorate(second, "sync", "/a")

        quorate(second, "set", "/a", "2")

        self.assertEqual(watching.wait(PATIENCE), 0)
        for member in self.members:
            quorate(member, "sync", "/a")
            self.assertEqual(quorate(member, "get", "/a").stdout, "2\n")
        missing = quorate(first, "set", "/b", "x", check=False)
        self.assertEqual(missing.returncode, 3)

    def test_they_own_no_nodes(self):
        done = quorate(self.members[1], "create", "--ephemeral", "/e", "x", check=False)

        self.assertNotEqual(done.returncode, 0)
        self.assertIn("local", done.stderr)
        self.assertEqual(quorate(self.members[1], "get", "/e", check=False).returncode, 3)

    def test_one_ends_with_its_server(self):
        client = hold(self, self.ensemble.endpoints, "watch", "/a")
        server = self.server_of_the_client()

        server.kill()

        self.assertEqual(client.wait(PATIENCE), 6)
        self.assertIn("the session has", client.stdout.read())

    def test_one_of_a_silent_client_is_expired_by_its_server(self):
        client = hold(self, self.ensemble.endpoints, "watch", "/a")
        server = self.server_of_the_client()

        client.send_signal(signal.SIGSTOP)
        wait_until("the server has given up the client", lambda: row_of(server)["connections"] == 0)
        client.send_signal(signal.SIGCONT)

        self.assertEqual(client.wait(PATIENCE), 6)


class UpgradedSessions(LocalSessionsCase):
    settings = LocalSessionsCase.settings + "localSessionsUpgradingEnabled=true\n"

    def test_the_first_ephemeral_node_makes_it_a_session_that_moves(self):
        client = hold(self, self.ensemble.endpoints, "create", "--ephemeral", "--hold", "/e", "x")
        quorate(self.members[0], "wait", "/e")
        server = self.server_of_the_client()
        owner = quorate_json(self.members[0], "stat", "/e")["ephemeral_owner"]
        wait_until("all know the session", lambda: {row_of(member)["sessions"] for member in self.members} == {1})

        server.kill()
        self.members.remove(server)
        other = self.server_of_the_client()

        self.assertNotEqual(other, server)
        time.sleep(3)  # Longer than the session lives without its client.
        quorate(other, "sync", "/")
        self.assertEqual(quorate_json(other, "stat", "/e")["ephemeral_owner"], owner)
        client.send_signal(signal.SIGINT)
        client.wait(PATIENCE)
        quorate(other, "sync", "/")
        self.assertEqual(quorate(other, "get", "/e", check=False).returncode, 3)

    def test_a_multi_upgrades_too(self):
        ops = [{"op": "create", "path": "/p", "data": "y"}, {"op": "create", "path": "/e", "mode": "ephemeral"}]

        quorate(self.members[2], "multi", "--file", "-", stdin="\n".join(json.dumps(op) for op in ops))

        self.assertEqual(quorate(self.members[2], "get", "/p").stdout, "y\n")


class ReadOnly(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble(settings="readonlymode.enabled=true\ntick_time_ms=500\n")
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()
        self.members = list(self.ensemble.members.values())
        quorate(self.members[0], "create", "/a", "x")
        for member in self.members:
            quorate(member, "sync", "/")

    def cut_off(self) -> Member:
        """The one that is left when the others are killed, as soon as it serves reads."""
        left, *others = self.members
        for member in others:
            member.kill()
        wait_until("it serves reads", lambda: row_of(left).get("role") == "read-only")
        return left

    def test_reads_are_served_to_who_is_content_and_nothing_is_logged(self):
        left = self.cut_off()
        before = row_of(left)
        self.assertFalse(before["serving"])
        self.assertIn("serves old reads only", before["note"])

        self.assertEqual(quorate(left, "--read-only", "get", "/a").stdout, "x\n")
        self.assertEqual(json.loads(quorate(left, "-o", "json", "--read-only", "session", "info").stdout)[0]["state"], "read_only")
        for refused in (("set", "/a", "y"), ("create", "/b"), ("create", "--ephemeral", "/e"), ("rm", "-y", "/a"), ("sync", "/")):
            done = quorate(left, "--read-only", *refused, check=False)
            self.assertEqual(done.returncode, 6, refused)
            self.assertIn("read-only", done.stderr)
        demanding = ask(left.endpoint, "get", "/a", timeout="1s")
        self.assertEqual(demanding.returncode, 6)
        self.assertIn("cannot write", demanding.stderr)

        after = row_of(left)
        self.assertEqual((after["logged"], after["applied"]), (before["logged"], before["applied"]))
        self.assertEqual(quorate(left, "health", "--ready", check=False).stdout, "not ready: read-only\n")
        self.assertEqual(quorate(left, "health", "--live").returncode, 0)
        self.assertEqual(quorate(left, "status", check=False).returncode, 6)

    def test_with_a_leader_all_is_as_before_and_clients_stay(self):
        left = self.cut_off()
        waiting = hold(self, left.endpoint, "--read-only", "wait", "/b")
        wait_until("it is connected", lambda: row_of(left)["connections"] == 1)
        self.assertIsNone(waiting.poll())

        self.members[1].start(wait=False)
        wait_until("it serves", lambda: row_of(left).get("serving"))
        self.assertEqual(ask(left.endpoint, "create", "/b", "y").returncode, 0)

        self.assertEqual(waiting.wait(PATIENCE), 0)
        self.assertEqual(json.loads(quorate(left, "--read-only", "-o", "json", "session", "info").stdout)[0]["state"], "connected")

    def test_a_client_goes_to_a_server_that_writes_when_there_is_one(self):
        first, second, third = self.members
        for member in self.members:
            member.stop()
        # The third one never finds the others again.
        astray = third.directory / "astray.cfg"
        lines = self.ensemble.config.read_text().splitlines()
        nowhere = free_ports([0, 1, 2, 3])
        lines = [line for line in lines if not line.startswith(("server.1", "server.2"))]
        lines += [f"server.1=127.0.0.1:{nowhere}:{nowhere + 1}", f"server.2=127.0.0.1:{nowhere + 2}:{nowhere + 3}"]
        astray.write_text("\n".join(lines) + "\n")
        third.options[1] = str(astray)
        third.start(wait=False)
        wait_until("it serves reads", lambda: row_of(third).get("role") == "read-only")
        waiting = hold(self, f"{first.endpoint},{third.endpoint}", "--read-only", "wait", "/b")
        wait_until("it is with the third", lambda: row_of(third)["connections"] == 1)

        first.start(wait=False)
        second.start(wait=False)
        # Asking is a connection too, but leaving is not.
        wait_until("it has left the third", lambda: row_of(third)["connections"] == 0)
        wait_until("it is with the first", lambda: row_of(first).get("connections") == 1)

        self.assertEqual(row_of(third)["role"], "read-only")
        self.assertEqual(ask(second.endpoint, "create", "/b").returncode, 0)
        self.assertEqual(waiting.wait(PATIENCE), 0)

    def test_switched_off_a_server_without_a_leader_serves_nobody(self):
        left, *others = self.members
        left.options += ["--read-only-mode", "false"]
        left.restart()
        for member in others:
            member.kill()
        wait_until("it looks", lambda: row_of(left).get("role") == "looking")
        time.sleep(3)

        self.assertEqual(row_of(left)["role"], "looking")
        self.assertEqual(ask(left.endpoint, "--read-only", "get", "/a", timeout="1s").returncode, 6)


class AloneAllTheSame(unittest.TestCase):
    def test_a_server_without_others_serves(self):
        server = Server("--leader-serves", "false")
        self.addCleanup(server.discard)
        server.start()

        self.assertEqual(quorate(server, "health", "--ready").returncode, 0)
        self.assertEqual(quorate(server, "create", "/a", "x").returncode, 0)


if __name__ == "__main__":
    unittest.main()
