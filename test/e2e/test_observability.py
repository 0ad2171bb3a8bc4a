"""The consoles in containers: the files that open them, what is made for them, and that Prometheus gets in with it."""
import hashlib
import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

import yaml

from support import ROOT, free_port
from test_metrics import sample_page

DEPLOY = ROOT / "deploy"
MAKE = DEPLOY / "certs/make-dev-certs.sh"
# Compose files with those that open their consoles, and the targets that Prometheus is given.
PAIRS = {"docker-compose.yml": ("docker-compose.console.yml", "three.yml"),
         "docker-compose.single.yml": ("docker-compose.single.console.yml", "single.yml")}
OBSERVERS = {"prometheus", "grafana"}


def compose(name: str) -> dict:
    return yaml.safe_load((DEPLOY / name).read_text())


def service(file: str, name: str) -> dict:
    """A service, with what it extends; mounts at one place replace each other."""
    said = compose(file)["services"][name]
    if "extends" not in said:
        return said
    base = service(said["extends"]["file"], said["extends"]["service"])
    mounts = {target_of(mount): mount for mount in [*base.get("volumes", []), *said.get("volumes", [])]}
    return {**base, **said, "volumes": list(mounts.values())}


def target_of(mount: dict | str) -> str:
    return mount["target"] if isinstance(mount, dict) else mount.split(":")[1]


def without_variables(text: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


class Made(unittest.TestCase):
    """What make-dev-certs.sh makes."""

    directory: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(tempfile.mkdtemp(prefix="quorate-certs-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.made = cls.directory / "dev"
        subprocess.run([MAKE, "--dir", cls.made], check=True, capture_output=True)


class Certificates(Made):
    def test_the_certificate_is_for_the_servers_and_nobody_else(self):
        for file, _ in PAIRS.items():
            for name in compose(file)["services"]:
                self.assertTrue(self.is_for(name), name)
        self.assertTrue(self.is_for("localhost"))
        self.assertFalse(self.is_for("quorate4"))

    def is_for(self, name: str) -> bool:
        done = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", name, "-CAfile",
                               self.made / "ca.pem", self.made / "servers/console.pem"], capture_output=True, check=False)
        return done.returncode == 0

    def test_servers_are_told_hashes_and_no_tokens(self):
        lines = (self.made / "servers/tokens").read_text().splitlines()
        self.assertEqual([line.split()[1] for line in lines], ["viewer", "operator", "admin"])
        for line in lines:
            name, role, digest, until = line.split()
            token = (self.made / f"{role}.token").read_text().strip()
            self.assertEqual(digest, hashlib.sha256(token.encode()).hexdigest(), name)
            self.assertGreaterEqual(len(token), 64)
            self.assertRegex(until, r"^\d{4}-\d\d-\d\d$")
            self.assertNotIn(token, "".join(lines))

    def test_prometheus_gets_no_more_than_it_needs(self):
        self.assertEqual({file.name for file in (self.made / "prometheus").iterdir()}, {"ca.pem", "viewer.token"})
        self.assertEqual({file.name for file in (self.made / "servers").iterdir()}, {"console.pem", "console.key", "tokens"})

    def test_others_on_the_machine_get_nothing(self):
        self.assertEqual(self.made.stat().st_mode & 0o777, 0o700)
        self.assertEqual((self.made / "ca.key").stat().st_mode & 0o777, 0o600)
        # Users of containers do.
        self.assertEqual((self.made / "servers/console.key").stat().st_mode & 0o777, 0o644)

    def test_what_is_there_is_not_overwritten(self):
        before = (self.made / "ca.pem").read_text()
        again = subprocess.run([MAKE, "--dir", self.made], capture_output=True, text=True, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is there already", again.stderr)
        self.assertEqual((self.made / "ca.pem").read_text(), before)

    def test_a_failure_leaves_nothing(self):
        for arguments in (["--days", "x"], ["--names", "a b"], ["--names", "a,,b"], ["--days", "0"], ["--what"], ["--dir"]):
            with self.subTest(arguments):
                done = subprocess.run([MAKE, "--dir", self.directory / "other", *arguments], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertEqual([file.name for file in self.directory.iterdir()], ["dev"])


class ComposeFiles(Made):
    def services(self):
        for file, (override, _) in PAIRS.items():
            for name in compose(override)["services"]:
                yield file, override, name, service(override, name)

    def test_every_server_is_opened_alike(self):
        for file, (override, _) in PAIRS.items():
            servers, opened = set(compose(file)["services"]), set(compose(override)["services"])
            self.assertEqual(opened, servers | OBSERVERS)
            for name in servers:
                environment = compose(override)["services"][name]["environment"]
                self.assertIn(name, environment["QUORATE_CONSOLE_NAMES"].split(","))
                self.assertEqual(set(environment), {f"QUORATE_CONSOLE_{word}" for word in (
                    "ADDRESS", "CERTIFICATE_FILE", "KEY_FILE", "TOKENS_FILE", "NAMES")})

    def test_consoles_are_closed_without_the_file(self):
        for file in PAIRS:
            self.assertNotIn("CONSOLE", (DEPLOY / file).read_text())

    def test_ports_are_published_to_this_machine_alone(self):
        for _, override, name, said in self.services():
            for port in said["ports"]:
                self.assertTrue(port.startswith("127.0.0.1:"), f"{override}: {name}: {port}")

    def test_what_is_mounted_is_there_and_stays_as_it_is(self):
        for _, override, name, said in self.services():
            for mount in said.get("volumes", []):
                with self.subTest(f"{override}: {name}: {mount}"):
                    if isinstance(mount, str):
                        self.assertIn(mount.split(":")[0], compose(override)["volumes"])
                        continue
                    self.assertTrue(mount["read_only"])
                    source = without_variables(mount["source"]).replace("./certs/dev", str(self.made))
                    self.assertTrue((DEPLOY / source).exists(), source)

    def test_files_that_are_named_are_mounted(self):
        configuration = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
        scrape = configuration["scrape_configs"][0]
        named = [scrape["tls_config"]["ca_file"], scrape["authorization"]["credentials_file"]]
        for file, (override, _) in PAIRS.items():
            for path in named:
                self.assertTrue(self.source_of(override, "prometheus", path).is_file(), path)
            for server in compose(file)["services"]:
                for key, path in compose(override)["services"][server]["environment"].items():
                    if key.endswith("_FILE"):
                        self.assertTrue(self.source_of(override, server, path).is_file(), path)
            self.assertTrue(self.source_of(override, "grafana", "/etc/grafana/dashboards/quorate.json").is_file())

    def source_of(self, override: str, name: str, path: str) -> Path:
        for mount in service(override, name)["volumes"]:
            if isinstance(mount, dict) and (path + "/").startswith(mount["target"] + "/"):
                source = without_variables(mount["source"]).replace("./certs/dev", str(self.made))
                return DEPLOY / source / path.removeprefix(mount["target"]).lstrip("/")
        raise AssertionError(f"nothing is mounted at {path} of {name}")

    def test_targets_are_the_servers(self):
        for file, (override, targets) in PAIRS.items():
            listed = yaml.safe_load((DEPLOY / "prometheus/targets" / targets).read_text())
            self.assertEqual(sorted(target for group in listed for target in group["targets"]),
                             sorted(f"{name}:8080" for name in compose(file)["services"]))
            mounted = self.source_of(override, "prometheus", "/etc/prometheus/targets/ensemble.yml")
            self.assertEqual(mounted.name, targets)

    def test_images_of_others_are_of_one_version_and_wait_to_be_asked_for(self):
        for _, override, name, said in self.services():
            if name in OBSERVERS:
                self.assertRegex(said["image"], r"^[\w/]+:v?\d+\.\d+\.\d+$", override)
                self.assertEqual(said["profiles"], ["observability"])


class Console(http.server.BaseHTTPRequestHandler):
    """A console that knows one token and one page."""

    token = ""
    page = ""

    def do_GET(self) -> None:  # The name that the library asks for.
        allowed = self.headers.get("Authorization") == f"Bearer {self.token}" and self.path == "/metrics"
        body = self.page.encode() if allowed else b""
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


class Scraped(Made):
    """Prometheus itself, with our configuration, at a console with our certificates."""

    def setUp(self) -> None:
        Console.token = (self.made / "viewer.token").read_text().strip()
        Console.page = sample_page()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.made / "servers/console.pem", self.made / "servers/console.key")
        self.console = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Console)
        self.console.socket = context.wrap_socket(self.console.socket, server_side=True)
        threading.Thread(target=self.console.serve_forever, daemon=True).start()
        self.addCleanup(self.console.server_close)
        self.addCleanup(self.console.shutdown)

    def start_prometheus(self) -> int:
        """With the compose file's mounts, moved to a directory of its own. Returns the port."""
        place = Path(tempfile.mkdtemp(prefix="quorate-prometheus-"))
        self.addCleanup(shutil.rmtree, place)
        configuration = (DEPLOY / "prometheus/prometheus.yml").read_text()
        (place / "prometheus.yml").write_text(configuration.replace("/etc/prometheus/", f"{place}/").replace("10s", "1s").replace("5s", "1s"))
        shutil.copy(DEPLOY / "prometheus/alerts.yml", place)
        shutil.copytree(self.made / "prometheus", place / "console")
        (place / "targets").mkdir()
        targets = (DEPLOY / "prometheus/targets/single.yml").read_text()
        (place / "targets/ensemble.yml").write_text(targets.replace("quorate:8080", f"localhost:{self.console.server_port}"))
        port = free_port()
        with (place / "log").open("w") as log:
            process = subprocess.Popen(["prometheus", f"--config.file={place}/prometheus.yml", f"--storage.tsdb.path={place}/tsdb",
                                        f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.process, self.log = process, place / "log"
        return port

    def ask(self, port: int, path: str) -> dict | list:
        """What Prometheus answers, once it is up."""
        deadline = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
                    return json.load(answer)["data"]
            except (OSError, socket.timeout) as error:
                self.assertIsNone(self.process.poll(), self.log.read_text())
                self.assertLess(time.monotonic(), deadline, f"{error}: {self.log.read_text()}")
                time.sleep(0.2)

    def result(self, port: int, query: str) -> list[dict]:
        return self.ask(port, f"query?query={query}")["result"]

    def test_it_gets_in_and_judges(self):
        port = self.start_prometheus()
        deadline = time.monotonic() + 300
        while not self.result(port, "ALERTS"):
            self.assertLess(time.monotonic(), deadline, self.ask(port, "targets"))
            time.sleep(0.2)

        up = self.result(port, "up")
        self.assertEqual([sample["value"][1] for sample in up], ["1"])
        self.assertEqual(up[0]["metric"]["ensemble"], "quorate")
        self.assertEqual(self.result(port, "quorate_znodes")[0]["value"][1], "1108")
        unhealthy = [rule["name"] for group in self.ask(port, "rules")["groups"] for rule in group["rules"] if rule["health"] == "err"]
        self.assertEqual(unhealthy, [])

    def test_it_stays_out_with_another_token(self):
        Console.token = "another"
        port = self.start_prometheus()
        deadline = time.monotonic() + 300
        while not (targets := self.ask(port, "targets")["activeTargets"]) or targets[0]["health"] == "unknown":
            self.assertLess(time.monotonic(), deadline, f"{targets} {self.log.read_text()}")
            time.sleep(0.2)
        self.assertEqual(targets[0]["health"], "down")
        self.assertIn("401", targets[0]["lastError"])


# What is imported or shared would be run too.
del Made

if __name__ == "__main__":
    unittest.main()
