"""What the console's tests share: a Node that its tools run on, and a copy of the page to build."""
import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build/console"
# The tools need this; Debian's Node is older.
NODE_AT_LEAST = (22, 12)
NODE = "node@22.23.3"


def npm(*words: str, cwd: Path, path: str | None = None, timeout: float = 600) -> subprocess.CompletedProcess:
    return command("npm", *words, cwd=cwd, path=path, timeout=timeout)


def command(*words: str, cwd: Path, path: str | None = None, timeout: float = 900,
            environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """Runs a command; what it said is in `stdout`, errors too."""
    places = os.environ["PATH"] if path is None else f"{path}:{os.environ['PATH']}"
    return subprocess.run(words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=timeout, check=False, env={**os.environ, "PATH": places, **(environment or {})})


def version_of(node: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    return tuple(int(part) for part in said.strip().lstrip("v").split(".") if part.isdigit()) or (0,)


@functools.cache
def node_folder() -> str:
    """Where a node is that is new enough: the system's, or one from npm, kept below build/."""
    system = shutil.which("node")
    if system and version_of(system) >= NODE_AT_LEAST:
        return str(Path(system).parent)
    home = WORK / "node"
    found = home / "node_modules/node/bin"
    if version_of(str(found / "node")) < NODE_AT_LEAST:
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}\n')
        installed = npm("install", "--no-save", "--no-audit", "--no-fund", NODE, cwd=home)
        if version_of(str(found / "node")) < NODE_AT_LEAST:
            raise AssertionError(f"no node of {NODE_AT_LEAST} or newer:\n{installed.stdout}")
    return str(found)


@functools.cache
def built_copy() -> tuple[Path, str]:
    """A copy of the page in another directory, with its packages, checked and built; and what that said."""
    copy = WORK / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "console", copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    installed = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=copy, path=node_folder())
    if installed.returncode != 0:
        raise AssertionError(f"npm ci:\n{installed.stdout}")
    checked = npm("run", "check", cwd=copy, path=node_folder())
    if checked.returncode != 0:
        raise AssertionError(f"npm run check:\n{checked.stdout}")
    return copy, checked.stdout
