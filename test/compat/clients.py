"""The clients: whose they are, what they need, and the programs in which they act."""
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from servers import JARS, JVM, ROOT

HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build/compat"
Programs = list[list[str]]


@dataclass(frozen=True)
class Client:
    name: str
    what: str  # For the page.
    version: Callable[[], str]
    # Built, where that is needed. Each takes the tunnel's endpoint, its order port, and the server's own endpoint; or those of
    # an ensemble, the order port, and the followers.
    programs: Callable[[], Programs]
    at_ensembles: bool = False


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


NEWER_KAZOO = "2.11.0"


def kazoo_programs(*python: str) -> Programs:
    return [[*python, str(HERE / "kazoo_client" / f"{name}.py")] for name in ("operations", "sessions", "recipes")]


def newer_kazoo_programs() -> Programs:
    folder = BUILD / f"kazoo-{NEWER_KAZOO}"
    if not (folder / "kazoo").exists():
        run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, f"kazoo=={NEWER_KAZOO}")
    return kazoo_programs("/usr/bin/env", f"PYTHONPATH={folder}", PYTHON)


def debian_jars(*jars: str) -> str:
    return ":".join(str(JARS / jar) for jar in ("zookeeper.jar", "zookeeper-jute.jar", "slf4j-simple.jar", *jars))


def java_programs(folder: str, *more: Path, classpath: str = debian_jars(), build: Path = BUILD) -> Programs:
    """The main program of a folder of sources, and of more of them."""
    classes = build / folder
    sources = [*sorted((HERE / folder).glob("*.java")), *more]
    if not up_to_date(classes / "Main.class", sources):
        run("javac", "-d", classes, "-cp", classpath, *sources)
    return [["java", *JVM, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{classes}:{classpath}", "Main"]]


def node_folder() -> Path:
    """Where the sources stand beside the libraries that npm installs."""
    folder = BUILD / "node_client"
    folder.mkdir(parents=True, exist_ok=True)
    sources = [source for source in (HERE / "node_client").iterdir() if source.is_file()]
    installed = folder / "node_modules/.package-lock.json"
    fresh = up_to_date(installed, [source for source in sources if source.suffix == ".json"])
    for source in sources:
        shutil.copyfile(source, folder / source.name)
    if not fresh:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    return folder


def node_programs(*names: str) -> Programs:
    return [["node", str(node_folder() / f"{name}.mjs")] for name in names]


def npm_version(name: str) -> str:
    return json.loads((HERE / "node_client/package.json").read_text())["dependencies"][name]


def go_programs() -> Programs:
    program = BUILD / "go_client"
    sources = sorted((HERE / "go_client").iterdir())
    if not up_to_date(program, sources):
        own = {"GOCACHE": str(BUILD / "go-cache"), "GOMODCACHE": str(BUILD / "go-modules"), "GOTOOLCHAIN": "local",
               "GOFLAGS": "-mod=readonly -modcacherw"}
        run("go", "build", "-o", program, ".", cwd=HERE / "go_client", env={**os.environ, **own})
    return [[str(program)]]


def go_version() -> str:
    return re.search(r"go-zookeeper/zk v(\S+)", (HERE / "go_client/go.mod").read_text()).group(1)


def c_programs() -> Programs:
    program = BUILD / "c_client"
    sources = sorted((HERE / "c_client").iterdir())
    if not up_to_date(program, sources):
        BUILD.mkdir(parents=True, exist_ok=True)
        run("g++", "-std=c++20", "-Wall", "-Wextra", "-DTHREADED", "-o", program, *(HERE / "c_client").glob("*.cc"), "-lzookeeper_mt")
    return [[str(program)]]


def election_programs() -> Programs:
    """Two candidates in Python start the one in Java."""
    return [[PYTHON, str(HERE / "election_client/run.py"), *java_programs("election_client")[0]]]


def ensemble_programs() -> Programs:
    """In Python, which starts the one in Java to stop it, and in Java."""
    java = java_programs("ensemble_client", HERE / "java_client/Steps.java")[0]
    return [[PYTHON, str(HERE / "ensemble_client/run.py"), *java], java]


def up_to_date(made: Path, sources: list[Path]) -> bool:
    return made.exists() and made.stat().st_mtime > max(source.stat().st_mtime for source in sources)


CLIENTS = [
    Client("kazoo", "kazoo, for Python, of Debian", lambda: package_version("python3-kazoo"), lambda: kazoo_programs(PYTHON)),
    Client("kazoo-newer", "the same, of PyPI", lambda: NEWER_KAZOO, newer_kazoo_programs),
    Client("java", "ZooKeeper's own client for Java, of Debian", lambda: package_version("libzookeeper-java"),
           lambda: java_programs("java_client")),
    Client("c", "ZooKeeper's own client for C, of Debian", lambda: package_version("libzookeeper-mt2"), c_programs),
    Client("curator", "Curator's recipes, for Java, of Debian", lambda: package_version("libcurator-recipes-java"),
           lambda: java_programs("curator_client", classpath=debian_jars(
               "curator-client.jar", "curator-framework.jar", "curator-recipes.jar", "curator-x-discovery.jar", "guava.jar"))),
    Client("node", "node-zookeeper-client, for Node.js, of npm", lambda: npm_version("node-zookeeper-client"),
           lambda: node_programs("operations")),
    Client("dubbo", "the registry of dubbo2.js, a consumer of Dubbo's services, of npm", lambda: npm_version("dubbo2.js"),
           lambda: node_programs("dubbo")),
    Client("go", "go-zookeeper/zk, a Go module", go_version, go_programs),
    Client("election", "candidates in Python (kazoo) and Java in one election", lambda: package_version("python3-kazoo"), election_programs),
    Client("ensemble", "kazoo and the client for Java at ensembles of three, whose servers are killed",
           lambda: package_version("libzookeeper-java"), ensemble_programs, at_ensembles=True),
    Client("words", "four-letter words, as monitoring sends them", lambda: package_version("zookeeper"),
           lambda: [[PYTHON, str(HERE / "words_client/run.py")]]),
    Client("zkcli", "`zkCli.sh`, ZooKeeper's shell, of Debian", lambda: package_version("zookeeper"),
           lambda: [[PYTHON, str(HERE / "zkcli_client/run.py")]]),
]
