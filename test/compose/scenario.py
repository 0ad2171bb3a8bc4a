"""What must hold of the servers of our compose files, wherever they run: each test starts with all of them healthy."""
import json
import threading
import unittest
from pathlib import Path

from hosts import CLIENT, PATIENCE, SINGLE, THREE, Hosts, wait_until


class Writer(threading.Thread):
    """Creates sequential nodes through whoever answers, and keeps what was acknowledged.

    What was not acknowledged may have happened or not; what was must be there for ever, once."""

    def __init__(self, hosts: Hosts, prefix: str):
        super().__init__(daemon=True)
        self.hosts = hosts
        self.prefix = prefix
        self.acknowledged: dict[str, str] = {}  # Path, data.
        self.last_failure = ""
        self.stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            data = f"{self.prefix}-{number}"
            done = self.hosts.quorate(CLIENT, "create", "--sequential", "/writes/n-", data, timeout="3s", check=False)
            if done.returncode == 0:
                self.acknowledged[done.stdout.strip()] = data
            else:
                self.last_failure = done.stderr

    def wait_for_more(self, count: int = 3) -> None:
        """Until that many more writes were acknowledged."""
        enough = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= enough,
                   lambda: f"nothing is written any more: {self.last_failure}\n{self.hosts.tails()}")

    def finish(self) -> dict[str, str]:
        self.stopping.set()
        self.join(PATIENCE)
        return self.acknowledged


class OnHosts(unittest.TestCase):
    """Servers that stay up for all tests of a class; a class below gives them in make_hosts()."""

    path: Path
    hosts: Hosts

    @classmethod
    def make_hosts(cls, path: Path) -> Hosts:
        raise NotImplementedError

    @classmethod
    def setUpClass(cls) -> None:
        cls.hosts = cls.make_hosts(cls.path)
        cls.addClassCleanup(cls.hosts.discard)
        cls.hosts.up()

    def setUp(self) -> None:
        self.hosts.wait_until_healthy()

    def held_by(self, name: str) -> dict[str, str]:
        """What a server says that the children of /writes hold, after a sync."""
        endpoint = f"{name}:2181"
        self.hosts.quorate(CLIENT, "sync", "/writes", endpoints=endpoint)
        lines = self.hosts.quorate(CLIENT, "tree", "export", "/writes", endpoints=endpoint).stdout.splitlines()[1:]
        nodes = [json.loads(line) for line in lines]
        return {"/writes" + node["path"]: node["data"] for node in nodes if node["path"] != "/"}

    def check_all_hold(self, acknowledged: dict[str, str]) -> None:
        self.assertGreaterEqual(len(acknowledged), 3)
        for name in self.hosts.names:
            held = self.held_by(name)
            lost = {path: data for path, data in acknowledged.items() if held.get(path) != data}
            self.assertEqual(lost, {}, f"{name} lost something")
            self.assertEqual(len(held), len(set(held.values())), "a write was executed twice")

    def check_stopped_in_order(self, codes: dict[str, int]) -> None:
        self.assertEqual(codes, {name: 0 for name in self.hosts.names}, self.hosts.tails(self.hosts.last_logs))


class ThreeServers(OnHosts):
    """The scenarios of the ensemble."""

    path = THREE

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.hosts.wait_until_healthy()
        cls.hosts.quorate(CLIENT, "create", "/writes")

    def writing(self) -> Writer:
        writer = Writer(self.hosts, self._testMethodName)
        self.addCleanup(writer.finish)
        writer.start()
        writer.wait_for_more()
        return writer

    def test_what_is_written_through_one_is_read_through_another(self):
        first, second, third = (f"{name}:2181" for name in self.hosts.names)
        self.hosts.quorate(CLIENT, "create", "/a", "hello", endpoints=first)

        for other in (second, third):
            self.hosts.quorate(CLIENT, "sync", "/a", endpoints=other)
            self.assertEqual(self.hosts.quorate(CLIENT, "get", "/a", endpoints=other).stdout, "hello\n")

    def test_writes_go_on_when_the_leader_is_killed(self):
        writer = self.writing()
        leader = self.hosts.leader()

        self.hosts.kill(leader)

        writer.wait_for_more()
        others = [name for name in self.hosts.names if name != leader]
        self.assertIn(self.hosts.leader(others), others)
        self.hosts.start(leader)
        self.hosts.wait_until_healthy()
        self.check_all_hold(writer.finish())

    def test_a_follower_that_is_cut_off_serves_nobody_and_catches_up(self):
        writer = self.writing()
        leader = self.hosts.leader()
        follower = next(name for name in self.hosts.names if name != leader)

        self.cut_off_until_unhealthy(follower)

        writer.wait_for_more()
        self.hosts.reconnect(follower)
        self.hosts.wait_until_healthy()
        self.check_all_hold(writer.finish())

    def test_a_leader_that_is_cut_off_is_replaced(self):
        writer = self.writing()
        leader = self.hosts.leader()

        self.cut_off_until_unhealthy(leader)

        writer.wait_for_more()
        others = [name for name in self.hosts.names if name != leader]
        self.assertIn(self.hosts.leader(others), others)
        self.hosts.reconnect(leader)
        self.hosts.wait_until_healthy()
        self.check_all_hold(writer.finish())

    def test_nothing_is_lost_between_down_and_up(self):
        writer = self.writing()
        acknowledged = writer.finish()

        codes = self.hosts.down()
        self.hosts.up()

        self.hosts.wait_until_healthy()
        self.check_all_hold(acknowledged)
        self.check_stopped_in_order(codes)

    def test_a_server_stops_in_order_while_it_dials(self):
        # Who has the higher number dials.
        lost, dials = self.hosts.names[0], self.hosts.names[2]
        self.hosts.cut_off(lost)
        lines = len(self.hosts.log(dials).splitlines())
        wait_until(lambda: any(" peer_lost " in line for line in self.hosts.log(dials).splitlines()[lines:]),
                   lambda: f"{dials} does not notice:\n{self.hosts.tails()}")

        code = self.hosts.stop(dials)

        said = self.hosts.tails()
        self.hosts.start(dials)
        self.hosts.reconnect(lost)
        self.assertEqual(code, 0, said)

    def cut_off_until_unhealthy(self, name: str) -> None:
        self.hosts.cut_off(name)
        wait_until(lambda: not self.hosts.is_healthy(name), lambda: f"{name} does not notice:\n{self.hosts.tails()}")
        self.assertTrue(self.hosts.is_running(name), f"{name} ended:\n{self.hosts.tails()}")


class OneServer(OnHosts):
    """The scenarios of the single server."""

    path = SINGLE

    def test_nothing_is_lost_between_down_and_up(self):
        self.hosts.quorate(CLIENT, "create", "/a", "hello")

        codes = self.hosts.down()
        self.hosts.up()

        self.hosts.wait_until_healthy()
        self.check_stopped_in_order(codes)
        self.assertEqual(self.hosts.quorate(CLIENT, "get", "/a").stdout, "hello\n")
