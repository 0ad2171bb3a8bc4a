"""The proxy carries bytes, and does to them what it is told."""
import socket
import threading
import time
import unittest

import places  # noqa: F401
from proxy import Proxies
from support import free_ports


class Echo(threading.Thread):
    """Answers every connection with what it says."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", port))
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    @staticmethod
    def answer(connection: socket.socket) -> None:
        try:
            while data := connection.recv(65536):
                connection.sendall(data)
        except OSError:
            pass  # The proxy broke it.
        connection.close()


class ProxyTest(unittest.TestCase):
    def setUp(self):
        base = free_ports([0, 1])
        echo = Echo(base)
        self.addCleanup(echo.listener.close)
        self.proxies = Proxies()
        self.addCleanup(self.proxies.close)
        self.proxy = self.proxies.add(base + 1, ("127.0.0.1", base))
        self.near = socket.create_connection(("127.0.0.1", base + 1))
        self.near.settimeout(20)
        self.addCleanup(self.near.close)

    def answer(self, data: bytes) -> bytes:
        self.near.sendall(data)
        return self.take(len(data))

    def take(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            part = self.near.recv(count - len(found))
            if not part:
                raise ConnectionResetError
            found += part
        return found

    def test_bytes_pass_both_ways_in_order(self):
        data = bytes(number % 251 for number in range(300_000))
        sender = threading.Thread(target=self.near.sendall, args=(data,))
        sender.start()
        self.assertEqual(self.take(len(data)), data)
        sender.join()

    def test_a_delay_holds_each_byte_up(self):
        self.proxy.forward.delay_s = self.proxy.backward.delay_s = 0.1
        start = time.monotonic()
        self.assertEqual(self.answer(b"hello"), b"hello")
        self.assertGreaterEqual(time.monotonic() - start, 0.2)

    def test_a_narrow_link_takes_its_time(self):
        self.proxy.forward.bytes_per_s = 10_000
        start = time.monotonic()
        self.assertEqual(len(self.answer(b"x" * 3000)), 3000)
        self.assertGreaterEqual(time.monotonic() - start, 0.3)

    def test_what_is_stalled_arrives_later_and_whole(self):
        for way in (self.proxy.forward, self.proxy.backward):
            way.stalled = True
            self.near.sendall(b"held")
            self.near.settimeout(0.3)
            with self.assertRaises(TimeoutError):
                self.near.recv(4)
            self.near.settimeout(20)
            way.mend()
            self.assertEqual(self.take(4), b"held")

    def test_a_reset_ends_the_connection_and_the_next_one_works(self):
        self.assertEqual(self.answer(b"a"), b"a")
        self.proxies.reset(self.proxy)
        with self.assertRaises(OSError):
            self.answer(b"b")

        self.near = socket.create_connection(("127.0.0.1", self.proxy.port))
        self.addCleanup(self.near.close)
        self.assertEqual(self.answer(b"c"), b"c")

    def test_who_is_behind_a_dead_target_is_let_go(self):
        nowhere = self.proxies.add(free_ports([0]), ("127.0.0.1", free_ports([0])))
        with socket.create_connection(("127.0.0.1", nowhere.port)) as near:
            near.settimeout(20)
            try:
                self.assertEqual(near.recv(1), b"")
            except ConnectionResetError:
                pass


if __name__ == "__main__":
    unittest.main()
