"""Kafka, whose brokers keep their metadata in ZooKeeper, with an ensemble of ours in its place, whose servers are killed."""
import shutil
import tempfile
import unittest
from pathlib import Path

from ensembles import Ensemble
from kafka import CHROOT, Broker, Tree, client
from progress import StepFailed, step, wait_for
from servers import SERVERS, Server, word

MESSAGES = 500
PARTITIONS = 6


def messages(first: int, last: int) -> list[str]:
    return sorted(f"message-{number}" for number in range(first, last))


class KafkaCase(unittest.TestCase):
    replicas = 1
    # Longer than a busy machine holds a broker up.
    session_ms = 120_000

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="quorate-kafka-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.brokers: dict[int, Broker] = {}
        with step("three servers start"):
            self.ensemble = Ensemble(SERVERS[1], "kafka")
            self.addCleanup(self.ensemble.discard)
            self.ensemble.start()
        self.tree = Tree(self.ensemble.endpoints)

    def broker(self, number: int) -> Broker:
        broker = self.brokers[number] = Broker(number, self.ensemble.endpoints, self.directory, self.replicas, self.session_ms)
        self.addCleanup(broker.kill)
        return broker

    def kafka(self, *arguments: str | int) -> list[str]:
        return client(",".join(broker.endpoint for broker in self.brokers.values()), *arguments)

    def server_of(self, broker: Broker) -> Server:
        """Which server of the ensemble the session of a broker is connected to."""
        session = f"sid=0x{self.tree.owner(f'/brokers/ids/{broker.number}'):x},"
        return wait_for(f"a connection of {session}", lambda: next(
            (member for member in self.ensemble.members if member.is_running() and session in word(member.port, "cons")), None))

    def kill_and_restart(self, name: str, member: Server, work) -> None:
        with step(f"kill -9 of {name}"):
            member.kill()
            self.ensemble.leader()
        work()
        with step(f"{name} starts again"):
            self.ensemble.start_all()

    def registered(self, *numbers: int) -> None:
        """/brokers/ids has these, and one of them is the controller."""
        wanted = sorted(map(str, numbers))
        wait_for(f"brokers {wanted}", lambda: self.tree.brokers() == wanted)
        for number in numbers:
            self.assertEqual(self.tree.node(f"/brokers/ids/{number}")["port"], self.brokers[number].port)
        wait_for("a controller of them", lambda: self.tree.controller() in numbers)


class OneBroker(KafkaCase):
    def test_topics_and_messages_outlive_killed_servers(self):
        with step("a broker starts"):
            broker = self.broker(1).start()
        with step("it is in the tree, and the controller"):
            self.registered(1)
            self.assertEqual(self.tree.owner("/brokers/ids/1"), self.tree.owner("/controller"))
        with step("a topic, messages of an idempotent producer, and a consumer of them"):
            self.kafka("create", "orders", PARTITIONS, 1)
            # Idempotent, as producers are by default: their ids come from a node that a broker has made with data that is null.
            self.kafka("produce", "orders", 0, MESSAGES)
            self.assertEqual(self.kafka("consume", "orders", "readers", MESSAGES), messages(0, MESSAGES))
            self.assertEqual(self.tree.node("/latest_producer_id_block")["broker"], 1)
        self.topic_is_in_the_tree("orders", PARTITIONS)
        session = self.tree.owner("/brokers/ids/1")

        self.kill_and_restart("the server of the broker", self.server_of(broker), self.second_topic)
        self.kill_and_restart("the leader", self.ensemble.leader(), self.third_topic)
        with step("the broker's session is still the same"):
            self.registered(1)
            self.assertEqual(self.tree.owner("/brokers/ids/1"), session)

        with step("the broker stops, and takes its ephemerals along"):
            broker.stop()
            self.assertEqual(self.tree.brokers(), [])
            self.assertIsNone(self.tree.controller())
        with step("it starts again"):
            broker.start()
            self.registered(1)
        self.everything_is_there()
        self.a_lost_topic_is_noticed(broker)

    def topic_is_in_the_tree(self, topic: str, partitions: int) -> None:
        with step(f"{topic} is in the tree"):
            self.assertIn(topic, self.tree.children("/brokers/topics"))
            self.assertEqual(self.tree.node(f"/brokers/topics/{topic}")["partitions"], {str(each): [1] for each in range(partitions)})
            self.assertEqual(self.tree.children(f"/brokers/topics/{topic}/partitions"), sorted(map(str, range(partitions))))
            for each in range(partitions):
                self.assertEqual(self.tree.node(f"/brokers/topics/{topic}/partitions/{each}/state")["leader"], 1)

    def second_topic(self) -> None:
        with step("messages, and a second topic, with two servers"):
            self.kafka("produce", "orders", MESSAGES, 2 * MESSAGES)
            self.assertEqual(self.kafka("consume", "orders", "readers", MESSAGES), messages(MESSAGES, 2 * MESSAGES))
            self.kafka("create", "bills", 2, 1)
            self.kafka("produce", "bills", 0, MESSAGES)
        self.topic_is_in_the_tree("bills", 2)

    def third_topic(self) -> None:
        with step("messages, and a third topic, without the leader that was"):
            self.kafka("produce", "bills", MESSAGES, 2 * MESSAGES)
            self.kafka("create", "letters", 3, 1)
            self.kafka("produce", "letters", 0, MESSAGES)
        self.topic_is_in_the_tree("letters", 3)

    def everything_is_there(self) -> None:
        with step("everything is there"):
            self.assertEqual(self.kafka("topics"), ["bills 2", "letters 3", f"orders {PARTITIONS}"])
            self.assertEqual(self.tree.children("/brokers/topics"), ["__consumer_offsets", "bills", "letters", "orders"])
            for topic, count in (("orders", 2 * MESSAGES), ("bills", 2 * MESSAGES), ("letters", MESSAGES)):
                self.assertEqual(self.kafka("consume", topic, "late", count), messages(0, count), topic)

    def a_lost_topic_is_noticed(self, broker: Broker) -> None:
        """The planted fault: a tree that has lost something."""
        with step("a topic is taken from the tree behind Kafka's back, which must be noticed"):
            broker.stop()
            self.tree.quorate("rm", "-r", "-y", f"{CHROOT}/brokers/topics/letters")
            broker.start()
            with self.assertRaisesRegex(StepFailed, "(?s)everything is there.*Lists differ.*letters"):
                self.everything_is_there()


class TwoBrokers(KafkaCase):
    replicas = 2
    session_ms = 10_000
    produced = MESSAGES

    def test_the_second_becomes_controller_when_the_first_is_killed(self):
        with step("a broker starts, and is the controller"):
            first = self.broker(1).start()
            self.registered(1)
        with step("another starts"):
            second = self.broker(2).start()
            self.registered(1, 2)
            self.assertEqual(self.tree.controller(), 1)
        with step("a topic on both of them, and messages"):
            self.kafka("create", "orders", PARTITIONS, 2)
            self.kafka("produce", "orders", 0, MESSAGES)
            self.assertEqual(self.kafka("consume", "orders", "readers", MESSAGES), messages(0, MESSAGES))
        epoch = int(self.tree.quorate("get", f"{CHROOT}/controller_epoch"))
        with step(f"kill -9 of the controller, whose session expires after {self.session_ms} ms"):
            first.kill()
            self.registered(2)
        with step("the second is the controller, and leads every partition"):
            self.assertGreater(int(self.tree.quorate("get", f"{CHROOT}/controller_epoch")), epoch)
            for each in range(PARTITIONS):
                path = f"/brokers/topics/orders/partitions/{each}/state"
                wait_for(f"broker 2 leads partition {each}", lambda path=path: self.tree.node(path)["leader"] == 2)

        self.kill_and_restart("the server of the second", self.server_of(second), self.work_with_one)
        self.kill_and_restart("the leader", self.ensemble.leader(), self.work_with_one)
        with step("the first comes back, and takes part in every partition"):
            first.start()
            self.registered(1, 2)
            self.assertEqual(self.tree.controller(), 2)
            for each in range(PARTITIONS):
                path = f"/brokers/topics/orders/partitions/{each}/state"
                wait_for(f"both keep partition {each}", lambda path=path: sorted(self.tree.node(path)["isr"]) == [1, 2])
        with step("everything is there"):
            count = self.produced
            self.assertEqual(self.kafka("consume", "orders", "late", count), messages(0, count))

    def work_with_one(self) -> None:
        with step("messages"):
            self.kafka("produce", "orders", self.produced, self.produced + MESSAGES)
            self.produced += MESSAGES
            self.assertEqual(self.kafka("consume", "orders", "readers", MESSAGES), messages(self.produced - MESSAGES, self.produced))


if __name__ == "__main__":
    unittest.main()
