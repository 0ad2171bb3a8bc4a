"""Each client's scenarios against ZooKeeper and against Quorate: what it is told must be the same."""
import concurrent.futures
import unittest

import differences
from clients import BUILD, CLIENTS, Client
from comparison import Comparison
from ensembles import ENSEMBLES
from servers import SERVERS

CLIENTS_AT_ONCE = 2
ZOOKEEPER = (3, 8)


class Clients(unittest.TestCase):
    comparison: Comparison
    entries: list[differences.Entry]
    at_once: list[Client] = []
    runs: dict[str, concurrent.futures.Future] = {}

    @classmethod
    def setUpClass(cls):
        cls.comparison = Comparison(BUILD / "transcripts", lambda client: ENSEMBLES if client.at_ensembles else SERVERS)
        cls.entries = differences.of_version(differences.load(differences.FILE.read_text()), ZOOKEEPER)
        pool = concurrent.futures.ThreadPoolExecutor(CLIENTS_AT_ONCE)
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)
        cls.runs = {client.name: pool.submit(cls.comparison.both, client) for client in cls.at_once}

    def compare(self, client: Client) -> None:
        theirs, ours = self.runs[client.name].result() if client.name in self.runs else self.comparison.both(client)
        self.comparison.judge(client, theirs, ours, self.entries)


def add_test(client: Client) -> None:
    def test(self: Clients) -> None:
        self.compare(client)
    setattr(Clients, f"test_{client.name.replace('-', '_')}", test)


for each in CLIENTS:
    add_test(each)


def load_tests(_loader, tests, _pattern):
    """When all are wanted, they begin before their turn: clients mostly wait."""
    Clients.at_once = CLIENTS
    return tests


if __name__ == "__main__":
    unittest.main()
