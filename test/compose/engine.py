"""A Docker engine for the tests: the machine's own, or one that is started by hand and leaves nothing running.

The one started by hand lives in a network namespace, so that no bridge, route or packet filter of the machine changes, and
keeps its images in build/containers. While images are built it shares the machine's network instead, for the packages.
"""
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hosts import ROOT

STATE = ROOT / "build/containers"
BASE = "debian:bookworm-slim"
IMAGE = "quorate-under-test"
START_SECONDS = 120


class EngineError(Exception):
    """Why there is no engine, or no image."""


def docker(*arguments: str, check: bool = True, timeout: float = 300, **options) -> subprocess.CompletedProcess:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout, check=False,
                          **{"stdin": subprocess.DEVNULL, **options})
    if check and done.returncode != 0:
        raise EngineError(f"docker {' '.join(arguments[:4])} ended with {done.returncode}:\n"
                          f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def answers() -> bool:
    return shutil.which("docker") is not None and docker("info", check=False, timeout=60).returncode == 0


class Engine:
    """The machine's own engine."""

    # What runs a command where the engine publishes ports and counts processes.
    beside: list[str] = []

    def build(self, *arguments: str) -> None:
        """`docker build`, its output going where ours goes."""
        done = subprocess.run(["docker", "build", *arguments], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            raise EngineError(f"docker build {' '.join(arguments)} ended with {done.returncode}")

    def ready_to_run(self) -> None:
        """Before containers are started."""

    def discard(self) -> None:
        """Leaves nothing running that was not there before."""


class OwnEngine(Engine):
    """dockerd as a child of this program."""

    def __init__(self):
        if os.geteuid() != 0:
            raise EngineError("no engine answers, and only root can start one")
        missing = [tool for tool in ("dockerd", "docker", "debootstrap", "unshare", "nsenter", "ip", "iptables")
                   if shutil.which(tool) is None]
        if missing:
            raise EngineError(f"no engine answers, and to start one these are missing: {', '.join(missing)}")
        STATE.mkdir(parents=True, exist_ok=True)
        # Sockets have short paths.
        self.run_directory = Path(tempfile.mkdtemp(prefix="quorate-engine-"))
        self.daemon: subprocess.Popen | None = None
        os.environ["DOCKER_HOST"] = f"unix://{self.run_directory}/docker.sock"
        # The newer builder is a program of its own, which Debian's package lacks.
        os.environ["DOCKER_BUILDKIT"] = "0"
        # Nobody may be given more descriptors than whoever starts the engine has.
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if limit != resource.RLIM_INFINITY:
            os.environ["CONTAINER_NOFILE"] = str(min(limit, 65536))

    @property
    def log(self) -> Path:
        return STATE / "dockerd.log"

    def start(self, apart: bool) -> None:
        """Starts the daemon; `apart`: in a network namespace, with bridges. Otherwise it has the machine's network and only
        containers that share it."""
        self.stop()
        failures = []
        for driver in ("overlay2", "vfs"):
            if self.try_start(apart, driver):
                return
            failures.append(f"with {driver}: " + "\n".join(self.log.read_text(errors="replace").splitlines()[-4:]))
        raise EngineError("dockerd does not start:\n" + "\n".join(failures))

    def try_start(self, apart: bool, driver: str) -> bool:
        # With the first process of the namespace everything ends that it has started.
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        daemon = ["dockerd", "--host", os.environ["DOCKER_HOST"], "--data-root", str(STATE / "data"),
                  "--exec-root", str(self.run_directory / "exec"), "--pidfile", str(self.run_directory / "pid"),
                  "--storage-driver", driver, "--oom-score-adjust", "0", "--log-level", "warn"]
        if apart:
            command = [*namespaces, "--net", "bash", "-c", 'ip link set lo up; exec "$@"', "bash", *daemon]
        else:
            command = [*namespaces, *daemon, "--bridge", "none", "--iptables=false", "--ip-forward=false"]
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while self.daemon.poll() is None and time.monotonic() < deadline:
            if answers():
                return True
            time.sleep(0.2)
        self.stop()
        return False

    @property
    def beside(self) -> list[str]:
        return ["nsenter", "--target", str(self.child()), "--net", "--pid", "--"]

    def child(self) -> int:
        """dockerd, whose parent made the namespaces."""
        pid = self.daemon.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def stop(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            try:
                os.kill(self.child(), 15)
                self.daemon.wait(60)
            except (IndexError, ProcessLookupError, subprocess.TimeoutExpired):
                self.daemon.kill()
                self.daemon.wait()
        self.daemon = None

    def discard(self) -> None:
        self.stop()
        shutil.rmtree(self.run_directory, ignore_errors=True)

    def build(self, *arguments: str) -> None:
        self.start(apart=False)
        self.make_base()
        super().build("--network", "host", *arguments)

    def make_base(self) -> None:
        """Debian's base image, made of its packages: no registry of images is asked."""
        if docker("image", "inspect", BASE, check=False).returncode == 0:
            return
        tree = STATE / "bookworm"
        shutil.rmtree(tree, ignore_errors=True)
        # What it mounts goes with its namespace.
        made = subprocess.run(["unshare", "--mount", "debootstrap", "--variant=minbase", "bookworm", str(tree)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if made.returncode != 0:
            raise EngineError(f"debootstrap ended with {made.returncode}:\n{made.stdout[-3000:]}")
        with subprocess.Popen(["tar", "-C", str(tree), "-c", "."], stdout=subprocess.PIPE) as tar:
            docker("import", "-", BASE, stdin=tar.stdout)
        shutil.rmtree(tree)

    def ready_to_run(self) -> None:
        self.start(apart=True)
        # What a run left behind that was ended from outside.
        left = docker("ps", "--all", "--quiet").stdout.split()
        if left:
            docker("rm", "--force", "--volumes", *left)
        docker("network", "prune", "--force")
        docker("volume", "prune", "--force")


def find_engine() -> Engine:
    """Raises EngineError where there is none and none can be started."""
    if answers():
        return Engine()
    engine = OwnEngine()
    try:
        engine.start(apart=True)
    except EngineError:
        engine.discard()
        raise
    return engine


def build_image(engine: Engine, programs: Path | None) -> None:
    """From these programs, or, with None, all from the sources."""
    if programs is None:
        engine.build("-f", str(ROOT / "deploy/Dockerfile"), "-t", IMAGE, str(ROOT))
        return
    # A context that holds just what this takes: the programs may lie anywhere.
    with tempfile.TemporaryDirectory(prefix="quorate-context-") as context:
        shutil.copytree(ROOT / "deploy", Path(context) / "deploy")
        target = Path(context) / "build/release/bin"
        target.mkdir(parents=True)
        for name in ("quorated", "quorate"):
            shutil.copy(programs / name, target)
        engine.build("-f", f"{context}/deploy/Dockerfile", "--build-arg", "PROGRAMS=prebuilt", "-t", IMAGE, context)


if __name__ == "__main__":
    # Whether there can be one; why not, otherwise.
    try:
        find_engine().discard()
    except EngineError as error:
        sys.exit(str(error))
