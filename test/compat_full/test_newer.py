"""ZooKeeper's newer client for Java, and Curator upon it, with the scenarios of test/compat, against a newer ZooKeeper and Quorate."""
import json
import unittest

import differences
import maven
from clients import Client, java_programs
from comparison import Comparison
from progress import say, step
from servers import Quorate, ZooKeeper

CLIENTS = [
    Client("java", "ZooKeeper's own client for Java", lambda: maven.version("zookeeper", "zookeeper"),
           lambda: java_programs("java_client", classpath=maven.classpath("zookeeper"), build=maven.BUILD)),
    Client("curator", "Curator's recipes, for Java", lambda: maven.version("zookeeper", "curator-recipes"),
           lambda: java_programs("curator_client", classpath=maven.classpath("zookeeper"), build=maven.BUILD)),
]


class NewerZooKeeper(ZooKeeper):
    name = "a newer ZooKeeper"

    @property
    def classpath(self) -> str:
        return maven.classpath("zookeeper")


class NewerClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.comparison = Comparison(maven.BUILD / "transcripts", lambda _: (NewerZooKeeper, Quorate))
        version = tuple(int(number) for number in maven.version("zookeeper", "zookeeper").split("."))
        cls.entries = differences.of_version(differences.load(differences.FILE.read_text()), version)

    def compare(self, client: Client) -> None:
        with step(f"{client.what}, {client.version()}, at ZooKeeper {maven.version('zookeeper', 'zookeeper')} and at Quorate"):
            theirs, ours = self.comparison.both(client)
            self.comparison.judge(client, theirs, ours, self.entries)
            figures = {"version": client.version(), "scenarios": len(theirs), "steps": sum(len(scenario.lines) for scenario in theirs)}
            say(f"  {figures}")
            # docs/compatibility.md has them from there.
            self.assertEqual(json.loads((maven.HERE / "figures.json").read_text())[client.name], figures, "figures.json says otherwise")

    def test_java(self):
        self.compare(CLIENTS[0])

    def test_curator(self):
        self.compare(CLIENTS[1])


if __name__ == "__main__":
    unittest.main()
