"""Whatever one client does, others notice nothing, memory stays bounded, nothing is lost."""
import os
import random
import socket
import struct
import time
import unittest
from pathlib import Path

from support import ServerCase, quorate

GOLDEN = Path(__file__).resolve().parents[2] / "schema/golden"


def golden(name: str) -> bytes:
    """A frame of schema/golden as bytes."""
    return bytes.fromhex("".join((GOLDEN / f"{name}.hex").read_text().split()))


def frame(words: int) -> bytes:
    """The header of a one-segment frame of so many words."""
    return struct.pack("<II", 0, words)


def resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Hostile(ServerCase):
    options = ("--connections-per-ip-max", "0", "--handshake-timeout-ms", "1000")

    def connect(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        self.addCleanup(link.close)
        return link

    def assert_others_are_served(self) -> None:
        quorate(self.server, "create", "--if-absent", "/kept", "x")
        self.assertEqual(quorate(self.server, "get", "/kept").stdout, "x\n")

    def assert_closed(self, link: socket.socket) -> bytes:
        """Reads until the server closes; returns what it said."""
        said = b""
        try:
            while chunk := link.recv(65536):
                said += chunk
        except ConnectionResetError:
            pass
        return said

    def test_other_protocols_are_cut_off(self):
        for greeting in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"kill", b"\x16\x03\x01\x02\x00", b"\xff" * 64):
            with self.subTest(greeting):
                link = self.connect()
                link.sendall(greeting)

                self.assertEqual(self.assert_closed(link), b"")
        self.assert_others_are_served()

    def test_a_frame_above_the_limit_is_refused_by_its_header(self):
        before = resident_kib(self.server.process.pid)
        for words in (513, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF):
            with self.subTest(words):
                link = self.connect()
                link.sendall(frame(words))

                self.assertNotEqual(self.assert_closed(link), b"", "a goodbye says why")
        self.assertLess(resident_kib(self.server.process.pid) - before, 16 * 1024)
        self.assert_others_are_served()

    def test_silence_is_closed_after_the_handshake_timeout(self):
        link = self.connect()
        started = time.monotonic()

        self.assert_closed(link)

        self.assertLess(time.monotonic() - started, 8)
        self.assert_others_are_served()

    def test_half_a_hello_is_silence(self):
        link = self.connect()
        link.sendall(golden("client_message/hello_new")[:-5])

        self.assertNotEqual(self.assert_closed(link), b"", "a goodbye says why")
        self.assert_others_are_served()

    def test_noise_behind_a_hello_closes_only_that_connection(self):
        noise = random.Random(7)
        for round_ in range(50):
            with self.subTest(round_):
                link = self.connect()
                link.sendall(golden("client_message/hello_new"))
                self.assertGreater(len(link.recv(4096)), 0)
                words = noise.randrange(1, 64)
                link.sendall(frame(words) + noise.randbytes(words * 8))
                link.settimeout(5)
                link.recv(4096)
        self.assert_others_are_served()

    def test_a_client_that_never_reads_is_bounded(self):
        quorate(self.server, "create", "/app", "--file", "-", stdin=b"x" * 900_000)
        before = resident_kib(self.server.process.pid)
        link = self.connect()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(golden("client_message/hello_new"))
        link.settimeout(2)
        get = golden("client_message/get_data")
        try:
            for _ in range(20_000):
                link.sendall(get)
        except OSError:
            pass

        self.assert_others_are_served()
        self.assertLess(resident_kib(self.server.process.pid) - before, 96 * 1024)

    def test_many_connections_come_and_go(self):
        descriptors = len(os.listdir(f"/proc/{self.server.process.pid}/fd"))
        for _ in range(20):
            links = [self.connect() for _ in range(50)]
            for link in links:
                link.close()
        deadline = time.monotonic() + 10
        while len(os.listdir(f"/proc/{self.server.process.pid}/fd")) > descriptors + 2:
            self.assertLess(time.monotonic(), deadline, "descriptors leak")
            time.sleep(0.05)
        self.assert_others_are_served()


if __name__ == "__main__":
    unittest.main()
