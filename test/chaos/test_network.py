"""Namespaces really cut what they are told to cut, and nothing else."""
import subprocess
import sys
import unittest

from network import Namespaces, unshare, why_no_namespaces

# In a server's namespace: counts the packets that arrive, answers none.
LISTEN = """
import socket, sys
taking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taking.bind(("", 7)); print(flush=True)
while True:
    print(taking.recv(100).decode(), flush=True)
"""
SEND = """
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), (sys.argv[1], 7))
"""


class Probe:
    """Two servers that send each other words."""

    def __init__(self):
        self.network = Namespaces(2)
        self.ears = {}
        for number in (1, 2):
            self.ears[number] = subprocess.Popen([*self.network.under(number), sys.executable, "-c", LISTEN],
                                                 stdout=subprocess.PIPE, text=True)
            self.ears[number].stdout.readline()

    def send(self, source: int, target: int, word: str) -> None:
        subprocess.run([*self.network.under(source), sys.executable, "-c", SEND, self.network.host(target), word], check=False,
                       stderr=subprocess.DEVNULL)

    def heard(self, number: int) -> str:
        return self.ears[number].stdout.readline().strip()

    def close(self) -> None:
        for ear in self.ears.values():
            ear.kill()
            ear.wait()
        self.network.close()


def cut() -> None:
    probe = Probe()
    probe.network.cut(1, 2)
    probe.send(1, 2, "cut")
    probe.send(2, 1, "other way")
    print(probe.heard(1))
    probe.network.heal()
    probe.send(1, 2, "healed")
    print(probe.heard(2))
    probe.close()


def down() -> None:
    probe = Probe()
    probe.network.link_down(2)
    probe.send(1, 2, "down")
    probe.send(2, 1, "down")
    probe.network.heal()
    probe.send(1, 2, "up")
    probe.send(2, 1, "up")
    print(probe.heard(1))
    print(probe.heard(2))
    probe.close()


class NamespacesTest(unittest.TestCase):
    def setUp(self):
        missing = why_no_namespaces()
        if missing:
            self.skipTest(missing)

    def said(self, scene: str) -> list[str]:
        done = subprocess.run([*unshare(), sys.executable, __file__, scene], stdout=subprocess.PIPE, text=True, timeout=120, check=True)
        return done.stdout.splitlines()

    def test_a_cut_holds_up_one_direction_alone(self):
        # The first word that arrives is the one after healing.
        self.assertEqual(self.said("cut"), ["other way", "healed"])

    def test_a_link_that_is_down_carries_nothing(self):
        self.assertEqual(self.said("down"), ["up", "up"])


if __name__ == "__main__":
    scenes = {"cut": cut, "down": down}
    if sys.argv[1:2] and sys.argv[1] in scenes:
        scenes[sys.argv[1]]()
    else:
        unittest.main()
