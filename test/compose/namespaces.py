"""Hosts as namespaces of this machine: each with a network, an address, a host name and a root directory of its own.

Nothing of it is seen outside: the bridge too is in a namespace, mounts are private, and all goes with the processes that
hold the namespaces.
"""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from hosts import CLIENT, ROOT, Hosts, Service, image_environment, image_user, wait_until

PROGRAMS = Path(os.environ.get("QUORATE_TEST_BIN", ROOT / "build/release/bin"))

# The root of a host: the machine's programs and settings, the image's directories, nothing else; only the volumes and what
# is in memory can be written. Run in the namespaces of the host.
MAKE_ROOT = r"""
root=$1 home=$2 programs=$3 config=$4
shift 4
mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
mkdir "$root"/{conf,etc,proc,dev,usr}
mount --rbind /usr "$root/usr"
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L /$name ]; then
    cp -P /$name "$root/$name"
  elif [ -d /$name ]; then
    mkdir "$root/$name" && mount --rbind /$name "$root/$name"
  fi
done
mount --rbind /etc "$root/etc"
mount --bind "$home/hosts" "$root/etc/hosts"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$programs" "$root/usr/local/bin"
cp "$config" "$root/conf/zoo.cfg"
for volume in "$@"; do # SOURCE:TARGET
  mkdir -p "$root/${volume##*:}"
  mount --bind "${volume%%:*}" "$root/${volume##*:}"
done
for made in etc usr usr/local/bin .; do
  mount -o remount,bind,ro "$root/$made"
done
ip link set lo up
"""


def refusal() -> str | None:
    """Why this machine makes no such namespaces, if it doesn't."""
    for tool in ("unshare", "nsenter", "setpriv", "ip"):
        if shutil.which(tool) is None:
            return f"there is no program {tool}"
    tried = subprocess.run(["unshare", "--net", "--mount", "--uts", "bash", "-euc",
                            "mount -t tmpfs x /mnt; ip link add type veth; ip link add x type bridge"],
                           capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"namespaces cannot be made: {tried.stderr.strip()}"


class Namespaces:
    """A process that holds namespaces open, for others to enter."""

    def __init__(self, *kinds: str):
        self.kinds = kinds
        # If this program dies, so does the process, and with it the namespaces.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", *kinds, "sleep", "infinity"])
        wait_until(lambda: os.readlink(f"/proc/{self.process.pid}/ns/net") != os.readlink("/proc/self/ns/net"),
                   lambda: "the namespaces are not entered")

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.process.pid), *self.kinds, "--", *command]

    def do(self, *command: str) -> None:
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


class NamespaceHosts(Hosts):
    def __init__(self, path: Path):
        super().__init__(path)
        self.directory = Path(tempfile.mkdtemp(prefix="quorate-hosts-"))
        # Users that are not root look up their volumes in there.
        self.directory.chmod(0o755)
        self.root = self.directory / "root"
        self.root.mkdir()
        self.switch: Namespaces | None = None
        self.hosts: dict[str, Namespaces] = {}
        self.addresses: dict[str, str] = {}
        self.addresses_given = 0
        self.servers: dict[str, subprocess.Popen] = {}

    # ---- Hosts and their network.

    def home(self, name: str) -> Path:
        return self.directory / name

    def make_host(self, name: str, volumes: dict[str, str]) -> None:
        self.home(name).mkdir(exist_ok=True)
        (self.home(name) / "hosts").touch()
        mounts = []
        for target, volume in volumes.items():
            source = self.directory / f"volume-{volume}"
            if not source.exists():
                source.mkdir(mode=0o750)
                os.chown(source, *image_user())
            mounts.append(f"{source}:{target}")
        host = Namespaces("--net", "--mount", "--uts")
        self.hosts[name] = host
        host.do("hostname", self.services[name].hostname if name in self.services else name)
        host.do("bash", "-euc", MAKE_ROOT, "make_root", str(self.root), str(self.home(name)), str(PROGRAMS),
                str(ROOT / "deploy/image.cfg"), *mounts)
        link = f"to-{name}"
        self.switch.do("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(host.process.pid))
        self.switch.do("ip", "link", "set", link, "master", "bridge0", "up")
        self.give_address(name)

    def give_address(self, name: str) -> None:
        """Addresses are never given twice, as a reminder that nobody may rely on them."""
        self.addresses_given += 1
        self.addresses[name] = f"10.77.0.{self.addresses_given}"
        self.hosts[name].do("ip", "address", "flush", "dev", "eth0")
        self.hosts[name].do("ip", "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        self.hosts[name].do("ip", "link", "set", "eth0", "up")
        self.name_all()

    def name_all(self) -> None:
        """Tells all hosts where the others are. The files are mounted, so they are written in place."""
        lines = "127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in self.addresses.items())
        for name in self.hosts:
            (self.home(name) / "hosts").write_text(lines)

    def run(self, host: str, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.on_host(host, *command), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=120, check=False)

    def on_host(self, name: str, *command: str) -> list[str]:
        """A command as the image's user, without any privilege."""
        user, group = image_user()
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **image_environment()}
        if name in self.services:
            environment |= self.services[name].environment
        variables = [f"{key}={value}" for key, value in environment.items()]
        return self.hosts[name].inside(
            "chroot", str(self.root), "setpriv", "--reuid", str(user), "--regid", str(group), "--clear-groups",
            "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", "env", "-i", *variables, *command)

    # ---- Servers.

    def up(self) -> None:
        self.switch = Namespaces("--net")
        self.switch.do("ip", "link", "add", "bridge0", "type", "bridge")
        self.switch.do("ip", "link", "set", "bridge0", "up")
        self.make_host(CLIENT, {})
        for service in self.services.values():
            self.make_host(service.name, service.volumes)
        for name in self.names:
            self.start(name)

    def down(self) -> dict[str, int]:
        for server in self.servers.values():
            server.send_signal(signal.SIGTERM)
        codes = {name: self.code_of(self.services[name], server) for name, server in self.servers.items()}
        self.last_logs = {name: self.log(name) for name in self.names}
        self.forget()
        return codes

    @staticmethod
    def code_of(service: Service, server: subprocess.Popen) -> int:
        """As an engine does it: who takes too long is killed."""
        try:
            return server.wait(service.stop_seconds)
        except subprocess.TimeoutExpired:
            server.kill()
            return server.wait()

    def discard(self) -> None:
        for server in self.servers.values():
            server.kill()
            server.wait()
        self.forget()
        shutil.rmtree(self.directory, ignore_errors=True)

    def forget(self) -> None:
        """Ends all that holds namespaces."""
        self.servers.clear()
        for holder in [*self.hosts.values(), *([self.switch] if self.switch else [])]:
            holder.end()
        self.hosts.clear()
        self.addresses.clear()
        self.switch = None

    def start(self, name: str) -> None:
        # What is run is the server itself, not a child: it gets the signals.
        with (self.home(name) / "log").open("ab") as log:
            self.servers[name] = subprocess.Popen(self.on_host(name, "quorated"), stdin=subprocess.DEVNULL, stdout=log,
                                                  stderr=log)

    def stop(self, name: str) -> int:
        self.servers[name].send_signal(signal.SIGTERM)
        return self.code_of(self.services[name], self.servers[name])

    def kill(self, name: str) -> None:
        self.servers[name].kill()
        self.servers[name].wait()

    def is_running(self, name: str) -> bool:
        return name in self.servers and self.servers[name].poll() is None

    def is_healthy(self, name: str) -> bool:
        return self.is_running(name) and self.run(name, *self.services[name].health_check).returncode == 0

    def log(self, name: str) -> str:
        log = self.home(name) / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def cut_off(self, name: str) -> None:
        # Its name still leads where it was, as with resolvers that remember.
        self.switch.do("ip", "link", "set", f"to-{name}", "down")

    def reconnect(self, name: str) -> None:
        self.switch.do("ip", "link", "set", f"to-{name}", "up")
        self.give_address(name)
