"""The measuring tools against real servers, and how bench/limits and bench/ensemble judge what they measured."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

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

    def test_changes_of_every_kind_are_all_right_in_both_protocols(self):
        for kind in ("create", "churn", "multi"):
            for protocol in ((), ("--zookeeper",)):
                with self.subTest(kind=kind, protocol=protocol):
                    figures = self.bench("change", "--kind", kind, "--seconds", "0.3", "--warmup", "0.1", *protocol)
                    self.assertGreater(figures["operations"], 100)
                    self.assertGreater(figures["server_cpu_us"], 0)

    def test_the_load_is_the_same_in_zookeepers_protocol(self):
        figures = self.bench("load", "--zookeeper", "--read-share", "0.5", "--nodes", "500", "--seconds", "0.5", "--warmup", "0.1")
        self.assertGreater(figures["replies"], 100)
        self.assertEqual(self.bench("fanout", "--zookeeper", "-w", "50", "--rounds", "2")["event_us"]["count"], 100)
        storm = self.bench("storm", "--zookeeper", "--ephemeral", "--seconds", "0.5", "--concurrency", "8")
        self.assertGreater(storm["sessions"], 0)
        self.assertEqual(self.bench("idle", "--zookeeper", "-n", "50", "--hold", "0.2")["sessions"], 50)

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


class Console(unittest.TestCase):
    """Small: the figures themselves are not judged here."""

    def figures(self, *arguments: str) -> list[dict]:
        done = subprocess.run([str(ROOT / "bench/console"), "--bin", str(BIN), *arguments, "--rounds", "1", "--seconds", "1", "--warmup", "0.1",
                               "--rate", "300", "-o", "json"], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["figures"]

    def test_open_pages_are_held_beside_a_load(self):
        cpu, *waits = self.figures("pages", "--pages", "11")
        self.assertEqual(cpu["target"], "<= 5 %")
        self.assertNotIn(" 0 kB/s", cpu["note"])
        self.assertEqual([figure["beside_is"] for figure in waits], ["no page"] * 4)

    def test_lists_are_asked_for_in_a_server_with_sessions_whose_clients_are_gone(self):
        figures = self.figures("lists", "--sessions", "200", "--znodes", "2000")
        self.assertIn("200 sessions, 2,000 znodes: tree, searched", [figure["what"] for figure in figures])
        self.assertTrue(all(figure["quorate"] > 0 for figure in figures))

    def test_a_server_that_nobody_looks_at_is_compared_with_another_build(self):
        figures = self.figures("idle", "--beside-bin", str(BIN), "--quiet", "0.5")
        self.assertEqual({figure["beside_is"] for figure in figures}, {"other build"})


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

    def test_a_wild_other_side_says_nothing_against_a_target_that_is_no_ratio(self):
        wild = [1.0, 1.0, 1.3, 1.0, 1.0, 1.4, 1.0]
        self.assertEqual(figures.verdict(True, wild, 0, compared=False), "reached")
        self.assertEqual(figures.verdict(False, wild, 0, compared=False), "not measurable today")
        both_limits = figures.Figure("x", "us", [1.0] * 7, wild, at_most=2.0, ratio_at_most=2.0)
        self.assertEqual(both_limits.verdict, "not measurable today")

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


class EnsembleRows(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory(prefix="quorate-rows-")
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.programs, self.data = self.place / "bin", self.place / "data"
        self.programs.mkdir()
        self.data.mkdir()
        for program in ("quorated", "quorate-bench"):
            (self.programs / program).symlink_to(BIN / program)

    def command(self, *arguments: str) -> list[str]:
        return [str(ROOT / "bench/ensemble"), "--bin", str(self.programs), "--directory", str(self.data), "--rounds", "1",
                "--seconds", "0.3", "--warmup", "0.1", "-o", "json", *arguments]

    def processes(self) -> list[tuple[list[str], str]]:
        """The command lines of what a row has started, and their states."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_text().split("\0")
                state = (path / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue  # Ended since.
            if words[0].startswith(str(self.programs)) or f"--data-dir\0{self.data}" in "\0".join(words):
                found.append((words, state))
        return found

    def check_nothing_is_left(self) -> None:
        self.assertEqual(os.listdir(self.data), [])
        self.assertEqual(self.processes(), [])

    def row(self, name: str, *arguments: str) -> list[dict]:
        """Where others keep the cores busy, an ensemble may lose its leader, which ends a row: it has three attempts."""
        for _ in range(3):
            done = subprocess.run(self.command(name, *arguments), capture_output=True, text=True, timeout=600, check=False)
            self.check_nothing_is_left()
            if done.returncode == 0:
                break
        self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
        return json.loads(done.stdout)["figures"]

    def test_every_row_gives_its_figures_and_leaves_nothing(self):
        small = ("--repeats", "1", "--rate", "200")
        for name, arguments, figure_count in (
                ("write100", (), 2), ("write1000", (), 2), ("write1x1", (), 4), ("failover", ("--failovers", "1"), 4),
                ("catchup", (*small, "--missed", "300"), 1), ("join", (*small, "--znodes", "300"), 2), ("stopped", small, 2),
                ("heartbeats", (*small, "--sessions", "60", "--hold", "0.5", "--ping-interval", "0.2"), 1), ("sessions", (), 2),
                ("idle", ("--settle", "0"), 2)):
            with self.subTest(name):
                figures_of_row = self.row(name, *arguments)
                self.assertEqual(len(figures_of_row), figure_count)
                for figure in figures_of_row:
                    self.assertGreater(figure["quorate"], 0, figure)
                    self.assertEqual(bool(figure["verdict"]), bool(figure["target"]), figure)

    def test_a_row_that_fails_says_why_and_leaves_nothing(self):
        server = self.programs / "quorated"
        server.unlink()
        server.write_text('#!/bin/sh\ncase "$*" in *"--server-id 3"*) echo third one broken >&2; exit 1 ;; esac\n'
                          f'exec {BIN / "quorated"} "$@"\n')
        server.chmod(0o755)
        done = subprocess.run(self.command("write100"), capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(len(json.loads(done.stdout)["failures"]), 1)
        self.assertIn("write100: ", done.stderr)
        self.assertIn("third one broken", done.stderr)
        self.check_nothing_is_left()

    def interrupt(self, number: int, when, *arguments: str) -> None:
        with subprocess.Popen(self.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            deadline = time.monotonic() + 2 * PATIENCE
            while not (seen := when(self.processes())) and run.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            run.send_signal(number)
            self.assertTrue(seen)
            self.assertEqual(run.wait(PATIENCE), 128 + number)
        self.check_nothing_is_left()

    def test_an_interrupted_run_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest("while servers start", number=number):
                self.interrupt(number, lambda found: len(found) >= 2, "write100")
            with self.subTest("while a load runs", number=number):
                self.interrupt(number, lambda found: any("load" in words for words, _ in found), "--seconds", "600", "write1x1")

    def test_a_stopped_server_does_not_outlive_an_interrupted_run(self):
        self.interrupt(signal.SIGTERM, lambda found: any(state == "T" for _, state in found), "--seconds", "5", "--rate", "200",
                       "stopped")


if __name__ == "__main__":
    unittest.main()
