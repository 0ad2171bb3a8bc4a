"""The compose files' servers in containers: the image, the files, and what only an engine does."""
import os
import re
import subprocess
import unittest
from pathlib import Path

from containers import ContainerHosts
from engine import Engine, build_image, find_engine
from hosts import CLIENT, ROOT, THREE, Hosts, image_user, wait_until
from namespaces import PROGRAMS
from scenario import OneServer, ThreeServers

engine: Engine


def setUpModule() -> None:
    global engine
    engine = find_engine()
    unittest.addModuleCleanup(engine.discard)
    build_image(engine, None if os.environ.get("QUORATE_TEST_IMAGE") == "full" else PROGRAMS)
    engine.ready_to_run()


class InContainers:
    hosts: ContainerHosts

    @classmethod
    def make_hosts(cls, path: Path) -> Hosts:
        return ContainerHosts(path, engine)

    def test_compose_accepts_the_file(self):
        self.hosts.compose("config", "--quiet")

    def test_compose_accepts_the_file_that_opens_the_consoles(self):
        opens = self.hosts.path.with_suffix(".console.yml")
        self.hosts.compose("-f", str(opens), "--profile", "observability", "config", "--quiet")

    def test_the_machine_reaches_the_published_ports(self):
        self.hosts.quorate(CLIENT, "create", "/published", "hello")
        for port in self.hosts.ports.values():
            done = subprocess.run([*engine.beside, str(PROGRAMS / "quorate"), "--endpoints", f"127.0.0.1:{port}", "get",
                                   "/published"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
            self.assertEqual(done.stdout, "hello\n", done.stderr)


class ThreeInContainers(InContainers, ThreeServers):
    def test_a_server_has_no_privileges(self):
        name = self.hosts.names[0]
        status = dict(line.split(":\t", 1) for line in self.hosts.run(name, "cat", "/proc/1/status").stdout.splitlines()
                      if ":\t" in line)

        self.assertEqual(status["Uid"].split(), [str(image_user()[0])] * 4)
        self.assertEqual(status["Gid"].split(), [str(image_user()[1])] * 4)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        self.assertEqual(status["NoNewPrivs"], "1")

    def test_a_server_writes_to_its_volumes_alone(self):
        name = self.hosts.names[0]
        for place in ("/", "/usr/local/bin", "/conf", "/tmp"):
            done = self.hosts.run(name, "touch", f"{place}/written")
            self.assertNotEqual(done.returncode, 0, f"{place} can be written")
            self.assertRegex(done.stderr, "Read-only file system|Permission denied")
        for place in ("/data", "/datalog"):
            self.assertNotEqual(self.hosts.run(name, "ls", place).stdout, "", f"nothing is in {place}")

    def test_a_server_that_crashes_is_started_again(self):
        writer = self.writing()
        name = self.hosts.names[1]
        before = self.hosts.state(name)["StartedAt"]

        self.hosts.crash(name)

        wait_until(lambda: self.hosts.is_running(name) and self.hosts.state(name)["StartedAt"] != before,
                   lambda: f"{name} stays down:\n{self.hosts.tails()}")
        self.hosts.wait_until_healthy()
        self.check_all_hold(writer.finish())


class OneInContainers(InContainers, OneServer):
    pass


class ThePage(unittest.TestCase):
    """docs/operations.md says how to run the compose file: its commands do what they say."""

    def commands(self) -> list[str]:
        section = re.search(r"^## In containers\n(.*?)^## ", (ROOT / "docs/operations.md").read_text(), re.S | re.M).group(1)
        return re.findall(r"^\$ (.*)$", re.search(r"```console\n(.*?)```", section, re.S).group(1), re.M)

    def test_its_commands_run(self):
        hosts = ContainerHosts(THREE, engine)
        self.addCleanup(hosts.discard)
        build, *others = self.commands()
        self.assertEqual(build, "docker build -f deploy/Dockerfile -t quorate .")
        start = "docker compose -f deploy/docker-compose.yml "
        outputs = []
        for command in others:
            self.assertTrue(command.startswith(start), command)
            outputs.append(hosts.compose(*command.removeprefix(start).split()).stdout)
            if command.endswith("up -d"):
                hosts.wait_until_healthy()
        self.assertIn("hello\n", outputs)
        self.assertGreater(len(others), 5)


# What is imported would be run too.
del ThreeServers, OneServer

if __name__ == "__main__":
    unittest.main()
