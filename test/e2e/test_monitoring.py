"""What Prometheus and Grafana are given: rules that fire when they should, of metrics that there are, with words for people."""
import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from support import ROOT
from test_metrics import sample_page

PROMETHEUS = ROOT / "deploy/prometheus"
ALERTS = PROMETHEUS / "alerts.yml"
TESTS = [PROMETHEUS / "alerts_test.yml", PROMETHEUS / "alerts_growth_test.yml"]
DASHBOARD = ROOT / "deploy/grafana/dashboards/quorate.json"
OPERATIONS = ROOT / "docs/operations.md"

# What Prometheus itself adds: metrics, and labels of every metric.
OF_PROMETHEUS = {"up", "ALERTS"}
LABELS_OF_PROMETHEUS = {"job", "instance", "ensemble", "alertname", "alertstate", "severity"}
WORDS = {"and", "or", "unless", "offset", "bool", "by", "on", "without", "ignoring"}


def promtool(*arguments: str | Path) -> str:
    """What it says; raises where it is not content."""
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"promtool {arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def metrics_in(expression: str) -> set[str]:
    """The metrics that an expression asks for."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", " ", bare)
    return set(re.findall(r"(?<![\w.])[a-zA-Z_]\w*\b(?!\s*\()", bare)) - WORDS


def labels_in(expression: str) -> set[tuple[str, str]]:
    """The labels that metrics are chosen by."""
    return {(metric, label) for metric, chosen in re.findall(r"(\w+)\{([^}]*)\}", expression)
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", chosen)}


def series_of_the_page() -> dict[str, set[str]]:
    """The labels of each metric that a server exports."""
    series: dict[str, set[str]] = {}
    for line in sample_page().splitlines():
        if not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            series.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
    return series


def alerts() -> list[dict]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict]:
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


def dashboard_expressions() -> list[str]:
    content = json.loads(DASHBOARD.read_text())
    variables = [re.match(r"label_values\((.*), \w+\)$", variable["query"]["query"])[1] for variable in content["templating"]["list"]]
    return [target["expr"] for panel in panels() for target in panel["targets"]] + variables + \
        [annotation["expr"] for annotation in content["annotations"]["list"]]


class OfMetrics(unittest.TestCase):
    """For who asks for metrics by expressions."""

    def check_exist(self, expressions: list[str]) -> None:
        series = series_of_the_page()
        asked = set().union(*map(metrics_in, expressions)) - OF_PROMETHEUS
        self.assertEqual(sorted(asked - set(series)), [], "no server exports these")
        unknown = {(metric, label) for expression in expressions for metric, label in labels_in(expression)
                   if label not in LABELS_OF_PROMETHEUS | series.get(metric, set())}
        self.assertEqual(unknown, set(), "these have no such labels")


class Expressions(OfMetrics):
    def test_metrics_are_found_in_expressions(self):
        self.assertEqual(metrics_in('sum by (a, le) (rate(x_total{b="c"}[5m])) / on (a) y offset 1d > 3e4 or vector(0)'), {"x_total", "y"})
        self.assertEqual(labels_in('x{a="b", c=~"d|e"} > y{f!="g"}'), {("x", "a"), ("x", "c"), ("y", "f")})

    def test_planted_faults_are_found(self):
        for expression in ("quorate_znode > 1", 'quorate_role{rank="leading"}'):
            with self.subTest(expression), self.assertRaises(AssertionError):
                self.check_exist([expression])


class Prometheus(OfMetrics):
    def test_the_configuration_is_sound(self):
        promtool("check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")

    def test_the_rules_are_sound(self):
        promtool("check", "rules", ALERTS)

    def test_alerts_fire_when_they_should(self):
        promtool("test", "rules", *TESTS)

    def test_a_rule_that_never_fires_is_noticed(self):
        with tempfile.TemporaryDirectory() as directory:
            for file in (ALERTS, TESTS[0]):
                text = file.read_text().replace("quorate_digest_doubt == 1", "quorate_digest_doubt == 2")
                (Path(directory) / file.name).write_text(text)
            with self.assertRaisesRegex(AssertionError, "QuorateDigestDoubt"):
                promtool("test", "rules", Path(directory) / TESTS[0].name)

    def test_every_alert_is_tested_to_fire(self):
        said = "".join(file.read_text() for file in TESTS)
        fired = set(re.findall(r'ALERTS\{alertname="(\w+)"', said))
        self.assertEqual(fired, {alert["alert"] for alert in alerts()})

    def test_rules_ask_for_metrics_that_there_are(self):
        self.check_exist([alert["expr"] for alert in alerts()])

    def test_every_alert_says_what_to_do(self):
        for alert in alerts():
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], ("warning", "critical"))
                for words in ("summary", "description"):
                    self.assertRegex(alert["annotations"][words], r"^[A-Z{].*\.$")
                self.assertEqual(alert["annotations"]["runbook_url"], f"docs/operations.md#{alert['alert'].lower()}")

    def test_every_alert_has_a_section_and_the_other_way_round(self):
        text = OPERATIONS.read_text()
        part = re.search(r"^## Alerts\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
        self.assertEqual(re.findall(r"^### (\w+)$", part, re.MULTILINE), [alert["alert"] for alert in alerts()])
        for section in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
            with self.subTest(section.splitlines()[0]):
                self.assertIn("**Look, do:**", section)
                self.assertIn("**Worry:**", section)

    def test_figures_in_the_documents_exist(self):
        named = set(re.findall(r"`((?:quorate|process)_[a-z_]+)`", OPERATIONS.read_text()))
        self.assertGreater(len(named), 10)
        self.check_exist([name + "_count" if name in ("quorate_request_seconds", "quorate_sync_seconds") else name for name in named])


class Grafana(OfMetrics):
    def test_panels_ask_for_metrics_that_there_are(self):
        self.check_exist(dashboard_expressions())

    def test_expressions_are_sound(self):
        rules = [{"record": f"panel:{number}", "expr": expression.replace("$ensemble", "e").replace("$instance", "i")}
                 for number, expression in enumerate(dashboard_expressions())]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            promtool("check", "rules", file.name)

    def test_panels_do_not_overlap(self):
        taken: dict[tuple[int, int], str] = {}
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, panel["title"])
                    taken[x, y] = panel["title"]

    def test_panels_use_the_datasource_that_is_provisioned(self):
        provisioned = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
        known = {source["uid"] for source in provisioned["datasources"]}
        used = {source["uid"] for panel in panels() for source in [panel["datasource"], *(target["datasource"] for target in panel["targets"])]}
        self.assertEqual(used, known)
        self.assertEqual(len({panel["id"] for panel in panels()}), len(panels()))


if __name__ == "__main__":
    unittest.main()
