"""Sessions of ZooKeeper's protocol on the servers of an ensemble: they move, outlive a leader, expire and are fenced as ZooKeeper's do."""
import struct
import time
import unittest

from ensemble import Ensemble
from jute import (CREATE, EPHEMERAL, EPHEMERAL_ON_LOCAL_SESSION, EXISTS, GET_DATA, NOT_READ_ONLY, SET_DATA, SET_WATCHES,
                  SET_WATCHES_XID, SYNC, Closed, Jute, buffer, create_body, number, text, texts)
from support import NOT_SERVING, PATIENCE, say

DATA_CHANGED, DELETED = 3, 2


def set_body(path: str, data: bytes) -> bytes:
    return text(path) + buffer(data) + number(-1)


def wait_until(what: str, is_so) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.02)


class JuteEnsembleCase(unittest.TestCase):
    settings = ""  # Of all servers.

    @classmethod
    def setUpClass(cls):
        cls.ensemble = Ensemble(settings=cls.settings).start()
        cls.addClassCleanup(cls.ensemble.discard)

    def connected(self, port: int, **options) -> Jute:
        """A server that has no leader closes: then again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client = Jute(port, **options)
                self.addCleanup(client.close)
                return client
            except (Closed, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def ports(self) -> list[int]:
        return [member.port for member in self.ensemble.members.values()]


class Sessions(JuteEnsembleCase):
    def test_a_session_moves_and_its_old_connection_is_closed(self):
        first, second, _ = self.ports()
        old = self.connected(first)
        old.create("/moved", flags=EPHEMERAL)

        new = self.connected(second, session=old.session, password=old.password)

        self.assertEqual(new.session, old.session)
        self.assertTrue(new.has("/moved"))
        self.assertEqual(old.rest(), b"")
        new.end()
        self.assertFalse(self.connected(first).has("/moved"))

    def test_a_wrong_password_is_told_as_an_expired_session(self):
        first, second, _ = self.ports()
        owner = self.connected(first)
        thief = self.connected(second, session=owner.session, password=b"0123456789abcdef")
        self.assertEqual((thief.session, thief.timeout_ms, thief.password), (0, 0, bytes(16)))
        owner.ping()
        owner.end()

    def test_a_session_outlives_the_leader_and_hears_what_it_missed(self):
        leader = self.ensemble.leader()
        others = [member.port for member in self.ensemble.members.values() if member is not leader]
        watcher = self.connected(leader.port)
        watcher.create("/left", b"1")
        watcher.create("/same", b"1")
        watcher.create("/mine", flags=EPHEMERAL)
        seen = max(watcher.ask(GET_DATA, text(path) + b"\1").zxid for path in ("/left", "/same"))

        leader.kill()
        writer = self.connected(others[0])
        writer.must(SET_DATA, set_body("/left", b"2"))
        writer.end()
        watcher = self.connected(others[1], session=watcher.session, password=watcher.password, last_seen=seen)
        watcher.must(SYNC, text("/"))
        watcher.must(SET_WATCHES, struct.pack(">q", seen) + texts(["/left", "/same"]) + texts([]) + texts([]), SET_WATCHES_XID)

        self.assertEqual(watcher.events, [(DATA_CHANGED, "/left")])
        self.assertEqual(watcher.get("/left"), b"2")
        self.assertTrue(watcher.has("/mine"))
        watcher.must(SET_DATA, set_body("/same", b"2"))
        self.assertEqual(watcher.events, [(DATA_CHANGED, "/left"), (DATA_CHANGED, "/same")])
        watcher.end()
        leader.start()

    def test_who_falls_silent_loses_the_session_everywhere(self):
        first, second, _ = self.ports()
        silent = self.connected(first, timeout_ms=1)  # The least that the server gives.
        silent.create("/silent", flags=EPHEMERAL)
        witness = self.connected(second)
        witness.must(SYNC, text("/"))
        self.assertTrue(witness.must(EXISTS, text("/silent") + b"\1").body)

        def is_gone() -> bool:
            witness.ping()
            return bool(witness.events)

        wait_until("the end of the silent session", is_gone)
        self.assertEqual(witness.events, [(DELETED, "/silent")])
        self.assertEqual(silent.rest(), b"")
        late = self.connected(second, session=silent.session, password=silent.password)
        self.assertEqual((late.session, late.timeout_ms), (0, 0))
        witness.end()

    def test_a_server_behind_what_a_client_has_seen_closes(self):
        for port in self.ports():
            with self.assertRaises(Closed):
                Jute(port, last_seen=1 << 60)

    def test_a_client_sees_its_own_writes_wherever_it_goes(self):
        client = self.connected(self.ports()[0])
        client.create("/own", b"0")
        for turn in range(1, 10):
            zxid = client.must(SET_DATA, set_body("/own", str(turn).encode())).zxid
            client = self.connected(self.ports()[turn % 3], session=client.session, password=client.password, last_seen=zxid)
            self.assertEqual(client.get("/own"), str(turn).encode())
        client.end()


class WithoutAQuorum(JuteEnsembleCase):
    def test_who_wants_a_session_is_closed_soon_so_that_it_looks_elsewhere(self):
        left, *others = self.ensemble.members.values()
        for member in others:
            member.kill()
        wait_until("it serves nobody", lambda: say(left, "srvr") == NOT_SERVING)
        with self.assertRaises(Closed):
            Jute(left.port)  # It may wait for as long as an election takes.

        before = time.monotonic()
        with self.assertRaises(Closed):
            Jute(left.port)

        # By far less than what ends a handshake, 10 s, behind which a session may have ended elsewhere.
        self.assertLess(time.monotonic() - before, 5)
        for member in others:
            member.start()
        self.connected(left.port).end()


class LocalSessions(JuteEnsembleCase):
    settings = "localSessionsEnabled=true\n"

    def test_one_reads_and_writes_but_owns_no_nodes_and_does_not_move(self):
        first, second, _ = self.ports()
        local = self.connected(first)
        local.create("/local", b"1")
        self.assertEqual(local.get("/local"), b"1")

        refused = local.ask(CREATE, create_body("/mine", flags=EPHEMERAL))

        self.assertEqual(refused.error, EPHEMERAL_ON_LOCAL_SESSION)
        elsewhere = self.connected(second, session=local.session, password=local.password)
        self.assertEqual((elsewhere.session, elsewhere.timeout_ms), (0, 0))
        local.end()


class UpgradedSessions(JuteEnsembleCase):
    settings = "localSessionsEnabled=true\nlocalSessionsUpgradingEnabled=true\n"

    def test_the_first_ephemeral_node_makes_it_a_session_that_moves(self):
        first, second, _ = self.ports()
        client = self.connected(first)
        client.create("/upgraded", flags=EPHEMERAL)

        moved = self.connected(second, session=client.session, password=client.password)

        self.assertEqual(moved.session, client.session)
        self.assertTrue(moved.has("/upgraded"))
        moved.end()


class ReadingOnly(JuteEnsembleCase):
    settings = "readonlymode.enabled=true\ntick_time_ms=500\n"

    def test_who_is_content_with_reads_is_served_without_a_quorum(self):
        left, *others = self.ensemble.members.values()
        writer = self.connected(left.port)
        writer.create("/read", b"1")
        writer.end()
        for member in others:
            member.kill()
        wait_until("it serves reads", lambda: say(left, "isro") == "ro")

        with self.assertRaises(Closed):
            Jute(left.port)
        reader = self.connected(left.port, read_only=True)

        self.assertTrue(reader.is_read_only)
        self.assertEqual(reader.get("/read"), b"1")
        self.assertEqual(reader.ask(SET_DATA, set_body("/read", b"2")).error, NOT_READ_ONLY)
        for member in others:
            member.start()
        # ZooKeeper closes too, so that clients look for a server that writes, and get a session there.
        self.assertEqual(reader.rest(), b"")
        again = self.connected(left.port, read_only=True)
        self.assertFalse(again.is_read_only)
        again.must(SET_DATA, set_body("/read", b"2"))
        again.end()


if __name__ == "__main__":
    unittest.main()
