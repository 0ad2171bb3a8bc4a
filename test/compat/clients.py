"""The clients: whose they are, what they need, and the programs in which they act."""
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from servers import ROOT

HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build/compat"
Programs = list[list[str]]


@dataclass(frozen=True)
class Client:
    name: str
    what: str  # For the page.
    version: Callable[[], str]
    programs: Callable[[], Programs]  # Built, where that is needed; each takes the endpoint and the tunnel's order port.


class Unavailable(Exception):
    """What a client needs cannot be had."""


def run(*command: str | Path, **options) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def package_version(name: str) -> str:
    """The upstream version of a Debian package."""
    version = run("dpkg-query", "-W", "-f", "${Version}", name)
    return re.sub(r"^\d+:|[-+].*$", "", version)


# Debian's packages belong to Debian's interpreter.
PYTHON = "/usr/bin/python3"


def kazoo_programs(python: str | Path) -> Programs:
    return [[str(python), str(HERE / "kazoo_client" / f"{name}.py")] for name in ("operations", "sessions", "recipes")]


CLIENTS = [
    Client("kazoo", "kazoo, for Python, of Debian", lambda: package_version("python3-kazoo"), lambda: kazoo_programs(PYTHON)),
]
