"""What anybody may send in ZooKeeper's protocol: others notice nothing, and a session survives what a connection did."""
import os
import random
import struct
import threading
import time
import unittest
from pathlib import Path

import jute
from jute import Closed, Jute, Link, acl, buffer, connect_request, create_body, frame, number, request, text, texts
from support import PATIENCE, Server, ServerCase

GOLDEN = Path(__file__).resolve().parents[2] / "schema/golden"
MEBIBYTE = 1 << 20


def golden(name: str) -> bytes:
    """A frame of Cap'n Proto as bytes."""
    return bytes.fromhex("".join((GOLDEN / f"{name}.hex").read_text().split()))


def memory_kib(server: Server, what: str) -> int:
    """VmRSS: now; VmHWM: at the worst since forget_peak()."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    raise AssertionError(f"no {what}")


def forget_peak(server: Server) -> None:
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def processor_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Neighbour:
    """A well-behaved client that works all the while: in the end every answer was right, and its session the same."""

    def __init__(self, server: Server):
        self.client = Jute(server.port)
        self.client.create("/neighbour", b"0")
        self.client.create("/neighbour/here", flags=jute.EPHEMERAL)
        self.writes = 0
        self.failure: Exception | None = None
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self) -> None:
        try:
            while self.writes == 0 or not self.is_over.wait(0.01):
                self.writes += 1
                data = str(self.writes).encode()
                self.client.must(jute.SET_DATA, text("/neighbour") + buffer(data) + number(self.writes - 1))
                if self.client.get("/neighbour") != data:
                    raise AssertionError("its own write is not what it reads")
                self.client.ping()
        except (AssertionError, Closed, OSError) as failure:
            self.failure = failure

    def end(self) -> None:
        self.is_over.set()
        self.thread.join()
        try:
            if self.failure is not None:
                raise AssertionError("the neighbour has noticed") from self.failure
            if self.writes == 0 or not self.client.has("/neighbour/here"):
                raise AssertionError("the neighbour could not work")
            self.client.end()
        finally:
            self.client.close()


class HostileJute(ServerCase):
    """Each test has a neighbour, and bounds on what the server may use meanwhile."""

    options = ("--connections-per-ip-max", "0", "--handshake-timeout-ms", "2000", "--console-enabled", "false",
               "--frame-bytes-max", str(MEBIBYTE), "--watches-per-connection-max", "1000", "--multi-ops-max", "1000")
    memory_kib = 128 * 1024
    processor_seconds = 20.0

    def setUp(self) -> None:
        super().setUp()
        neighbour = Neighbour(self.server)
        forget_peak(self.server)
        memory, spent = memory_kib(self.server, "VmRSS"), processor_seconds(self.server)

        def check() -> None:
            neighbour.end()
            # Instrumented servers use several times as much.
            if PATIENCE <= 20:
                self.assertLess(memory_kib(self.server, "VmHWM") - memory, self.memory_kib)
                self.assertLess(processor_seconds(self.server) - spent, self.processor_seconds)

        self.addCleanup(check)

    def link(self) -> Link:
        link = Link(self.server.port)
        self.addCleanup(link.close)
        return link

    def client(self, **options) -> Jute:
        """As real clients do, it tries again when a busy machine made the handshake too slow."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client = Jute(self.server.port, **options)
                self.addCleanup(client.close)
                return client
            except Closed:
                if time.monotonic() > deadline:
                    raise

    def resumed(self, client: Jute) -> Jute:
        return self.client(session=client.session, password=client.password)

    def assert_session_survived(self, client: Jute) -> None:
        """That the connection of a client is gone, and its session is not."""
        client.close()
        again = self.resumed(client)
        self.assertEqual((again.session, again.password), (client.session, client.password))
        again.ping()

    # --- Before the handshake ----------------------------------------------------------------------------------------

    def test_a_first_frame_of_a_wrong_length_is_cut_off_without_a_word(self):
        whole = connect_request()[4:]
        lengths = [*range(1, 44), 4097, 65536, MEBIBYTE, 0x7FFFFFFF, -1, -0x80000000]
        for length in lengths:
            with self.subTest(length):
                link = self.link()
                link.send(number(length) + whole[:max(0, min(length, len(whole)))])

                self.assertEqual(link.rest(), b"")

    def test_a_first_frame_may_have_more_than_is_known(self):
        link = self.link()
        link.send(frame(connect_request()[4:] + b"what later versions say"))

        self.assertEqual(len(link.receive()), 37)

    def test_half_a_handshake_is_silence(self):
        whole = connect_request()
        begun = time.monotonic()
        links = [self.link() for _ in range(7)]
        for link, size in zip(links, (0, 1, 3, 4, 5, 20, len(whole) - 1)):
            link.send(whole[:size])

        for link in links:
            self.assertEqual(link.rest(), b"")

        self.assertGreater(time.monotonic() - begun, 1, "closed after the handshake's time-out")

    def test_a_handshake_may_come_byte_by_byte(self):
        link = self.link()
        for byte in connect_request():
            link.send(bytes([byte]))

        self.assertEqual(len(link.receive()), 37)

    def test_a_thousand_connections_that_say_half_of_it(self):
        descriptors = len(os.listdir(f"/proc/{self.server.process.pid}/fd"))
        links = []
        for _ in range(1000):
            link = self.link()
            link.send(connect_request()[:30])
            links.append(link)
        self.client().ping()

        for link in links:
            self.assertEqual(link.rest(), b"")
            link.close()

        deadline = time.monotonic() + PATIENCE
        while len(os.listdir(f"/proc/{self.server.process.pid}/fd")) > descriptors + 10:
            self.assertLess(time.monotonic(), deadline, "descriptors leak")
            time.sleep(0.05)

    def test_protocols_that_are_not_ours(self):
        client_hello = bytes.fromhex("160301020001 0001fc0303") + bytes(500)
        for greeting in (client_hello, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff" * 64):
            with self.subTest(greeting[:4]):
                link = self.link()
                link.send(greeting)

                self.assertEqual(link.rest(), b"")

    def test_protocols_do_not_mix(self):
        # Cap'n Proto after a handshake in Jute: its four zeros are a frame that is too short.
        client = self.client()
        client.send(golden("client_message/get_data"))
        self.assertEqual(client.rest(), b"")
        self.assert_session_survived(client)
        # Jute after a Hello: as many segments as the length says, more than anything has.
        link = self.link()
        link.send(golden("client_message/hello_new"))
        self.assertGreater(len(link.socket.recv(4096)), 0)
        link.send(request(1, jute.GET_DATA, text("/") + b"\0"))
        link.rest()

    # --- Sessions ----------------------------------------------------------------------------------------------------

    def test_nobody_gets_a_session_that_is_not_theirs(self):
        client = self.client()
        none = (0, 0, jute.NO_PASSWORD)
        for session, password in ((client.session, jute.NO_PASSWORD), (client.session, bytes([*client.password[:15], 1])),
                                  (client.session, b""), (client.session, client.password + b"\0"),
                                  (client.session, client.password[:15]), (client.session + 1, client.password),
                                  (1, client.password), (-1, client.password), (-0x8000000000000000, client.password)):
            for read_only in (None, False):
                with self.subTest(session=session, password=password, read_only=read_only):
                    link = self.link()
                    link.send(connect_request(session, password, read_only=read_only))

                    response = link.receive()

                    self.assertEqual(len(response), 36 if read_only is None else 37)
                    self.assertEqual((*struct.unpack_from(">iq", response, 4), response[20:36]), none)
                    self.assertEqual(link.rest(), b"")
        client.ping()

    def test_a_second_connection_takes_a_session_over(self):
        first = self.client()
        first.create("/mine", flags=jute.EPHEMERAL)
        for _ in range(20):
            second = self.resumed(first)

            self.assertEqual(second.session, first.session)
            self.assertEqual(first.rest(), b"")
            self.assertTrue(second.has("/mine"))
            first = second
        first.end()
        self.assertFalse(self.client().has("/mine"))

    def test_two_connections_fight_for_a_session(self):
        client = self.client()
        client.create("/fought-for", b"", flags=jute.EPHEMERAL)
        links = [self.link() for _ in range(50)]
        for link in links:
            link.send(connect_request(client.session, client.password) + request(1, jute.GET_DATA, text("/") + b"\0"))

        def answers(link: Link, replies: int) -> bool:
            try:
                return all(link.receive() for _ in range(replies))
            except Closed:
                return False

        # Whoever was let in may have been put out again when the last one was.
        let_in = [link for link in links if answers(link, 2)]
        alive = []
        for link in let_in:
            try:
                link.send(request(2, jute.PING))
                alive += [link] if answers(link, 1) else []
            except Closed:
                pass

        self.assertLessEqual(len(alive), 1)
        self.assert_session_survived(client)

    def test_who_has_seen_the_future_is_sent_elsewhere(self):
        client = self.client()
        zxid = client.must(jute.PING, xid=jute.PING_XID).zxid
        for session, password in ((0, jute.NO_PASSWORD), (client.session, client.password)):
            for last_seen in (zxid + (1 << 32), 0x7FFFFFFFFFFFFFFF):
                with self.subTest(session=session, last_seen=last_seen):
                    link = self.link()
                    link.send(connect_request(session, password, last_seen=last_seen))
                    self.assertEqual(link.rest(), b"")
            for last_seen in (0, 1, zxid):
                with self.subTest(session=session, last_seen=last_seen):
                    link = self.link()
                    link.send(connect_request(session, password, last_seen=last_seen))
                    self.assertEqual(len(link.receive()), 37)

    def test_the_time_out_is_kept_within_bounds(self):
        for asked, given in ((0, 4000), (-1, 4000), (-0x80000000, 4000), (5000, 5000), (0x7FFFFFFF, 40_000)):
            with self.subTest(asked):
                self.assertEqual(self.client(timeout_ms=asked).timeout_ms, given)

    def test_a_second_greeting_is_a_request_of_no_known_type(self):
        client = self.client()
        client.send(connect_request())

        client.rest()

        self.assert_session_survived(client)

    # --- Requests ----------------------------------------------------------------------------------------------------

    def test_frames_of_impossible_length_end_the_connection_and_not_the_session(self):
        for length in (*range(0, 8), MEBIBYTE + 1, 0x7FFFFFFF, -1, -0x80000000):
            with self.subTest(length):
                client = self.client()
                client.send(number(length) + bytes(max(0, min(length, 8))))

                self.assertEqual(client.rest(), b"")
                self.assert_session_survived(client)

    def test_bodies_that_cannot_be_read_are_answered_and_the_connection_stays(self):
        client = self.client()
        with_paths = (jute.CREATE, jute.DELETE, jute.EXISTS, jute.GET_DATA, jute.SET_DATA, jute.GET_ACL, jute.SET_ACL,
                      jute.GET_CHILDREN, jute.SYNC, jute.GET_CHILDREN2, jute.CREATE2, jute.CHECK_WATCHES, jute.REMOVE_WATCHES,
                      jute.CREATE_CONTAINER, jute.CREATE_TTL, jute.GET_EPHEMERALS, jute.GET_ALL_CHILDREN_NUMBER, jute.ADD_WATCH)
        with_others = (jute.MULTI, jute.MULTI_READ, jute.AUTH, jute.SET_WATCHES, jute.SET_WATCHES2)
        short = (b"", b"\0", number(0x7FFFFFFF))
        wrong = (number(-2) + bytes(60), number(0x10000000) + bytes(60), b"\xfe" * 64)
        for opcode in with_paths + with_others:
            for body in short + wrong if opcode in with_paths else short:
                with self.subTest(opcode=opcode, body=body[:4]):
                    self.assertEqual(client.ask(opcode, body).error, jute.MARSHALLING_ERROR)
        client.ping()

    def test_noise_behind_a_header_is_answered_or_ends_only_that_connection(self):
        noise = random.Random(7)
        client = self.client()
        for round_ in range(2000):
            opcode = noise.choice([*range(-12, 25), *range(99, 109)])
            # Beginnings that are understood lead further in.
            head = noise.choice([b"", text("/neighbour"), text("/" + "x" * noise.randrange(9)), number(noise.randrange(9))])
            try:
                client.ask(opcode, head + noise.choice([noise.randbytes, bytes])(noise.randrange(40)))
            except Closed:
                client.close()
                client = self.client()
        self.client().ping()

    def test_unknown_and_internal_requests_end_the_connection_and_not_the_session(self):
        for opcode in (0, 10, 13, 20, 23, 99, 108, 500, 501, 997, -1, -2, -10, -12, 0x7FFFFFFF, -0x80000000):
            with self.subTest(opcode):
                client = self.client()
                client.create("/mine", flags=jute.EPHEMERAL)
                client.say(opcode, text("/neighbour"))
                client.say(jute.DELETE, text("/mine") + number(-1))

                reply = client.reply()

                self.assertEqual((reply.error, reply.body), (jute.UNIMPLEMENTED, b""))
                self.assertEqual(client.rest(), b"")
                again = self.resumed(client)
                self.assertTrue(again.has("/mine"), "what is behind an unknown request is not looked at")
                again.end()

    def test_counts_that_nothing_can_follow_cost_nothing(self):
        client = self.client()
        for count in (0x7FFFFFFF, 0x3FFFFFFF, 0x10000000, 100_000, -2, -0x80000000):
            lies = number(count) + bytes(400)
            for opcode, body in ((jute.SET_WATCHES, struct.pack(">q", 0) + lies), (jute.SET_ACL, text("/neighbour") + lies),
                                 (jute.CREATE, text("/a") + lies), (jute.CREATE, text("/a") + buffer(b"") + lies)):
                with self.subTest(count=count, opcode=opcode):
                    self.assertEqual(client.ask(opcode, body).error, jute.MARSHALLING_ERROR)

    def test_what_is_too_much_is_refused_as_a_whole(self):
        client = self.client()
        delete = struct.pack(">ibi", jute.DELETE, 0, -1) + text("") + number(-1)
        read = struct.pack(">ibi", jute.GET_DATA, 0, -1) + text("/neighbour") + b"\0"
        end = struct.pack(">ibi", -1, 1, -1)
        self.assertEqual(client.ask(jute.MULTI, delete * 1001 + end).error, jute.BAD_ARGUMENTS)
        self.assertEqual(client.ask(jute.MULTI, delete * 60_000 + end).error, jute.MARSHALLING_ERROR)
        self.assertEqual(client.ask(jute.MULTI_READ, read * 40_000 + end).error, jute.MARSHALLING_ERROR)
        many = [acl(31, "digest", f"u{i}:x") for i in range(30_000)]
        self.assertNotEqual(client.ask(jute.CREATE, text("/a") + buffer(b"") + number(len(many)) + b"".join(many)
                                       + number(0)).error, jute.OK)
        client.ping()

    def test_children_that_do_not_fit_into_a_frame(self):
        client = self.client()
        client.create("/wide")
        for i in range(1200):
            client.say(jute.CREATE, create_body(f"/wide/{i:04}" + "x" * 900))
        for _ in range(1200):
            self.assertEqual(client.reply().error, jute.OK)

        for opcode in (jute.GET_CHILDREN, jute.GET_CHILDREN2):
            reply = client.ask(opcode, text("/wide") + b"\0")
            self.assertEqual((reply.error, reply.body), (jute.MARSHALLING_ERROR, b""))
        self.assertTrue(client.has("/wide"))

    def test_watches_beyond_the_limit(self):
        client = self.client()
        paths = [f"/w{i}" for i in range(1001)]
        for path in paths[:1000]:
            self.assertEqual(client.ask(jute.EXISTS, text(path) + b"\1").error, jute.NO_NODE)
        self.assertEqual(client.ask(jute.EXISTS, text(paths[1000]) + b"\1").error, jute.QUOTA_EXCEEDED)
        # What cannot be restored as a whole would be missed: the connection ends.
        again = self.resumed(client)
        wanted = struct.pack(">q", 0) + texts([]) + texts(paths) + texts([])
        self.assertEqual(again.ask(jute.SET_WATCHES, wanted, jute.SET_WATCHES_XID).error, jute.QUOTA_EXCEEDED)
        self.assertEqual(again.rest(), b"")
        self.assert_session_survived(again)

    def test_identities_beyond_the_limit(self):
        client = self.client()
        for i in range(2000):
            client.say(jute.AUTH, number(0) + text("digest") + buffer(b"user%d:secret" % i), jute.AUTH_XID)

        errors = []
        try:
            while True:
                errors.append(client.reply().error)
        except Closed:
            pass

        self.assertEqual(errors, [jute.OK] * 63 + [jute.AUTH_FAILED])
        self.assert_session_survived(client)

    def test_logins_that_are_not_offered(self):
        for opcode, body, answer in ((jute.AUTH, number(0) + text("kerberos") + buffer(b"x"), b""),
                                     (jute.AUTH, number(0) + text("digest") + buffer(None), b""),
                                     (jute.SASL, buffer(b"token"), number(-1))):
            with self.subTest(body):
                client = self.client()
                reply = client.ask(opcode, body)

                self.assertEqual((reply.error, reply.body), (jute.AUTH_FAILED, answer))
                self.assertEqual(client.rest(), b"")
                self.assert_session_survived(client)

    def test_paths_that_are_none(self):
        client = self.client()
        for path in (b"", b"a", b"/a/", b"//", b"/.", b"/../x", b"/\0", b"/\xff\xfe", b"/\xed\xa0\x80", b"/\x01",
                     b"/" + b"x" * 900_000 + b"\0", b"\xf0\x9f\x98\x80"):
            with self.subTest(path[:20]):
                creating = client.ask(jute.CREATE, buffer(path) + buffer(b"") + jute.OPEN_ACL + number(0))
                self.assertIn(creating.error, (jute.BAD_ARGUMENTS, jute.NO_NODE))
                self.assertNotEqual(client.ask(jute.GET_DATA, buffer(path) + b"\1").error, jute.OK)
                self.assertNotEqual(client.ask(jute.EXISTS, buffer(path) + b"\1").error, jute.OK)
                self.assertNotEqual(client.ask(jute.DELETE, buffer(path) + number(-1)).error, jute.OK)
                self.assertNotEqual(client.ask(jute.GET_CHILDREN, buffer(path) + b"\1").error, jute.OK)
        client.ping()

    # --- Streams -----------------------------------------------------------------------------------------------------

    def test_replies_come_in_order_however_many_are_asked_for(self):
        client = self.client()
        client.create("/counted")
        asked = []
        writer = threading.Thread(target=lambda: asked.extend(
            client.say(*[(jute.GET_DATA, text("/counted") + b"\0"), (jute.SET_DATA, text("/counted") + buffer(b"") + number(-1)),
                         (jute.SYNC, text("/")), (jute.GET_DATA, b"\0"), (jute.WHO_AM_I, b"")][i % 5]) for i in range(10_000)))
        writer.start()

        answered = [client.reply() for _ in range(10_000)]

        writer.join()
        self.assertEqual([reply.xid for reply in answered], asked)
        self.assertTrue(all(reply.error == (jute.MARSHALLING_ERROR if i % 5 == 3 else jute.OK)
                            for i, reply in enumerate(answered)))

    def test_nothing_is_answered_behind_the_end_of_a_session(self):
        client = self.client()
        client.send(request(1, jute.CLOSE_SESSION) + request(2, jute.GET_DATA, text("/") + b"\0") * 100)

        self.assertEqual(client.reply().error, jute.OK)

        self.assertEqual(client.rest(), b"")
        with self.resumed(client) as again:
            self.assertEqual((again.session, again.timeout_ms), (0, 0))

    def large_reads(self) -> tuple[tuple[int, bytes], ...]:
        """Requests that are answered with half a megabyte and more."""
        with self.client() as writer:
            writer.create("/big", b"x" * 900_000)
            for i in range(5000):
                writer.say(jute.CREATE, create_body(f"/big/{i:04}" + "x" * 100))
            self.assertTrue(all(writer.reply().error == jute.OK for _ in range(5000)))
        end = struct.pack(">ibi", -1, 1, -1)
        read = text("/big") + b"\0"
        return ((jute.GET_DATA, read), (jute.GET_CHILDREN, read),
                (jute.MULTI_READ, struct.pack(">ibi", jute.GET_CHILDREN, 0, -1) + read + end))

    def test_who_asks_for_much_at_once_gets_everything_as_fast_as_it_reads(self):
        reads = self.large_reads()
        for opcode, body in reads:
            with self.subTest(opcode):
                client = self.client()
                write = text("/big") + buffer(b"x" * 900_000) + number(-1)
                client.send(request(0, jute.SET_DATA, write) +
                            b"".join(request(xid, opcode, body) for xid in range(1, 301)) +
                            request(301, jute.SET_DATA, write) + request(302, jute.SYNC, text("/")))

                self.assertEqual(client.reply().xid, 0)
                for xid in range(1, 301):
                    reply = client.reply()
                    self.assertEqual((reply.xid, reply.error), (xid, jute.OK))
                    self.assertGreater(len(reply.body), 400_000)
                    if xid % 50 == 0:
                        time.sleep(0.2)
                self.assertEqual([client.reply().xid, client.reply().xid], [301, 302])
                client.ping()

    def test_clients_that_never_read_cost_little_and_end_with_their_sessions(self):
        reads = self.large_reads()
        clients = []
        for opcode, body in reads * 2:
            client = self.client(timeout_ms=4000)
            client.create(f"/{client.session}", flags=jute.EPHEMERAL)
            client.send(b"".join(request(xid, opcode, body) for xid in range(1, 1001)))
            clients.append(client)
        watcher = self.client()

        deadline = time.monotonic() + 3 * PATIENCE
        while any(watcher.has(f"/{client.session}") for client in clients):
            self.assertLess(time.monotonic(), deadline, "a session that nobody uses goes on")
            time.sleep(0.1)

        for client in clients:
            # What was on its way is still there; the rest never comes.
            self.assertLess(len(client.rest()), 300 * 400_000)


if __name__ == "__main__":
    unittest.main()
