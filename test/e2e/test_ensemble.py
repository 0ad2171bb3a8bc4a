"""Three servers that stay one service: whoever is killed, stopped or emptied."""
import shutil
import signal
import subprocess
import time
import unittest

from ensemble import Ensemble, Writer, contents
from support import BIN, PATIENCE, Server, free_ports, quorate, quorate_json


class EnsembleCase(unittest.TestCase):
    settings = ""  # Of all servers.

    def setUp(self) -> None:
        self.ensemble = Ensemble(settings=self.settings)
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()

    def through(self, *arguments: str) -> subprocess.CompletedProcess:
        """With all servers named: whoever serves answers."""
        return subprocess.run([str(BIN / "quorate"), "--endpoints", self.ensemble.endpoints, "--timeout", "10s", *arguments],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=True)

    def check_all_hold(self, acknowledged: dict[str, str]) -> None:
        self.assertGreater(len(acknowledged), 5)
        reference = None
        for member in self.ensemble.members.values():
            held = contents(member, "/writes")
            for path, data in acknowledged.items():
                self.assertEqual(held.get(path), data, f"server {member.number} lost {path}")
            values = list(held.values())
            self.assertEqual(len(values), len(set(values)), "a write was executed twice")
            reference = reference or held
            self.assertEqual(held, reference, f"server {member.number} differs")


class Ensembles(EnsembleCase):
    def test_what_is_written_through_one_is_read_through_all(self):
        first, second, third = self.ensemble.members.values()
        quorate(first, "create", "/a", "hello")

        for member in (second, third):
            quorate(member, "sync", "/a")
            self.assertEqual(quorate(member, "get", "/a").stdout, "hello\n")
        quorate(third, "set", "/a", "world")
        quorate(second, "sync", "/a")
        self.assertEqual(quorate(second, "get", "/a").stdout, "world\n")

    def test_a_watch_on_one_server_sees_a_write_through_another(self):
        first, _, third = self.ensemble.members.values()
        quorate(first, "create", "/watched", "1")
        waiting = subprocess.Popen([str(BIN / "quorate"), "--endpoints", third.endpoint, "wait", "/watched", "--until", "value=2"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)

        quorate(first, "set", "/watched", "2")

        self.assertEqual(waiting.wait(PATIENCE), 0)

    def test_an_ephemeral_goes_with_its_session_on_all_servers(self):
        first, _, third = self.ensemble.members.values()
        holder = subprocess.Popen([str(BIN / "quorate"), "--endpoints", first.endpoint, "create", "--ephemeral", "--hold",
                                   "/holder", "x"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(holder.kill)
        quorate(third, "wait", "/holder", timeout=60)

        holder.send_signal(signal.SIGINT)
        holder.wait(PATIENCE)

        quorate(third, "sync", "/")
        self.assertEqual(quorate(third, "get", "/holder", check=False).returncode, 3)


class ShortSessions(EnsembleCase):
    settings = "tick_time_ms=500\nsession_timeout_max_ms=2000\n"

    def test_a_session_on_any_server_lives_as_long_as_its_client(self):
        holders = {}
        for number, member in self.ensemble.members.items():
            holders[number] = subprocess.Popen([str(BIN / "quorate"), "--endpoints", member.endpoint, "create", "--ephemeral", "--hold",
                                                f"/held-by-{number}", "x"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(holders[number].wait)
            self.addCleanup(holders[number].kill)
        first = self.ensemble.members[1]
        owners = {}
        for number in holders:
            quorate(first, "wait", f"/held-by-{number}", timeout=60)
            owners[number] = quorate_json(first, "stat", f"/held-by-{number}")["czxid"]

        time.sleep(6)

        quorate(first, "sync", "/")
        for number in holders:
            self.assertEqual(quorate_json(first, "stat", f"/held-by-{number}")["czxid"], owners[number],
                             f"the session on server {number} expired although its client was there")


class Crashes(EnsembleCase):
    def setUp(self) -> None:
        super().setUp()
        self.through("create", "/writes")
        self.writer = Writer(self.ensemble)
        self.addCleanup(self.writer.stopping.set)
        self.writer.start()
        time.sleep(0.5)

    def write_for_a_while(self, seconds: float = 0.7) -> None:
        before = len(self.writer.acknowledged)
        deadline = time.monotonic() + PATIENCE
        time.sleep(seconds)
        while len(self.writer.acknowledged) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(len(self.writer.acknowledged), before, "nothing is written any more")

    def test_the_leader_is_killed_again_and_again(self):
        for _ in range(3):
            leader = self.ensemble.leader()
            leader.kill()
            self.write_for_a_while()
            leader.start()

        self.check_all_hold(self.writer.finish())

    def test_a_follower_is_killed_and_comes_back(self):
        follower = self.ensemble.followers()[0]
        follower.kill()
        self.write_for_a_while()
        follower.start()

        self.check_all_hold(self.writer.finish())

    def test_all_are_killed_at_once(self):
        for member in self.ensemble.members.values():
            member.process.send_signal(signal.SIGKILL)
        for member in self.ensemble.members.values():
            member.process.wait()
        for member in self.ensemble.members.values():
            member.start(wait=False)
        for member in self.ensemble.members.values():
            member.wait_until_serving()
        self.write_for_a_while()

        self.check_all_hold(self.writer.finish())

    def test_a_paused_leader_is_replaced_and_serves_again_as_a_follower(self):
        leader = self.ensemble.leader()
        leader.pause()
        self.addCleanup(leader.resume)
        self.write_for_a_while(2.5)
        leader.resume()
        leader.wait_until_serving()

        self.assertIsNot(self.ensemble.leader(), leader)
        self.check_all_hold(self.writer.finish())

    def test_an_emptied_server_gives_out_no_id_of_before(self):
        """Sessions of before may live on, on other servers. An id holds server 8, incarnation 24, count 32 bits."""
        first = self.ensemble.members[1]

        def incarnation() -> int:
            return int(quorate_json(first, "session", "info")[0]["session"], 16) >> 32

        before = incarnation()
        first.stop()
        first.start()
        restarted = incarnation()
        first.kill()
        shutil.rmtree(first.data)
        time.sleep(2)  # A fresh store begins at what second it is.
        first.start()

        self.assertEqual(restarted, before + 1)
        self.assertGreater(incarnation(), restarted)

    def test_an_emptied_server_learns_all_before_it_counts(self):
        follower = self.ensemble.followers()[0]
        follower.kill()
        shutil.rmtree(follower.data)
        self.write_for_a_while()
        follower.start()
        follower.wait_for_line("looking", "votes=false")
        acknowledged = self.writer.finish()
        other = next(m for m in self.ensemble.followers() if m is not follower)
        other.kill()

        # With the third one gone, the former empty one is needed, and knows all.
        self.through("create", "/writes/needed", "both")
        other.start()

        self.check_all_hold(acknowledged)


class History(EnsembleCase):
    def test_a_server_far_behind_is_brought_up_from_the_disk(self):
        follower = self.ensemble.followers()[0]
        follower.kill()
        self.through("create", "/big")
        block = "x" * 100_000
        for number in range(40):
            self.through("create", f"/big/{number}", block)

        follower.start()

        follower.wait_for_line("fetches_history", "leader=")
        quorate(follower, "sync", "/")
        self.assertEqual(quorate_json(follower, "stat", "/big")["num_children"], 40)
        self.assertEqual(quorate(follower, "get", "/big/39").stdout, block + "\n")


class Observers(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble(4, observers=(4,))
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()
        self.observer = self.ensemble.members[4]

    def test_an_observer_serves_reads_and_writes_also_behind_another_leader(self):
        quorate(self.observer, "create", "/a", "first")
        self.assertEqual(quorate_json(self.observer, "status")[3]["role"], "observing")
        leader = self.ensemble.leader()
        leader.kill()

        quorate(self.observer, "set", "/a", "second")

        leader.start()
        quorate(leader, "sync", "/")
        self.assertEqual(quorate(leader, "get", "/a").stdout, "second\n")

    def test_an_observer_does_not_help_to_a_quorum(self):
        quorate(self.observer, "create", "/a", "first")
        followers = [m for m in self.ensemble.followers() if m is not self.observer]
        for member in followers:
            member.kill()
        self.observer.wait_for_line("not_serving")

        self.assertEqual(quorate(self.observer, "health", check=False).returncode, 1)
        for member in followers:
            member.start()
        quorate(self.observer, "sync", "/a")
        self.assertEqual(quorate(self.observer, "get", "/a").stdout, "first\n")

    def test_an_emptied_observer_learns_all(self):
        quorate(self.ensemble.members[1], "create", "/a", "first")
        self.observer.kill()
        shutil.rmtree(self.observer.data)

        self.observer.start()

        quorate(self.observer, "sync", "/a")
        self.assertEqual(quorate(self.observer, "get", "/a").stdout, "first\n")


class Weights(unittest.TestCase):
    """Server 1 has as many votes as both others together, and one more."""

    def setUp(self) -> None:
        self.ensemble = Ensemble(settings="group.1=1:2:3\nweight.1=3\nweight.2=1\nweight.3=1\n")
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()
        self.heavy, *self.light = self.ensemble.members.values()

    def test_the_heavy_server_serves_without_the_others(self):
        quorate(self.light[0], "create", "/a", "first")
        for member in self.light:
            member.kill()

        quorate(self.heavy, "set", "/a", "second", timeout=PATIENCE)

        for member in self.light:
            member.start()
            quorate(member, "sync", "/a")
            self.assertEqual(quorate(member, "get", "/a").stdout, "second\n")

    def test_a_majority_of_servers_with_a_minority_of_votes_serves_nobody(self):
        self.heavy.kill()
        for member in self.light:
            member.wait_for_line("not_serving")

        time.sleep(3)

        self.assertEqual([quorate(member, "health", check=False).returncode for member in self.light], [1, 1])
        self.heavy.start()
        for member in self.light:
            quorate(member, "sync", "/")


class Groups(unittest.TestCase):
    """Two of three groups of three must each have a majority."""

    def setUp(self) -> None:
        self.ensemble = Ensemble(9, settings="group.1=1:2:3\ngroup.2=4:5:6\ngroup.3=7:8:9\n")
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()

    def kill(self, *numbers: int) -> None:
        for number in numbers:
            self.ensemble.members[number].kill()

    def test_four_servers_of_the_right_groups_are_a_quorum_and_five_of_the_wrong_are_not(self):
        members = self.ensemble.members
        quorate(members[1], "create", "/a", "first")
        self.kill(3, 6, 7, 8, 9)

        quorate(members[1], "set", "/a", "second", timeout=PATIENCE)

        for number in (7, 8, 9):
            members[number].start(wait=False)
        quorate(members[7], "sync", "/a", timeout=PATIENCE)
        self.kill(2, 5)
        time.sleep(3)
        alive = (1, 4, 7, 8, 9)
        self.assertEqual([quorate(members[number], "health", check=False).returncode for number in alive], [1] * 5)
        members[2].start()
        quorate(members[9], "sync", "/a", timeout=PATIENCE)
        self.assertEqual(quorate(members[9], "get", "/a").stdout, "second\n")


class Replacement(EnsembleCase):
    def test_a_server_is_replaced_by_one_at_another_address(self):
        self.through("create", "/kept", "value")
        gone = self.ensemble.followers()[0]
        gone.kill()
        shutil.rmtree(gone.data)
        old, new = gone.port, free_ports([0, 1, 2])
        config = self.ensemble.config.read_text()
        for offset in range(3):
            config = config.replace(f":{old + offset}", f":{new + offset}")
        self.ensemble.config.write_text(config)
        gone.port = new
        # The others read their configuration when they start, one after the other.
        for member in self.ensemble.members.values():
            if member is not gone:
                member.stop()
                member.start()
                self.through("set", "/kept", f"value {member.number}")

        gone.start()

        gone.wait_for_line("starts_over", "met its ensemble")
        quorate(gone, "sync", "/")
        self.assertEqual(quorate(gone, "get", "/kept").stdout, self.through("get", "/kept").stdout)


class Operations(EnsembleCase):
    """The procedures of docs/operations.md."""

    def test_a_rolling_restart_under_load_loses_nothing(self):
        self.through("create", "/writes")
        writer = Writer(self.ensemble)
        writer.start()
        order = [*self.ensemble.followers(), self.ensemble.leader()]
        for member in order:
            member.stop()
            member.start()
            quorate(member, "sync", "/")
        acknowledged = writer.finish()

        self.check_all_hold(acknowledged)
        self.assertLess(writer.failures, len(acknowledged) / 2)

    def test_a_lost_quorum_is_begun_anew_from_the_server_that_is_left(self):
        self.through("create", "/kept", "value")
        left = self.ensemble.members[2]
        quorate(left, "sync", "/kept")
        for member in self.ensemble.members.values():
            member.kill()
        alone = Server("--server-id", "2", directory=left.directory)
        self.addCleanup(lambda: alone.process.poll() is None and alone.kill())
        alone.start()
        self.assertEqual(quorate(alone, "get", "/kept").stdout, "value\n")
        tree = self.ensemble.directory / "tree.jsonl"
        tree.write_text(quorate(alone, "tree", "export", "/").stdout)
        fresh = Ensemble()
        self.addCleanup(fresh.discard)
        fresh.start()

        quorate(fresh.members[1], "tree", "import", "--skip", "--file", str(tree))

        quorate(fresh.members[3], "sync", "/")
        self.assertEqual(quorate(fresh.members[3], "get", "/kept").stdout, "value\n")


class Images(EnsembleCase):
    """What a learner lacks is no longer in the leader's log."""

    settings = """snapshot_interval_s=1
snapshot_records=1000
checkpoint_log_bytes=16777216
history_records=0
history_h=0
"""

    def purge(self) -> None:
        """Writes until the logs of all that run begin behind what was written here first."""
        running = [member for member in self.ensemble.members.values() if member.process.poll() is None]
        before = {member.number: member.log.read_text().count("log_purged") for member in running}
        deadline = time.monotonic() + 3 * PATIENCE
        while any(member.log.read_text().count("log_purged") <= before[member.number] for member in running):
            self.assertLess(time.monotonic(), deadline, "no log was purged\n" + running[0].tail(20))
            endpoints = ",".join(member.endpoint for member in running)
            subprocess.run([str(BIN / "quorate-bench"), "load", "--endpoints", endpoints, "-c", "4", "-d", "4", "--read-share", "0",
                            "--nodes", "100", "--value-bytes", "50000", "--seconds", "1", "--warmup", "0"],
                           capture_output=True, timeout=60, check=True)

    def check_is_whole(self, member) -> None:
        quorate(member, "sync", "/kept")
        self.assertEqual(contents(member, "/kept"), {f"/kept/{n}": f"value {n}" for n in range(20)})
        self.assertEqual(quorate(member, "create", "--if-absent", f"/by-{member.number}", "works").returncode, 0)

    def keep_some(self) -> None:
        self.through("create", "/kept")
        for number in range(20):
            self.through("create", f"/kept/{number}", f"value {number}")

    def test_an_emptied_server_and_one_far_behind_get_an_image(self):
        behind, emptied = self.ensemble.followers()[0], None
        behind.kill()
        self.keep_some()
        self.purge()

        behind.start()

        behind.wait_for_line("image_received", "leader=")
        behind.wait_for_line("starts_over")
        self.check_is_whole(behind)

        emptied = next(m for m in self.ensemble.followers() if m is not behind)
        emptied.kill()
        shutil.rmtree(emptied.data)
        emptied.start()
        emptied.wait_for_line("image_received", "leader=")
        self.check_is_whole(emptied)
        # Those two alone, of whom neither has seen a record of the beginning.
        leader = self.ensemble.leader()
        leader.kill()
        self.check_is_whole(behind)
        leader.start()
        self.check_is_whole(leader)

    def test_an_image_is_not_received_into_a_disk_without_room(self):
        follower = self.ensemble.followers()[0]
        follower.kill()
        self.keep_some()
        self.purge()
        options = follower.options
        follower.options = [*options, "--disk-low-bytes", "1TiB"]

        follower.start(wait=False)

        follower.wait_for_line("no_room_for_image", "disk_low_bytes are 1099511627776")
        self.assertEqual(quorate(follower, "health", check=False).returncode, 1)
        follower.kill()
        follower.options = options
        follower.start()
        self.check_is_whole(follower)

    def test_whoever_is_killed_while_an_image_is_on_its_way_comes_back(self):
        behind = self.ensemble.followers()[0]
        behind.kill()
        self.keep_some()
        self.purge()
        self.through("create", "/large")
        block = "x" * 100_000
        for number in range(400):
            self.through("create", f"/large/{number}", block)
        time.sleep(2)  # For an image with them.

        for pause in (0.05, 0.1, 0.2, 0.3, 0.4, 0.6):
            behind.start(wait=False)
            behind.wait_for_line("fetches_image") if pause == 0.05 else time.sleep(pause)
            behind.kill()
        behind.start()

        self.check_is_whole(behind)
        self.assertEqual(quorate_json(behind, "stat", "/large")["num_children"], 400)
        self.assertEqual([path.name for path in behind.data.glob("image-*")], [behind.data.joinpath(max(
            path.name for path in behind.data.glob("image-*"))).name], "an unfinished image was left behind")


class Refusals(unittest.TestCase):
    def test_a_server_of_another_ensemble_is_refused_and_nobody_minds(self):
        ensemble = Ensemble()
        self.addCleanup(ensemble.discard)
        ensemble.start()
        intruder = ensemble.members[3]
        intruder.kill()
        shutil.rmtree(intruder.data)
        intruder.options += ["--cluster-id", "another"]
        intruder.start(wait=False)

        intruder.wait_for_line("another ensemble")
        quorate(ensemble.members[1], "create", "/still", "works")

    def test_a_server_without_the_shared_key_is_refused(self):
        ensemble = Ensemble()
        self.addCleanup(ensemble.discard)
        for name in ("key", "other-key"):
            key = ensemble.directory / name
            key.touch(mode=0o600)
            key.write_text(f"{name}-0123456789abcdef\n")
        for member in ensemble.members.values():
            member.options += ["--peer-key-file", str(ensemble.directory / "key")]
        ensemble.start()
        stranger = ensemble.members[3]
        quorate(stranger, "create", "/with-the-key", "all three")
        stranger.kill()
        stranger.options[-1] = str(ensemble.directory / "other-key")
        stranger.start(wait=False)

        stranger.wait_for_line("link_ends", "peer_key_file")
        quorate(ensemble.members[1], "create", "/still", "works")
        self.assertNotIn("following", stranger.log.read_text().split("peer_key_file")[-1])

    def test_one_of_three_serves_nobody(self):
        ensemble = Ensemble()
        self.addCleanup(ensemble.discard)
        ensemble.start()
        for number in (1, 2):
            ensemble.members[number].kill()

        ensemble.members[3].wait_for_line("not_serving")
        done = quorate(ensemble.members[3], "--timeout", "2s", "get", "/", check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
