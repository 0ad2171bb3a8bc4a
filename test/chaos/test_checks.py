"""Each check accepts a history as it should be, and notices a doctored one."""
import copy
import unittest

from checks import CHECKS, check, longest_gap
from history import History

MS = 1_000_000
R, S, E = "/chaos/registers/0-1", "/chaos/sequence/n-", "/chaos/ephemerals/"


def op(client: str, seq: int, kind: str, key: str, at: int, result: dict, **more) -> dict:
    """An operation that took from `at` to 5 ms later."""
    return {"t": "op", "client": client, "seq": seq, "kind": kind, "key": key, "invoke": at * MS, "return": (at + 5) * MS,
            "result": result, **more}


def read(client: str, seq: int, key: str, at: int, zxid: int, shown: tuple[str, int, int] | None, kind: str = "read", **more) -> dict:
    """`shown`: value, version, zxid of the last change."""
    result = {"zxid": zxid, "error": "no_node"} if shown is None else {
        "zxid": zxid, "value": shown[0], "version": shown[1], "mzxid": shown[2], "czxid": 1}
    return op(client, seq, kind, key, at, result, **more)


def state(client: str, which: str, at: int, **more) -> dict:
    return {"t": "state", "client": client, "seq": 0, "at": at * MS, "state": which, **more}


def good() -> list[dict]:
    """Two clients on a register, one of them with a watch; two sequential nodes; a session with twins that is closed."""
    twin_a, twin_b = E + "owner-a", E + "owner-b"
    owned = {"owner": "0x7", "version": 0}
    return [
        op("w", 1, "create", R, 0, {"zxid": 1, "version": 0, "mzxid": 1}, value="a"),
        read("r", 1, R, 10, 1, ("a", 0, 1), watch=1),
        op("w", 2, "set", R, 20, {"zxid": 2, "version": 1, "mzxid": 2}, value="b"),
        {"t": "event", "client": "r", "seq": 2, "at": 24 * MS, "watch": 1, "type": 3, "key": R, "zxid": 2},
        read("r", 3, R, 30, 2, ("b", 1, 2)),
        read("r", 4, R, 40, 2, ("b", 1, 2), kind="sync_read"),
        op("w", 3, "cas", R, 50, {"error": "bad_version", "zxid": 3}, value="c", expected=0),
        op("s", 1, "sequence", S, 60, {"zxid": 4, "path": S + "0000000001"}, value="s1"),
        op("s", 2, "sequence", S, 70, {"zxid": 5, "path": S + "0000000002"}, value="s2"),
        op("s", 3, "sequence", S, 80, {"unknown": "connection_loss"}, value="s3"),
        state("owner", "opening", 90, timeout_ms=4000), state("owner", "known", 91, session="0x7"),
        op("owner", 1, "ephemeral", twin_a, 100, {"zxid": 6, "czxid": 6, **owned}, value="owner"),
        op("owner", 2, "ephemeral", twin_b, 110, {"zxid": 7, "czxid": 7, **owned}, value="owner"),
        op("r", 5, "read", twin_a, 120, {"zxid": 7, "value": "owner", "mzxid": 6, "czxid": 6, **owned}),
        op("owner", 3, "read", twin_b, 130, {"zxid": 7, "value": "owner", "mzxid": 7, "czxid": 7, **owned}),
        {"t": "close", "client": "owner", "seq": 4, "invoke": 140 * MS, "return": 150 * MS, "acknowledged": True},
        state("owner", "closed", 150),
        read("r", 6, twin_a, 160, 8, None, kind="sync_read"),
        read("r", 7, twin_b, 170, 8, None, kind="sync_read"),
        *({"t": "final", "server": server, "nodes": {R: "b", S + "0000000001": "s1", S + "0000000002": "s2"}} for server in (1, 2)),
    ]


def history(lines: list[dict]) -> History:
    found = History()
    for line in lines:
        found.add(line)
    return found


class Checks(unittest.TestCase):
    def setUp(self):
        self.lines = good()

    def line(self, client: str, seq: int) -> dict:
        return next(it for it in self.lines if it.get("client") == client and it["seq"] == seq and it["t"] != "state")

    def finals(self) -> list[dict]:
        return [it["nodes"] for it in self.lines if it["t"] == "final"]

    def notices(self, name: str, words: str = "") -> None:
        found = [it for it in check(history(copy.deepcopy(self.lines))) if it.startswith(name + ":")]
        self.assertTrue(found, f"{name} notices nothing")
        self.assertIn(words, found[0])

    def test_a_good_history_is_accepted(self):
        self.assertEqual(check(history(self.lines)), [])

    def test_every_check_has_a_doctored_history(self):
        tested = " ".join(name for name in dir(self) if name.startswith("test_"))
        for one in CHECKS:
            self.assertIn(f"test_{one.__name__}_", tested)

    def test_replies_are_sane_notices_what_the_load_found(self):
        self.line("r", 3)["result"]["insane"] = "a reply without a zxid"
        self.notices("replies_are_sane")

    def test_registers_are_linearizable_notices_a_stale_read(self):
        self.line("r", 4)["result"].update(value="a", version=0, mzxid=1)
        self.notices("registers_are_linearizable")

    def test_registers_are_linearizable_notices_a_lost_write(self):
        self.lines.append(read("final", 1, R, 500, 9, ("a", 0, 1), kind="sync_read"))
        self.notices("registers_are_linearizable")

    def test_zxids_follow_the_clock_notices_one_that_does_not(self):
        self.line("s", 2)["result"]["zxid"] = 3
        self.notices("zxids_follow_the_clock", "not behind")

    def test_zxids_follow_the_clock_notices_one_for_two(self):
        self.line("s", 2)["result"]["zxid"] = 4
        self.notices("zxids_follow_the_clock", "one zxid")

    def test_zxids_follow_the_clock_notices_a_sync_that_did_not_wait(self):
        self.line("r", 6)["result"]["zxid"] = 6
        self.notices("zxids_follow_the_clock", "not behind")

    def test_sessions_never_go_back_notices_a_read_that_does(self):
        self.lines.append(read("r", 8, R, 180, 8, ("a", 0, 1)))
        self.notices("sessions_never_go_back", "seen replaced")

    def test_sessions_never_go_back_notices_a_write_of_its_own_undone(self):
        self.lines.append(read("w", 4, R, 180, 8, ("a", 0, 1)))
        self.notices("sessions_never_go_back", "seen replaced")

    def test_sessions_never_go_back_notices_a_zxid_that_does(self):
        self.lines.append(read("r", 8, R, 180, 5, ("b", 1, 2)))
        self.notices("sessions_never_go_back", "zxid of a session")

    def test_reads_show_their_zxid_notices_a_change_left_out(self):
        self.line("r", 3)["result"].update(value="a", version=0, mzxid=1)
        self.notices("reads_show_their_zxid", "does not show")

    def test_reads_show_their_zxid_notices_a_node_left_out(self):
        self.lines.append(read("x", 1, R, 180, 8, None))
        self.notices("reads_show_their_zxid", "does not show")

    def test_reads_show_their_zxid_notices_two_opinions_of_one_change(self):
        self.line("r", 3)["result"]["value"] = "x"
        self.notices("reads_show_their_zxid", "differ")

    def test_values_were_written_notices_one_from_nowhere(self):
        self.lines.append(read("x", 1, R, 180, 9, ("x", 2, 9)))
        self.notices("values_were_written")

    def test_values_were_written_notices_one_from_the_future(self):
        self.lines.append(op("w", 4, "set", R, 300, {"zxid": 9, "version": 2, "mzxid": 9}, value="c"))
        self.lines.append(read("x", 1, R, 180, 9, ("c", 2, 9)))
        self.notices("values_were_written")

    def test_sequences_are_unique_and_ascend_notices_a_name_given_twice(self):
        self.line("s", 2)["result"]["path"] = S + "0000000001"
        self.notices("sequences_are_unique_and_ascend", "one name")

    def test_sequences_are_unique_and_ascend_notices_a_smaller_number(self):
        self.line("s", 2)["result"]["path"] = S + "0000000000"
        self.notices("sequences_are_unique_and_ascend", "do not ascend")

    def test_ephemerals_go_with_their_session_notices_one_gone_too_early(self):
        self.lines.append(read("x", 1, E + "owner-a", 125, 7, None))
        self.notices("ephemerals_go_with_their_session", "while its session lives")

    def test_ephemerals_go_with_their_session_notices_one_that_stays(self):
        self.line("r", 7)["result"] = {"zxid": 8, "value": "owner", "mzxid": 7, "czxid": 7, "version": 0, "owner": "0x7"}
        self.notices("ephemerals_go_with_their_session")

    def test_ephemerals_go_with_their_session_notices_one_that_outlives_its_twin(self):
        # Before the session was known to be over: only that its twin was gone speaks against it.
        self.line("r", 6).update({"invoke": 142 * MS, "return": 143 * MS})
        self.line("r", 7).update({"kind": "read", "invoke": 144 * MS, "return": 145 * MS})
        self.line("r", 7)["result"] = {"zxid": 8, "value": "owner", "mzxid": 7, "czxid": 7, "version": 0, "owner": "0x7"}
        self.notices("ephemerals_go_with_their_session", "another of the session's")

    def test_ephemerals_go_with_their_session_notices_another_owner(self):
        self.line("r", 5)["result"]["owner"] = "0x8"
        self.notices("ephemerals_go_with_their_session", "owner")

    def test_ephemerals_go_with_their_session_notices_one_that_expired_before_its_time(self):
        self.lines = [it for it in self.lines if it["t"] != "close" and it.get("state") != "closed"]
        self.notices("ephemerals_go_with_their_session", "before the session's time was over")

    def test_ephemerals_go_with_their_session_notices_one_that_stays_after_expiry(self):
        self.lines = [it for it in self.lines if it["t"] != "close" and it.get("state") != "closed"]
        self.lines.append(state("owner", "expired", 5000))
        self.lines.append(op("x", 1, "sync_read", E + "owner-a", 5010,
                             {"zxid": 8, "value": "owner", "mzxid": 6, "czxid": 6, "version": 0, "owner": "0x7"}))
        self.notices("ephemerals_go_with_their_session")

    def test_sessions_live_while_they_are_heard_notices_one_that_expires_in_use(self):
        self.lines = [it for it in self.lines if it["t"] != "close" and it.get("state") != "closed"]
        self.lines.append(state("owner", "expired", 1129))
        self.notices("sessions_live_while_they_are_heard")

    def test_sessions_live_while_they_are_heard_accepts_one_that_was_silent(self):
        self.lines = [it for it in self.lines if it["t"] != "close" and it.get("state") != "closed"]
        self.lines.append(state("owner", "expired", 4131))
        self.assertFalse([it for it in check(history(self.lines)) if it.startswith("sessions_live")])

    def end_behind_an_answer(self, *between: dict) -> list[str]:
        """Silent from 131 to 4500, then answered once more before the session is told to have expired."""
        self.lines = [it for it in self.lines if it["t"] != "close" and it.get("state") != "closed"]
        owned = {"zxid": 8, "value": "owner", "mzxid": 6, "czxid": 6, "version": 0, "owner": "0x7"}
        self.lines += [*between, op("owner", 5, "read", E + "owner-a", 4500, owned), state("owner", "expired", 4520)]
        return [it for it in check(history(self.lines)) if it.startswith("sessions_live")]

    def test_sessions_live_while_they_are_heard_accepts_an_end_that_waited_for_a_disk(self):
        self.assertFalse(self.end_behind_an_answer())

    def test_sessions_live_while_they_are_heard_notices_an_end_behind_later_writes(self):
        read = op("owner", 4, "read", E + "owner-b", 4400, {"zxid": 7, "value": "owner", "mzxid": 7, "czxid": 7, "version": 0, "owner": "0x7"})
        write = op("w", 4, "set", R, 4450, {"zxid": 9, "version": 2, "mzxid": 9}, value="d")
        self.assertTrue(self.end_behind_an_answer(read, write))

    def test_events_come_before_their_data_notices_a_read_that_overtakes(self):
        event, overtakes = self.line("r", 2), self.line("r", 3)
        event["seq"], overtakes["seq"] = 3, 2
        self.notices("events_come_before_their_data", "before the event")

    def test_events_come_before_their_data_notices_an_event_that_never_comes(self):
        self.lines.remove(self.line("r", 2))
        self.notices("events_come_before_their_data", "no event had come")

    def test_events_come_before_their_data_notices_a_change_that_only_reads_saw(self):
        self.lines.remove(self.line("r", 2))
        self.line("w", 2)["result"] = {"unknown": "connection_loss"}
        self.notices("events_come_before_their_data", "no event had come")

    def test_events_come_before_their_data_notices_one_that_comes_twice(self):
        self.lines.append({**self.line("r", 2), "seq": 20})
        self.notices("events_come_before_their_data", "fired 2 times")

    def test_events_come_before_their_data_notices_one_of_something_else(self):
        self.line("r", 2)["type"] = 2
        self.notices("events_come_before_their_data", "for w #2")

    def test_events_come_before_their_data_notices_one_of_what_was_known(self):
        self.line("r", 2)["zxid"] = 1
        self.notices("events_come_before_their_data", "had been shown")

    def test_events_come_before_their_data_accepts_that_a_session_ends_first(self):
        event = self.line("r", 2)
        event["type"], event["zxid"] = -1, 0
        self.assertEqual(check(history(self.lines)), [])

    def test_all_end_alike_notices_a_lost_write(self):
        for nodes in self.finals():
            del nodes[S + "0000000001"]
        self.notices("all_end_alike", "lost")

    def test_all_end_alike_notices_a_server_that_differs(self):
        self.finals()[1][R] = "a"
        self.notices("all_end_alike", "on server 2")

    def test_all_end_alike_notices_a_node_too_many(self):
        self.finals()[1][S + "0000000003"] = "s3"
        self.notices("all_end_alike", "only one of the servers")

    def test_all_end_alike_accepts_an_unanswered_write_that_happened(self):
        for nodes in self.finals():
            nodes[S + "0000000003"] = "s3"
        self.assertEqual(check(history(self.lines)), [])

    def test_all_end_alike_notices_a_write_executed_twice(self):
        for nodes in self.finals():
            nodes[S + "0000000003"] = "s1"
        self.notices("all_end_alike", "twice")

    def test_all_end_alike_notices_what_nobody_wrote(self):
        for nodes in self.finals():
            nodes[S + "0000000003"] = "x"
        self.notices("all_end_alike", "nobody wrote")

    def test_all_end_alike_notices_an_ephemeral_left_over(self):
        for nodes in self.finals():
            nodes[E + "owner-a"] = "owner"
        self.notices("all_end_alike", "its session has ended")

    def test_all_end_alike_notices_that_the_end_was_not_read(self):
        self.lines = [it for it in self.lines if it["t"] != "final"]
        self.notices("all_end_alike", "not read")

    def test_the_longest_gap_is_between_two_acknowledged_writes(self):
        self.assertAlmostEqual(longest_gap(history(self.lines), 0, 130 * MS), 0.040)
        self.assertAlmostEqual(longest_gap(history(self.lines), 0, 130 * MS, [(30 * MS, 60 * MS)]), 0.030)


if __name__ == "__main__":
    unittest.main()
