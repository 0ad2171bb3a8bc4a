"""The measuring tools against real servers, and how bench/limits judges what they measured."""
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from ensemble import Ensemble
from support import BIN, PATIENCE, ROOT, ServerCase, quorate

sys.path.insert(0, str(ROOT / "bench"))
import figures  # pylint: disable=wrong-import-position

BENCH = BIN / "quorate-bench"


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

    def test_held_sessions_are_pinged_and_announced(self):
        arguments = [str(BENCH), "idle", "-n", "20", "--hold", "0.5", "--ping-interval", "0.2", "--announce", "-e",
                     self.server.endpoint, "-o", "json"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        announced, figures_line = done.stdout.splitlines()
        self.assertEqual(announced, "holding")
        self.assertGreater(json.loads(figures_line)["ping_us"]["count"], 0)

    def test_sessions_of_a_storm_bring_an_ephemeral(self):
        storm = self.bench("storm", "--ephemeral", "--seconds", "0.5", "--concurrency", "8", "--prefix", "/storm/of/all")
        self.assertGreater(storm["sessions"], 0)
        self.assertEqual(quorate(self.server, "ls", "/storm/of").stdout, "")

    def test_a_signal_ends_the_window_of_a_load(self):
        load = subprocess.Popen([str(BENCH), "load", "--nodes", "50", "-c", "4", "--seconds", "600", "--announce", "-e",
                                 self.server.endpoint, "-o", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(load.communicate)
        self.addCleanup(load.kill)
        self.assertEqual(load.stdout.readline(), "measuring\n")
        time.sleep(0.2)
        load.send_signal(signal.SIGINT)

        measured = json.loads(load.stdout.read())

        self.assertEqual(load.wait(PATIENCE), 0)
        self.assertGreater(measured["replies"], 0)
        self.assertLess(measured["seconds"], 300)
        self.assertEqual(quorate(self.server, "ls", "/").stdout.count("quorate-bench"), 0)

    def test_a_probe_waits_for_a_path(self):
        with subprocess.Popen([str(BENCH), "probe", "--path", "/awaited", "--must-exist", "-e", self.server.endpoint],
                              stdout=subprocess.DEVNULL) as probe:
            time.sleep(0.3)
            self.assertIsNone(probe.poll())
            quorate(self.server, "create", "/awaited")
            self.assertEqual(probe.wait(PATIENCE), 0)

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
        self.assertEqual(figure["beside_is"], "bare")
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
        self.assertAlmostEqual(figures.spread([1.0, 10.0, 10.0, 10.5, 11.0, 10.0, 90.0]), 0.1)
        self.assertAlmostEqual(figures.spread([9.0, 10.0, 11.0]), 0.2)

    def test_a_wild_bare_side_makes_a_figure_unmeasurable(self):
        calm, wild = [1.0] * 7, [1.0, 1.0, 1.3, 1.0, 1.0, 1.4, 1.0]
        self.assertEqual(figures.verdict(True, calm, 0), "reached")
        self.assertEqual(figures.verdict(False, calm, 0), "missed")
        self.assertEqual(figures.verdict(True, wild, 0), "not measurable today")
        self.assertEqual(figures.verdict(False, wild, 0), "not measurable today")

    def test_without_a_bare_side_only_a_missed_time_on_a_busy_machine_is_unmeasurable(self):
        self.assertEqual(figures.verdict(True, [], 1.5), "reached")
        self.assertEqual(figures.verdict(False, [], 0.1), "missed")
        self.assertEqual(figures.verdict(False, [], 1.5), "not measurable today")

    def test_ratios_are_taken_within_pairs_of_rounds(self):
        figure = figures.Figure("x", "us", [2.0, 20.0, 3.0], [1.0, 10.0, 2.0], "<= 2", ratio_at_most=2.0)
        self.assertEqual(figure.ratio, 2.0)

    def test_every_limit_counts_and_without_any_there_is_no_verdict(self):
        def verdict(**limits):
            return figures.Figure("x", "us", [2.0, 2.0], [1.0, 1.0], **limits).verdict

        self.assertEqual(verdict(), "")
        self.assertEqual(verdict(at_most=2.0), "reached")
        self.assertEqual(verdict(at_most=1.9), "missed")
        self.assertEqual(verdict(at_most=2.0, ratio_at_most=1.9), "missed")
        self.assertEqual(verdict(ratio_at_least=2.0), "reached")
        self.assertEqual(verdict(ratio_at_least=2.1), "missed")

    def test_the_other_side_is_named(self):
        figure = figures.Figure("x", "us", [2.0], [1.0], beside_is="single server")
        self.assertEqual(figure.json()["single server"], 1.0)
        self.assertEqual(figure.json()["samples"], {"quorate": [2.0], "single server": [1.0]})
        self.assertIn("single server", figure.cells())


class Failover(unittest.TestCase):
    def test_the_clients_of_a_killed_leader_and_of_the_others_write_again(self):
        ensemble = Ensemble()
        self.addCleanup(ensemble.discard)
        ensemble.start()
        leader = ensemble.leader()
        done = subprocess.run([str(BENCH), "failover", "-e", ensemble.endpoints, "--victim", leader.endpoint, "--victim-pid",
                               str(leader.process.pid), "-c", "6", "-d", "4", "--warmup", "0.3", "--patience", "60", "-o", "json"],
                              capture_output=True, text=True, timeout=180, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        measured = json.loads(done.stdout)
        self.assertEqual((measured["survivors_clients"], measured["victims_clients"]), (4, 2))
        self.assertGreaterEqual(measured["reconnects"], 2)
        for whose in ("survivors", "victims"):
            self.assertGreater(measured[f"{whose}_first_us"], measured["gone_us"])
            self.assertGreaterEqual(measured[f"{whose}_last_us"], measured[f"{whose}_first_us"])
        self.assertEqual(leader.process.wait(PATIENCE), -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
