"""The search finds an order where there is one, and says so where there is none."""
import random
import unittest

from history import FOREVER, Op
from linearizable import Undecided, why_not_linearizable

KEY = "/k"


def op(kind: str, invoke: int, returned: float, result: dict, value: str = "", expected: int = 0) -> Op:
    return Op("c", 0, kind, KEY, invoke, returned, result, value, expected)


def done(version: int) -> dict:
    return {"zxid": 1, "version": version}


def saw(value: str, version: int) -> dict:
    return {"zxid": 1, "version": version, "value": value}


NO_NODE = {"error": "no_node", "zxid": 1}
BAD_VERSION = {"error": "bad_version", "zxid": 1}
UNKNOWN = {"unknown": "connection_loss"}
CREATED = op("create", 0, 1, done(0), "a")


class Explained(unittest.TestCase):
    def check(self, *ops: Op) -> None:
        self.assertIsNone(why_not_linearizable(list(ops)))

    def test_one_after_another(self):
        self.check(CREATED, op("set", 2, 3, done(1), "b"), op("sync_read", 4, 5, saw("b", 1)),
                   op("cas", 6, 7, done(2), "c", 1), op("cas", 8, 9, BAD_VERSION, "d", 1), op("delete", 10, 11, {"zxid": 1}),
                   op("sync_read", 12, 13, NO_NODE))

    def test_overlapping_operations_take_either_order(self):
        self.check(CREATED, op("set", 2, 9, done(2), "b"), op("set", 3, 8, done(1), "c"), op("sync_read", 10, 11, saw("b", 2)))

    def test_a_read_may_see_a_write_that_is_not_answered_yet(self):
        self.check(CREATED, op("set", 2, 9, done(1), "b"), op("sync_read", 3, 4, saw("b", 1)))

    def test_an_unanswered_write_may_happen_late(self):
        self.check(CREATED, op("set", 2, 3, UNKNOWN, "lost"), op("sync_read", 4, 5, saw("a", 0)),
                   op("sync_read", 6, 7, saw("lost", 1)))

    def test_an_unanswered_write_may_never_happen(self):
        self.check(CREATED, op("set", 2, 3, UNKNOWN, "lost"), op("set", 4, 5, done(1), "b"), op("sync_read", 6, 7, saw("b", 1)))

    def test_an_unanswered_write_that_nobody_saw_may_explain_a_version(self):
        self.check(CREATED, op("set", 2, 3, UNKNOWN, "lost"), op("set", 4, 5, done(2), "b"))

    def test_an_unanswered_deletion_may_explain_that_there_is_nothing(self):
        self.check(CREATED, op("delete", 2, 3, UNKNOWN), op("sync_read", 4, 5, saw("a", 0)), op("sync_read", 6, 7, NO_NODE))

    def test_many_unanswered_writes_do_not_explode(self):
        lost = [op("set", 2, 3, UNKNOWN, f"lost {number}") for number in range(60)]
        lost += [op("cas", 2, 3, UNKNOWN, f"lost cas {number}", number) for number in range(60)]
        self.check(CREATED, *lost, op("sync_read", 4, 5, saw("lost 59", 30)), op("set", 6, 7, done(45), "b"))

    def test_refused_operations_did_nothing(self):
        self.check(CREATED, op("set", 2, 3, {"refused": "throttled"}, "b"), op("sync_read", 4, 5, saw("a", 0)))

    def test_runs_of_a_real_register(self):
        for seed in range(40):
            with self.subTest(seed):
                self.assertIsNone(why_not_linearizable(run_of_a_register(seed)))


class NotExplained(unittest.TestCase):
    def check(self, *ops: Op, names: str = "sync_read") -> None:
        self.assertIn(names, why_not_linearizable(list(ops)) or "it was explained")

    def test_a_read_misses_an_acknowledged_write(self):
        self.check(CREATED, op("set", 2, 3, done(1), "b"), op("sync_read", 4, 5, saw("a", 0)))

    def test_a_read_shows_what_nobody_wrote(self):
        self.check(CREATED, op("sync_read", 4, 5, saw("x", 0)))

    def test_a_read_shows_what_was_not_begun(self):
        self.check(CREATED, op("sync_read", 2, 3, saw("b", 1)), op("set", 4, 5, done(1), "b"))

    def test_two_reads_disagree_about_the_order(self):
        self.check(CREATED, op("set", 2, 20, done(1), "b"), op("sync_read", 3, 4, saw("b", 1)),
                   op("sync_read", 5, 6, saw("a", 0)))

    def test_two_conditional_sets_succeed_on_one_version(self):
        self.check(CREATED, op("cas", 2, 9, done(1), "b", 0), op("cas", 2, 9, done(1), "c", 0), names="cas")

    def test_a_conditional_set_is_refused_though_the_version_is_right(self):
        self.check(CREATED, op("cas", 2, 3, BAD_VERSION, "b", 0), names="cas")

    def test_a_write_is_executed_twice(self):
        self.check(CREATED, op("set", 2, 3, done(1), "b"), op("sync_read", 4, 5, saw("b", 2)))

    def test_a_creation_succeeds_where_a_node_is(self):
        self.check(CREATED, op("create", 2, 3, done(0), "b"), names="create")

    def test_a_node_vanishes(self):
        self.check(CREATED, op("sync_read", 2, 3, NO_NODE))

    def test_a_deleted_node_comes_back(self):
        self.check(CREATED, op("delete", 2, 3, {"zxid": 1}), op("sync_read", 4, 5, saw("a", 0)))

    def test_an_unanswered_write_happens_once(self):
        self.check(CREATED, op("set", 2, 3, UNKNOWN, "lost"), op("sync_read", 4, 5, saw("lost", 1)),
                   op("set", 6, 7, done(2), "b"), op("sync_read", 8, 9, saw("lost", 3)))

    def test_every_doctored_run_of_a_register_is_noticed(self):
        for seed in range(40):
            ops = run_of_a_register(seed)
            reads = [it for it in ops if it.kind == "sync_read" and "version" in it.result]
            # Each version has one value, so that a read of another one has no explanation.
            random.Random(seed).choice(reads).result["value"] = "never written"
            with self.subTest(seed):
                self.check(*ops, names="no order")

    def test_a_search_without_an_end_is_no_verdict(self):
        with self.assertRaises(Undecided):
            why_not_linearizable(run_of_a_register(1), steps_max=5)


def run_of_a_register(seed: int, clients: int = 5, count: int = 120) -> list[Op]:
    """Clients that work on a real register at the same time; some answers are lost, and some of these operations too."""
    rng = random.Random(seed)
    ops, state, now = [CREATED], (0, "a"), [2.0 + client for client in range(clients)]
    for number in range(count):
        client = min(range(clients), key=lambda it: now[it])
        invoke = now[client]
        effect = invoke + rng.uniform(0, 3)
        now[client] = effect + rng.uniform(0.1, 3)
        ops.append(op(rng.choice(["set", "cas", "sync_read", "sync_read"]), invoke, now[client], {}, f"v{number}", effect))
    for it in sorted(ops[1:], key=lambda it: it.expected):  # Where the moment of effect is kept until here.
        lost = rng.random() < 0.1
        happens = not lost or rng.random() < 0.5
        it.expected = state[0] - (rng.random() < 0.3)
        if it.kind == "sync_read":
            it.result = saw(state[1], state[0])
        elif it.kind == "cas" and it.expected != state[0]:
            it.result = dict(BAD_VERSION)
        elif happens:
            state = (state[0] + 1, it.value)
            it.result = done(state[0])
        if lost:
            it.result, it.returned = dict(UNKNOWN), FOREVER
    return ops


if __name__ == "__main__":
    unittest.main()
