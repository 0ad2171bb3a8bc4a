"""ZooKeeper's four-letter words on the client port, as its monitors ask them."""
import re
import signal
import socket
import subprocess
import time
import unittest

from ensemble import Ensemble
from support import BIN, NOT_SERVING, PATIENCE, Server, ServerCase, quorate, quorate_json, say

CLIENT_LINE = re.compile(r"^ /127\.0\.0\.1:\d+\[[0145]\]\(queued=\d+,recved=\d+,sent=\d+\)$")
SESSION_LINE = re.compile(
    r"^ /127\.0\.0\.1:\d+\[[0145]\]\(queued=\d+,recved=\d+,sent=\d+,sid=0x[0-9a-f]+,lop=[A-Z]{2,6},est=\d{13},to=\d+"
    r"(,lcxid=0x[0-9a-f]+)?,lzxid=0x[0-9a-f]+,lresp=\d+,llat=\d+,minlat=\d+,avglat=\d+,maxlat=\d+\)$")


def gauges(server: Server) -> dict[str, str]:
    """The lines of mntr; nothing while nobody is served."""
    text = say(server, "mntr")
    return {} if text == NOT_SERVING else dict(line.split("\t") for line in text.splitlines())


def fields(server: Server) -> dict[str, str]:
    """The lines of srvr."""
    return dict(line.split(": ", 1) for line in say(server, "srvr").splitlines())


def wait_until(what: str, is_so) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"never so: {what}")
        time.sleep(0.05)


def hold(case: unittest.TestCase, server: Server, *arguments: str) -> subprocess.Popen:
    """A client that goes on until the test ends."""
    process = subprocess.Popen([str(BIN / "quorate"), "--endpoints", server.endpoint, *arguments],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    case.addCleanup(process.wait)
    case.addCleanup(process.kill)
    return process


class ByDefault(ServerCase):
    def test_srvr_alone_is_answered(self):
        self.assertTrue(say(self.server, "srvr").startswith("Zookeeper version: 3.8.0-quorate-"))
        for word in ("ruok", "mntr", "stat", "isro", "dump", "wchc"):
            self.assertEqual(say(self.server, word), f"{word} is not executed because it is not in the whitelist.\n")

    def test_what_is_no_word_is_no_word(self):
        with self.assertRaises(ConnectionResetError):
            say(self.server, "kill")


class Alone(ServerCase):
    options = ("--four-letter-words", "*")

    def test_it_is_ok(self):
        self.assertEqual(say(self.server, "ruok"), "imok")
        self.assertEqual(say(self.server, "ruok\r\n"), "imok")
        self.assertEqual(say(self.server, "ruok\n", half_close=True), "imok")
        self.assertEqual(say(self.server, "isro"), "rw")

    def test_a_word_may_come_in_pieces(self):
        with socket.create_connection((self.server.host, self.server.port), PATIENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"ruok":
                connection.sendall(bytes([byte]))
                time.sleep(0.05)
            self.assertEqual(connection.recv(100), b"imok")

    def test_srvr_tells_what_the_server_holds(self):
        quorate(self.server, "create", "/a", "x")

        shown = fields(self.server)

        self.assertEqual(list(shown), ["Zookeeper version", "Latency min/avg/max", "Received", "Sent", "Connections",
                                       "Outstanding", "Zxid", "Mode", "Node count"])
        self.assertRegex(shown["Latency min/avg/max"], r"^\d+/\d+\.\d{1,4}/\d+$")
        self.assertEqual((shown["Mode"], shown["Connections"], shown["Outstanding"]), ("standalone", "1", "0"))
        self.assertEqual(int(shown["Node count"]), quorate_json(self.server, "status")[0]["znodes"])
        self.assertRegex(shown["Zxid"], r"^0x[1-9a-f][0-9a-f]*$")

    def test_packets_are_counted_until_srst(self):
        quorate(self.server, "create", "/a", "x")
        before = fields(self.server)
        quorate(self.server, "get", "/a")
        after = fields(self.server)
        self.assertGreaterEqual(int(after["Received"]), int(before["Received"]) + 3)
        self.assertGreaterEqual(int(after["Sent"]), int(before["Sent"]) + 3)

        self.assertEqual(say(self.server, "srst"), "Server stats reset.\n")

        shown = fields(self.server)
        self.assertEqual((shown["Received"], shown["Sent"], shown["Latency min/avg/max"]), ("1", "1", "0/0.0/0"))

    def test_mntr_has_a_key_and_a_value_on_each_line(self):
        hold(self, self.server, "create", "--ephemeral", "--hold", "/held", "0123456789")
        quorate(self.server, "wait", "/held")
        hold(self, self.server, "watch", "/held")
        wait_until("somebody watches", lambda: int(gauges(self.server)["zk_watch_count"]) > 0)

        shown = gauges(self.server)

        self.assertEqual(list(shown)[:2], ["zk_version", "zk_server_state"])
        self.assertEqual(shown["zk_server_state"], "standalone")
        self.assertNotIn("zk_peer_state", shown)
        for key, value in list(shown.items())[2:]:
            self.assertRegex(key, "^zk_[a-z_]+$")
            float(value)
        self.assertEqual((shown["zk_ephemerals_count"], shown["zk_global_sessions"]), ("1", "2"))
        self.assertEqual(shown["zk_num_alive_connections"], "3")
        self.assertEqual(shown["zk_znode_count"], str(quorate_json(self.server, "status")[0]["znodes"]))
        self.assertGreaterEqual(int(shown["zk_approximate_data_size"]), 10)
        self.assertGreater(int(shown["zk_open_file_descriptor_count"]), 5)

    def test_latency_is_that_of_requests(self):
        quorate(self.server, "create", "/a", "x")
        say(self.server, "srst")
        self.server.process.send_signal(signal.SIGSTOP)
        asking = hold(self, self.server, "--timeout", "20s", "get", "/a")
        time.sleep(0.5)
        self.server.process.send_signal(signal.SIGCONT)
        self.assertEqual(asking.wait(PATIENCE), 0)

        shown = gauges(self.server)

        self.assertLessEqual(float(shown["zk_min_latency"]), float(shown["zk_avg_latency"]))
        self.assertLessEqual(float(shown["zk_avg_latency"]), float(shown["zk_max_latency"]))

    def test_clients_are_listed(self):
        hold(self, self.server, "create", "--ephemeral", "--hold", "/held", "x")
        quorate(self.server, "wait", "/held")

        stat = say(self.server, "stat").splitlines()
        cons = say(self.server, "cons").splitlines()

        self.assertEqual(stat[1], "Clients:")
        self.assertRegex(stat[2], CLIENT_LINE)
        self.assertIn("[0](queued=0,recved=1,sent=0)", stat[3])  # Who asks is not read any more.
        self.assertRegex(stat[3], CLIENT_LINE)
        self.assertEqual(stat[4], "")
        self.assertTrue(stat[5].startswith("Latency min/avg/max: "))
        self.assertEqual((len(cons), cons[2]), (3, ""))
        self.assertRegex(cons[0], SESSION_LINE)
        self.assertRegex(cons[1], CLIENT_LINE)
        owner = quorate_json(self.server, "stat", "/held")["ephemeral_owner"]
        self.assertIn(f",sid={owner},lop=CREA,", cons[0])
        self.assertEqual(say(self.server, "crst"), "Connection stats reset.\n")
        self.assertIn("(queued=0,recved=0,sent=0,", say(self.server, "cons").splitlines()[0])

    def test_the_trace_mask_is_kept(self):
        self.assertEqual(say(self.server, "gtmk"), "306")
        self.assertEqual(say(self.server, b"stmk" + (-2).to_bytes(8, "big", signed=True)), "-2")
        self.assertEqual(say(self.server, "gtmk"), "-2")

    def test_the_environment(self):
        lines = say(self.server, "envi").splitlines()

        self.assertEqual(lines[0], "Environment:")
        shown = dict(line.split("=", 1) for line in lines[1:])
        self.assertEqual(shown["os.name"], "Linux")
        self.assertRegex(shown["os.memory.free"], r"^\d+MB$")

    def test_the_configuration(self):
        shown = dict(line.split("=", 1) for line in say(self.server, "conf").splitlines())

        self.assertEqual(list(shown), ["clientPort", "secureClientPort", "dataDir", "dataDirSize", "dataLogDir", "dataLogSize",
                                       "tickTime", "maxClientCnxns", "minSessionTimeout", "maxSessionTimeout",
                                       "clientPortListenBacklog", "serverId"])
        self.assertEqual((shown["clientPort"], shown["tickTime"], shown["serverId"]), (str(self.server.port), "2000", "1"))
        self.assertEqual(shown["dataDir"], str(self.server.data))
        self.assertGreater(int(shown["dataDirSize"]), 1000)

    def test_the_directories(self):
        for half_close in (False, True):
            self.assertRegex(say(self.server, "dirs", half_close), r"^datadir_size: [1-9]\d{3,}\nlogdir_size: [1-9]\d{3,}\n$")

    def test_sessions_and_ephemeral_nodes_are_dumped(self):
        hold(self, self.server, "create", "--ephemeral", "--hold", "/held", "x")
        quorate(self.server, "wait", "/held")
        owner = quorate_json(self.server, "stat", "/held")["ephemeral_owner"]

        text = say(self.server, "dump", half_close=True)

        self.assertTrue(text.startswith("SessionTracker dump:\nGlobal Sessions(1):\n" + owner + "\t"), text)
        self.assertIn(f"\nephemeral nodes dump:\nSessions with Ephemerals (1):\n{owner}:\n\t/held\nConnections dump:\n", text)
        self.assertRegex(text, rf"\tip: /127\.0\.0\.1:\d+ sessionId: {owner}\n")
        self.assertRegex(text, r"\tip: /127\.0\.0\.1:\d+ sessionId: 0x0\n$")

    def test_watches_by_session_and_by_path(self):
        quorate(self.server, "create", "/watched", "x")
        self.assertEqual(say(self.server, "wchs"), "0 connections watching 0 paths\nTotal watches:0\n")
        self.assertEqual((say(self.server, "wchc"), say(self.server, "wchp")), ("\n", "\n"))
        hold(self, self.server, "watch", "/watched")
        wait_until("somebody watches", lambda: "1 connections" in say(self.server, "wchs"))

        by_session = say(self.server, "wchc", half_close=True)
        by_path = say(self.server, "wchp", half_close=True)

        self.assertRegex(by_session, r"^0x[0-9a-f]+\n\t/watched\n\n$")
        self.assertRegex(by_path, r"^/watched\n\t0x[0-9a-f]+\n\n$")
        self.assertEqual(by_session.split()[0], by_path.split()[1])

    def test_digests_have_a_line_each(self):
        quorate(self.server, "create", "/a", "x")
        self.assertRegex(say(self.server, "hash"), r"^([1-9a-f][0-9a-f]*: \d+\n)+$")

    def test_words_are_answered_while_clients_work(self):
        worker = hold(self, self.server, "create", "--ephemeral", "--hold", "/held", "x")
        quorate(self.server, "wait", "/held")
        for _ in range(20):
            for word in ("dump", "cons", "wchc", "wchs", "dirs", "mntr", "srst", "crst"):
                self.assertNotEqual(say(self.server, word), "")
        self.assertIsNone(worker.poll())
        self.assertEqual(quorate(self.server, "get", "/held").stdout, "x\n")

    def test_the_end_of_a_telnet_says_nothing(self):
        self.assertEqual(say(self.server, b"\xff\xf4\xff\xfd\x06"), "")


class OfThree(unittest.TestCase):
    def setUp(self) -> None:
        self.ensemble = Ensemble(settings="4lw.commands.whitelist=*\n")
        self.addCleanup(self.ensemble.discard)
        self.ensemble.start()

    def test_one_leads_and_knows_its_followers(self):
        leader = self.ensemble.leader()
        wait_until("both follow", lambda: gauges(leader).get("zk_synced_followers") == "2")

        shown = gauges(leader)

        self.assertEqual((shown["zk_server_state"], shown["zk_peer_state"]), ("leader", "leading - broadcast"))
        self.assertEqual((shown["zk_learners"], shown["zk_quorum_size"]), ("2", "3"))
        self.assertEqual(fields(leader)["Mode"], "leader")
        quorate(leader, "create", "/a", "x")
        self.assertRegex(fields(leader)["Proposal sizes last/min/max"], r"^[1-9]\d*/[1-9]\d*/[1-9]\d*$")
        self.assertEqual(say(leader, "srst"), "Server stats reset.\n")
        self.assertEqual(fields(leader)["Proposal sizes last/min/max"], "-1/-1/-1")

    def test_the_others_follow(self):
        for follower in self.ensemble.followers():
            shown = gauges(follower)
            self.assertEqual((shown["zk_server_state"], shown["zk_peer_state"]), ("follower", "following - broadcast"))
            self.assertNotIn("zk_learners", shown)
            self.assertEqual(fields(follower)["Mode"], "follower")
            self.assertNotIn("Proposal sizes last/min/max", fields(follower))

    def test_conf_ends_with_the_members(self):
        member = self.ensemble.members[2]

        text = say(member, "conf")

        head, members = text.split("membership: \n")
        shown = dict(line.split("=", 1) for line in head.splitlines())
        self.assertEqual((shown["serverId"], shown["electionAlg"], shown["peerType"]), ("2", "3", "0"))
        self.assertEqual((shown["quorumPort"], shown["electionPort"]), (str(member.port + 1), str(member.port + 2)))
        self.assertEqual([line.split("=")[0] for line in members.splitlines()], ["server.1", "server.2", "server.3", "version"])
        self.assertFalse(members.endswith("\n"))

    def test_without_a_quorum_nobody_serves(self):
        left = self.ensemble.members[1]
        self.ensemble.members[2].kill()
        self.ensemble.members[3].kill()
        wait_until("the one that is left serves nobody", lambda: say(left, "srvr") == NOT_SERVING)

        for word in ("mntr", "stat", "conf", "cons", "crst", "dirs", "dump", "hash", "srst", "wchc", "wchp", "wchs"):
            self.assertEqual(say(left, word), NOT_SERVING, word)
        self.assertEqual(say(left, "ruok"), "imok")
        self.assertEqual(say(left, "isro"), "null")
        self.assertEqual(say(left, "gtmk"), "306")
        self.assertTrue(say(left, "envi").startswith("Environment:\n"))


class WithAnObserver(unittest.TestCase):
    def test_it_observes(self):
        ensemble = Ensemble(settings="4lw.commands.whitelist=srvr,mntr\n", observers=(3,))
        self.addCleanup(ensemble.discard)
        ensemble.start()
        observer = ensemble.members[3]

        self.assertEqual(fields(observer)["Mode"], "observer")
        self.assertEqual(gauges(observer)["zk_peer_state"], "observing - broadcast")
        leader = ensemble.leader()
        wait_until("both are synced", lambda: gauges(leader).get("zk_learners") == "2")
        wait_until("the observer is", lambda: gauges(leader).get("zk_synced_observers") == "1")
        self.assertEqual((gauges(leader)["zk_synced_followers"], gauges(leader)["zk_quorum_size"]), ("1", "2"))


class ReadingOnly(unittest.TestCase):
    def test_without_a_quorum_it_is_read_only(self):
        ensemble = Ensemble(settings="readonlymode.enabled=true\ntick_time_ms=500\n")
        self.addCleanup(ensemble.discard)
        ensemble.start()
        left = ensemble.members[1]
        self.assertEqual(say(left, "isro"), "rw")
        ensemble.members[2].kill()
        ensemble.members[3].kill()

        wait_until("reads are served", lambda: say(left, "isro") == "ro")

        lines = say(left, "srvr").splitlines()
        self.assertEqual(lines[1], "READ-ONLY mode; serving only read-only clients")
        self.assertIn("Mode: read-only", lines)


if __name__ == "__main__":
    unittest.main()
