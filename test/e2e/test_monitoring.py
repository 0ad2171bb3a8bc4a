"""What Prometheus and Grafana are given: rules that fire when they should, of metrics that there are, with words for people."""
import json
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import yaml

from admin import Admin
from ensemble import Ensemble
from support import PATIENCE, ROOT, Server, quorate
from test_metrics import sample_page
from test_tls import Certificates

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


# Exported by some servers only, or after something happened, with what that takes.
SOMETIMES = {
    "quorate_certificate_expiry_timestamp_seconds": "TLS; see test_certificates_that_end",
    "quorate_quorum_margin": "the leader",
}
# Labels whose values are names of this ensemble, or of servers that a person chose.
OF_THE_READER = LABELS_OF_PROMETHEUS | {"server", "version", "peer"}


def chosen_by(expression: str) -> list[tuple[str, str, str, str]]:
    """(metric, label, operator, value) of what metrics are chosen by."""
    return [(metric, *choice) for metric, chosen in re.findall(r"(\w+)\{([^}]*)\}", expression)
            for choice in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', chosen)]


def exported_by(server: Server) -> dict[str, list[dict[str, str]]]:
    """The series that a server exports, by metric."""
    series: dict[str, list[dict[str, str]]] = {}
    for line in Admin.of(server).raw("GET", "/metrics").raw.decode().splitlines():
        if not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            series.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels or "")))
    return series


class Running(unittest.TestCase):
    """What real servers export is what rules and panels ask for: a page made for a test could have more."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.ensemble = Ensemble(3, "snapshot_interval_s=1\nconnections_max=1000\n").start()
        cls.addClassCleanup(cls.ensemble.discard)
        quorate(cls.ensemble.leader(), "create", "/written", "x")
        for member in cls.ensemble.members.values():
            admin = Admin.of(member)
            admin.until("/servers/self/backups", lambda seen: seen["image"]["zxid"] != "0.0")
            taken = admin.post("/servers/self/backups", {"reason": "a test"})
            assert taken.status == 200, taken.raw
        cls.leader = cls.ensemble.leader().number
        cls.pages = {number: cls.page_of(member) for number, member in cls.ensemble.members.items()}
        cls.expressions = [alert["expr"] for alert in alerts()] + dashboard_expressions()
        cls.asked = set().union(*map(metrics_in, cls.expressions)) - OF_PROMETHEUS

    @staticmethod
    def page_of(member: Server) -> dict[str, list[dict[str, str]]]:
        """With the round trips to both others: who has just been asked for them answers a moment later."""
        deadline = time.monotonic() + PATIENCE
        while len((page := exported_by(member)).get("quorate_link_round_trip_seconds", [])) < 2:
            if time.monotonic() > deadline:
                raise AssertionError("round trips are not known")
            time.sleep(0.1)
        return page

    def test_every_server_exports_what_rules_and_panels_ask_for(self) -> None:
        for number, page in self.pages.items():
            with self.subTest(number):
                self.assertEqual(sorted(self.asked - set(page) - set(SOMETIMES)), [])

    def test_a_leader_exports_more(self) -> None:
        exported = self.pages[self.leader]
        self.assertEqual(self.asked - set(exported), {"quorate_certificate_expiry_timestamp_seconds"})
        self.assertIn("leader_uptime", exported)

    def test_labels_have_the_values_that_are_asked_for(self) -> None:
        exported: dict[str, list[dict[str, str]]] = {}
        for page in self.pages.values():
            for name, series in page.items():
                exported.setdefault(name, []).extend(series)
        asked = 0
        for expression in self.expressions:
            for metric, label, how, value in chosen_by(expression):
                if label in OF_THE_READER or metric in OF_PROMETHEUS or how.startswith("!"):
                    continue
                with self.subTest(f"{metric} {label}{how}{value}"):
                    asked += 1
                    there = {series[label] for series in exported[metric]}
                    for wanted in value.split("|") if how == "=~" else [value]:
                        self.assertTrue(any(re.fullmatch(wanted, one) for one in there), there)
        self.assertGreater(asked, 5)

    def test_the_page_of_a_test_has_no_more_than_servers_export(self) -> None:
        self.assertEqual(sorted(set(series_of_the_page()) - set(self.pages[self.leader])), ["quorate_certificate_expiry_timestamp_seconds"])

    def test_figures_are_those_of_the_server(self) -> None:
        page = exported_values(self.ensemble.members[self.leader])
        self.assertGreater(page["quorate_image_seconds_count"], 0)
        self.assertLess(page["quorate_image_age_seconds"], 60)
        self.assertLess(page["quorate_checkpoint_age_seconds"], 60)
        self.assertGreaterEqual(page["quorate_election_seconds_count"], 1)
        self.assertGreater(page["leader_uptime"], 0)
        self.assertEqual(page["quorate_digests_different_total"], 0)
        self.assertEqual(page["quorate_audit_records_total"], 1)
        self.assertEqual(page["quorate_audit_failures_total"], 0)
        self.assertEqual(page['quorate_disk_level{level="ample"}'], 1)


def exported_values(server: Server) -> dict[str, float]:
    """The page, by series."""
    lines = Admin.of(server).raw("GET", "/metrics").raw.decode().splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}


class RunningAlone(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="quorate-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def serve(self, *options: str) -> Server:
        server = Server(*options, directory=self.directory)
        self.addCleanup(lambda: server.process.poll() is not None or server.kill())
        return server.start()

    def test_certificates_that_end(self) -> None:
        certificates = Certificates()
        self.addCleanup(shutil.rmtree, certificates.folder)
        server = self.serve("--tls-certificate-file", str(certificates.pem("server")), "--tls-key-file", str(certificates.key("server")))
        port = Admin.of(server).port
        page = subprocess.run(["curl", "-sk", f"https://127.0.0.1:{port}/metrics"], check=True, capture_output=True, text=True).stdout
        ends = {used: float(at) for used, at in
                re.findall(r'^quorate_certificate_expiry_timestamp_seconds\{used_for="(\w+)"\} (\S+)$', page, re.MULTILINE)}
        self.assertEqual(set(ends), {"clients", "console"})
        said = subprocess.run(["openssl", "x509", "-enddate", "-noout", "-in", certificates.pem("server")], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual(set(ends.values()), {ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter="))})

    def test_a_disk_that_is_low(self) -> None:
        server = self.serve("--disk-low-bytes", str(1 << 40), "--disk-resume-bytes", str(1 << 40))
        page = exported_values(server)
        self.assertEqual(page['quorate_disk_level{level="ample"}'], 0)

    def test_refusals_are_counted_by_why(self) -> None:
        server = self.serve()
        admin = Admin.of(server)
        before = exported_values(server)
        admin.get("/me", headers={"Host": "elsewhere.example"})
        admin.act("POST", "/servers/self/drain", {}, headers={"Origin": "http://evil.example"})
        after = exported_values(server)

        def grown(outcome: str) -> float:
            series = f'quorate_console_access_total{{outcome="{outcome}"}}'
            return after[series] - before[series]

        self.assertEqual((grown("wrong_host"), grown("foreign_site"), grown("wrong_token"), grown("allowed")), (1, 1, 0, 1))


if __name__ == "__main__":
    unittest.main()
