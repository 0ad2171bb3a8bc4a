"""Hosts as containers of a Docker engine, started by compose as a user would."""
import itertools
import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

from engine import IMAGE, Engine, EngineError, docker
from hosts import CLIENT, Hosts

projects = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def compose_command() -> list[str]:
    """The engine's own compose, or the program that was there before it."""
    if docker("compose", "version", check=False).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose") is not None:
        return ["docker-compose"]
    raise EngineError("there is neither docker compose nor docker-compose")


class ContainerHosts(Hosts):
    def __init__(self, path: Path, engine: Engine):
        super().__init__(path)
        self.engine = engine
        self.project = f"quorate-test-{os.getpid()}-{next(projects)}"
        self.ports = {f"CLIENT_PORT_{number}": str(free_port()) for number in range(1, len(self.services) + 1)}
        self.compose_words = [*compose_command(), "-p", self.project, "-f", str(path)]

    def compose(self, *arguments: str) -> subprocess.CompletedProcess:
        done = subprocess.run([*self.compose_words, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, **self.ports, "CONTAINER_IMAGE": IMAGE}, timeout=600, check=False)
        if done.returncode != 0:
            raise AssertionError(f"compose {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    @property
    def network(self) -> str:
        return f"{self.project}_default"

    def container(self, name: str) -> str:
        if name == CLIENT:
            return f"{self.project}-client"
        found = docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}",
                       "--filter", f"label=com.docker.compose.service={name}").stdout.split()
        if len(found) != 1:
            raise AssertionError(f"service {name} has {len(found)} containers")
        return found[0]

    def state(self, name: str) -> dict:
        return json.loads(docker("inspect", "--format", "{{json .State}}", self.container(name)).stdout)

    def up(self) -> None:
        self.compose("up", "--detach", "--no-build")
        docker("run", "--detach", "--rm", "--name", self.container(CLIENT), "--network", self.network, "--no-healthcheck",
               "--entrypoint", "sleep", IMAGE, "infinity")

    def remove_client(self) -> None:
        docker("rm", "--force", "--volumes", self.container(CLIENT), check=False)

    def down(self) -> dict[str, int]:
        self.compose("stop")
        codes = {name: self.state(name)["ExitCode"] for name in self.names}
        self.last_logs = {name: self.log(name) for name in self.names}
        self.remove_client()
        self.compose("down")
        return codes

    def discard(self) -> None:
        self.remove_client()
        self.compose("down", "--volumes", "--timeout", "0")

    def kill(self, name: str) -> None:
        docker("kill", self.container(name))

    def stop(self, name: str) -> int:
        docker("stop", "--time", str(self.services[name].stop_seconds), self.container(name))
        return self.state(name)["ExitCode"]

    def crash(self, name: str) -> None:
        """Ends a server in a way that the engine has not been asked for."""
        pid = str(self.state(name)["Pid"])
        subprocess.run([*self.engine.beside, "kill", "-KILL", pid], check=True)

    def start(self, name: str) -> None:
        docker("start", self.container(name))

    def cut_off(self, name: str) -> None:
        docker("network", "disconnect", self.network, self.container(name))

    def reconnect(self, name: str) -> None:
        docker("network", "connect", "--alias", name, self.network, self.container(name))

    def is_running(self, name: str) -> bool:
        return self.state(name)["Running"]

    def is_healthy(self, name: str) -> bool:
        state = self.state(name)
        return state["Running"] and state["Health"]["Status"] == "healthy"

    def log(self, name: str) -> str:
        done = docker("logs", self.container(name))
        return done.stdout + done.stderr

    def run(self, host: str, *command: str) -> subprocess.CompletedProcess:
        return docker("exec", self.container(host), *command, check=False)
