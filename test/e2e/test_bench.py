"""The measuring tools against a real server, and how bench/limits judges what they measured."""
import importlib.machinery
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import BIN, ROOT, ServerCase

BENCH = BIN / "quorate-bench"


def load_limits():
    loader = importlib.machinery.SourceFileLoader("limits", str(ROOT / "bench/limits"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("limits", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Bench(ServerCase):
    options = ("--connections-per-ip-max", "0")

    def bench(self, *arguments: str) -> dict:
        done = subprocess.run([str(BENCH), *arguments, "-e", self.server.endpoint, "--server-pid",
                               str(self.server.process.pid), "-o", "json"],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_reads_and_writes_are_all_right(self):
        figures = self.bench("load", "--read-share", "0.5", "--nodes", "500", "--seconds", "0.5", "--warmup", "0.1")
        self.assertGreater(figures["replies"], 100)
        self.assertGreater(figures["server_cpu_us"], 0)
        self.assertGreater(figures["write_us"]["p99.9"], 0)

    def test_an_open_loop_keeps_its_rate(self):
        figures = self.bench("load", "--rate", "500", "--nodes", "50", "-c", "4", "--seconds", "1", "--warmup", "0")
        self.assertEqual(figures["read_us"]["count"], 500)

    def test_every_watcher_is_told_once(self):
        figures = self.bench("fanout", "-w", "200", "--rounds", "2")
        self.assertEqual(figures["event_us"]["count"], 400)

    def test_sessions_are_held_and_ended(self):
        self.assertEqual(self.bench("idle", "-n", "200", "--hold", "0.2")["sessions"], 200)
        self.assertGreater(self.bench("storm", "--seconds", "0.5", "--concurrency", "8")["sessions"], 0)

    def test_nodes_hold_their_values_after_a_crash(self):
        self.bench("fill", "--nodes", "2000")
        self.bench("load", "--nodes", "2000", "--read-share", "0", "--seconds", "0.3", "--warmup", "0", "--keep")
        self.server.restart()
        self.assertEqual(self.bench("check", "--nodes", "2000")["nodes"], 2000)

    def test_the_command_line_hands_on_to_the_measuring_program(self):
        done = subprocess.run([str(BIN / "quorate"), "bench", "fill", "--nodes", "10", "-e", self.server.endpoint, "-o", "json"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["nodes"], 10)
        failed = subprocess.run([str(BIN / "quorate"), "bench", "check", "--nodes", "20", "-e", self.server.endpoint],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("quorate-bench: ", failed.stderr)

    def test_a_node_with_another_value_is_found(self):
        self.bench("fill", "--nodes", "10")
        subprocess.run([str(BIN / "quorate"), "--endpoints", self.server.endpoint, "set",
                        "/quorate-bench/n000000007", "other"], check=True, capture_output=True, timeout=30)
        done = subprocess.run([str(BENCH), "check", "--nodes", "10", "-e", self.server.endpoint],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("n000000007", done.stderr)


class Handover(unittest.TestCase):
    def test_help_and_options_are_those_of_the_measuring_program(self):
        done = subprocess.run([str(BIN / "quorate"), "bench", "--help"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("quorate-bench", done.stdout)
        self.assertIn("fanout", done.stdout)

    def test_without_the_measuring_program_the_error_says_where_it_should_be(self):
        with tempfile.TemporaryDirectory() as alone:
            shutil.copy(BIN / "quorate", alone)
            done = subprocess.run([f"{alone}/quorate", "bench", "load"], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"cannot run {alone}/quorate-bench", done.stderr)


class Limits(unittest.TestCase):
    def test_both_sides_are_measured_and_judged(self):
        done = subprocess.run([str(ROOT / "bench/limits"), "--bin", str(BIN), "read", "--rounds", "2", "--seconds", "0.3",
                               "--warmup", "0.1", "-o", "json"], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        figure = json.loads(done.stdout)["figures"][0]
        self.assertEqual(len(figure["samples"]["bare"]), 2)
        self.assertEqual(len(figure["samples"]["quorate"]), 2)
        self.assertGreater(figure["ratio"], 0)
        self.assertIn(figure["verdict"], ("reached", "missed", "not measurable today"))

    def test_a_row_that_does_not_exist_is_refused(self):
        done = subprocess.run([str(ROOT / "bench/limits"), "--bin", str(BIN), "speed"], capture_output=True, text=True,
                              timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no row speed", done.stderr)

    def test_spread_forgives_one_outlier_on_either_side(self):
        limits = load_limits()
        self.assertAlmostEqual(limits.spread([1.0, 10.0, 10.0, 10.5, 11.0, 10.0, 90.0]), 0.1)
        self.assertAlmostEqual(limits.spread([9.0, 10.0, 11.0]), 0.2)

    def test_a_wild_bare_side_makes_a_figure_unmeasurable(self):
        limits = load_limits()
        calm, wild = [1.0] * 7, [1.0, 1.0, 1.3, 1.0, 1.0, 1.4, 1.0]
        self.assertEqual(limits.verdict(True, calm, 0), "reached")
        self.assertEqual(limits.verdict(False, calm, 0), "missed")
        self.assertEqual(limits.verdict(True, wild, 0), "not measurable today")
        self.assertEqual(limits.verdict(False, wild, 0), "not measurable today")

    def test_without_a_bare_side_only_a_missed_time_on_a_busy_machine_is_unmeasurable(self):
        limits = load_limits()
        self.assertEqual(limits.verdict(True, [], 1.5), "reached")
        self.assertEqual(limits.verdict(False, [], 0.1), "missed")
        self.assertEqual(limits.verdict(False, [], 1.5), "not measurable today")

    def test_ratios_are_taken_within_pairs_of_rounds(self):
        limits = load_limits()
        figure = limits.Figure("x", "us", [2.0, 20.0, 3.0], [1.0, 10.0, 2.0], "<= 2", ratio_at_most=2.0)
        self.assertEqual(figure.ratio, 2.0)


if __name__ == "__main__":
    unittest.main()
