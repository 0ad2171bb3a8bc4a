"""Servers on hosts of their own, as a compose file describes them.

One interface with two implementations: containers of a Docker engine (containers.py), and processes in network namespaces
(namespaces.py), for machines without an engine.
"""
import re
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import yaml

ROOT = Path(__file__).resolve().parents[2]
THREE = ROOT / "deploy/docker-compose.yml"
SINGLE = ROOT / "deploy/docker-compose.single.yml"
DOCKERFILE = ROOT / "deploy/Dockerfile"

# A host beside the servers, for those who use them.
CLIENT = "client"
# Machines that test are busy, and engines start a process for each command.
PATIENCE = 180


def with_defaults(value: str) -> str:
    """What compose makes of `${NAME:-default}` when nothing is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


@dataclass(frozen=True)
class Service:
    """What a compose file says of one server."""

    name: str
    hostname: str
    environment: dict[str, str]
    health_check: list[str]
    volumes: dict[str, str]  # Directory in the container, name of the volume.
    stop_seconds: int


def services_of(path: Path) -> list[Service]:
    """The services of a compose file; what is not understood here is an error, so that nothing goes untested."""
    content = yaml.safe_load(path.read_text())
    services = []
    for name, said in content["services"].items():
        check = said["healthcheck"]["test"]
        if check[0] != "CMD":
            raise ValueError(f"{name}: a health check that is not a plain command: {check}")
        services.append(Service(
            name=name,
            hostname=said["hostname"],
            environment={key: with_defaults(str(value)) for key, value in said["environment"].items()},
            health_check=check[1:],
            volumes={target: volume for volume, target in (line.split(":") for line in said["volumes"])},
            stop_seconds=int(said["stop_grace_period"].removesuffix("s"))))
    return services


def image_environment() -> dict[str, str]:
    """The variables that the image sets for every container."""
    lines = re.findall(r"^ENV (\w+)=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)
    return dict(lines)


def image_user() -> tuple[int, int]:
    user, group = re.search(r"^USER (\d+):(\d+)$", DOCKERFILE.read_text(), re.MULTILINE).groups()
    return int(user), int(group)


def wait_until(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """Fails with `what` when the condition does not come true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what())
        time.sleep(0.1)


class Hosts(ABC):
    """The services of one compose file, and the host CLIENT beside them."""

    def __init__(self, path: Path):
        self.path = path
        self.services = {service.name: service for service in services_of(path)}
        self.last_logs: dict[str, str] = {}  # Of each server, up to the last down().

    @property
    def names(self) -> list[str]:
        return list(self.services)

    @property
    def endpoints(self) -> str:
        """All servers, by the names that the network gives them."""
        return ",".join(f"{name}:2181" for name in self.names)

    @abstractmethod
    def up(self) -> None:
        """Starts all servers, on the volumes that are there."""

    @abstractmethod
    def down(self) -> dict[str, int]:
        """Stops all servers in order and removes all but the volumes. Returns the exit codes, and keeps the logs."""

    @abstractmethod
    def discard(self) -> None:
        """Removes everything, whatever state it is in."""

    @abstractmethod
    def kill(self, name: str) -> None:
        """Ends a server without warning; it stays down."""

    @abstractmethod
    def stop(self, name: str) -> int:
        """Stops a server in order; it stays down. Returns the exit code."""

    @abstractmethod
    def start(self, name: str) -> None:
        """Starts a server that is down, on the same volumes."""

    @abstractmethod
    def cut_off(self, name: str) -> None:
        """Takes a server off the network; its connections get no word of it."""

    @abstractmethod
    def reconnect(self, name: str) -> None:
        """Puts it back, with another address."""

    @abstractmethod
    def is_running(self, name: str) -> bool: ...

    @abstractmethod
    def is_healthy(self, name: str) -> bool:
        """What the health check of the compose file says."""

    @abstractmethod
    def log(self, name: str) -> str: ...

    @abstractmethod
    def run(self, host: str, *command: str) -> subprocess.CompletedProcess:
        """Runs a command on a server's host or on CLIENT; output as text, no check."""

    def quorate(self, host: str, *arguments: str, endpoints: str | None = None, timeout: str = "10s",
                check: bool = True) -> subprocess.CompletedProcess:
        """The command line, by default with all servers named."""
        done = self.run(host, "quorate", "--endpoints", endpoints or self.endpoints, "--timeout", timeout, *arguments)
        if check and done.returncode != 0:
            raise AssertionError(f"quorate {' '.join(arguments)} on {host} ended with {done.returncode}:\n"
                                 f"{done.stdout}{done.stderr}\n{self.tails()}")
        return done

    def tails(self, logs: dict[str, str] | None = None) -> str:
        """The ends of all logs, now or as they were kept."""
        logs = logs or {name: self.log(name) for name in self.names}
        return "\n".join(f"---- {name}\n" + "\n".join(log.splitlines()[-15:]) for name, log in logs.items())

    def wait_until_healthy(self, *names: str) -> None:
        for name in names or self.names:
            wait_until(lambda name=name: self.is_healthy(name), lambda name=name: f"{name} is not healthy:\n{self.tails()}")

    def leader(self, among: list[str] | None = None) -> str:
        """Who said last that it leads, of those that run."""
        found: list[tuple[int, str]] = []

        def somebody_leads() -> bool:
            found.clear()
            for name in among or self.names:
                said = [line for line in self.log(name).splitlines()
                        if re.search(r" (leading|following|looking) ", line)] if self.is_running(name) else []
                if said and " leading " in said[-1]:
                    found.append((int(re.search(r"epoch=(\d+)", said[-1]).group(1)), name))
            return bool(found)

        wait_until(somebody_leads, lambda: f"nobody leads:\n{self.tails()}")
        return max(found)[1]
