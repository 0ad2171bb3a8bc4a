"""What the servers of an ensemble talk through: real network namespaces, or proxies where there are none.

Both can cut one direction between two servers. Namespaces can take a server's link down; proxies can make links slow, and stand between
clients and servers too.
"""
import os
import subprocess

import places  # noqa: F401
from proxy import Proxies, Proxy, Way
from support import free_ports

CLIENT_PORT, QUORUM_PORT, ELECTION_PORT = 2181, 2888, 3888


def unshare() -> list[str]:
    """How a program gets a network of its own: as root, or as root of a user namespace."""
    return ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]


def why_no_namespaces() -> str | None:
    """None where bridges and namespaces can be made."""
    script = "ip link add br0 type bridge && ip link add v0 type veth peer name v1 && unshare --net true"
    try:
        done = subprocess.run([*unshare(), "sh", "-c", script], capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip() or f"exit code {done.returncode}")


class Namespaces:
    """Each server in a network namespace of its own, all on one bridge; clients sit at the bridge.

    REQUIRES: the process has a network namespace of its own (see unshare()), which ends with it.

    A direction is cut by giving the sender a wrong hardware address for the receiver: its packets leave and nobody takes them, and
    neither side is told, as with a broken switch."""

    name = "namespaces"
    has_proxies = False

    def __init__(self, count: int):
        self.numbers = range(1, count + 1)
        ip("link", "set", "lo", "up")
        ip("link", "add", "bridge0", "type", "bridge")
        ip("link", "set", "bridge0", "address", hardware(254), "up")
        ip("addr", "add", f"{self.host(254)}/24", "dev", "bridge0")
        # Each ends when this process does, and takes its namespace along.
        self.holders = {number: subprocess.Popen([*unshare()[:1], "--net", "cat"], stdin=subprocess.PIPE,
                                                 stdout=subprocess.PIPE) for number in self.numbers}
        for holder in self.holders.values():
            # `cat` answers when it runs, and then the namespace is there.
            holder.stdin.write(b"\n")
            holder.stdin.flush()
            holder.stdout.readline()
        for number in self.numbers:
            self.plug_in(number)
        for number in self.numbers:
            ip("neigh", "replace", self.host(number), "lladdr", hardware(number), "nud", "permanent", "dev", "bridge0")
        self.heal()

    def plug_in(self, number: int) -> None:
        ip("link", "add", f"veth{number}", "type", "veth", "peer", "name", "eth0", "netns", str(self.holders[number].pid))
        ip("link", "set", f"veth{number}", "master", "bridge0", "up")
        inside = self.under(number)
        ip("link", "set", "lo", "up", under=inside)
        ip("link", "set", "eth0", "address", hardware(number), "up", under=inside)
        ip("addr", "add", f"{self.host(number)}/24", "dev", "eth0", under=inside)
        ip("neigh", "replace", self.host(254), "lladdr", hardware(254), "nud", "permanent", "dev", "eth0", under=inside)

    def host(self, number: int) -> str:
        return f"10.77.0.{number}"

    def under(self, number: int) -> list[str]:
        return ["nsenter", "--target", str(self.holders[number].pid), "--net", "--"]

    def port(self, number: int) -> int:
        return CLIENT_PORT

    def client_endpoint(self, number: int) -> str:
        return f"{self.host(number)}:{CLIENT_PORT}"

    def server_line(self, viewer: int, number: int) -> str:
        host = self.host(number)
        return f"server.{number}={host}:{QUORUM_PORT}:{ELECTION_PORT};{host}:{CLIENT_PORT}\n"

    def cut(self, source: int, target: int) -> None:
        self.address(source, target, hardware(200))

    def heal(self) -> None:
        for number in self.numbers:
            ip("link", "set", f"veth{number}", "up")
            for other in self.numbers:
                if other != number:
                    self.address(number, other, hardware(other))

    def address(self, source: int, target: int, hardware_address: str) -> None:
        ip("neigh", "replace", self.host(target), "lladdr", hardware_address, "nud", "permanent", "dev", "eth0",
           under=self.under(source))

    def link_down(self, number: int) -> None:
        ip("link", "set", f"veth{number}", "down")

    def link_up(self, number: int) -> None:
        ip("link", "set", f"veth{number}", "up")

    def close(self) -> None:
        for holder in self.holders.values():
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()


def hardware(number: int) -> str:
    return f"02:00:00:00:00:{number:02x}"


def ip(*words: str, under: list[str] | None = None) -> None:
    done = subprocess.run([*(under or []), "ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Proxied:
    """All servers on this machine's own address, with a proxy for each server's way to each other server, and one before each
    server for the clients."""

    name = "proxies"
    has_proxies = True

    def __init__(self, count: int):
        self.numbers = range(1, count + 1)
        pairs = [(viewer, number) for viewer in self.numbers for number in self.numbers if viewer != number]
        base = free_ports(list(range(4 * count + len(pairs))))
        self.base = base
        self.proxies = Proxies()
        self.peers: dict[tuple[int, int], Proxy] = {}
        for position, (viewer, number) in enumerate(pairs):
            self.peers[viewer, number] = self.proxies.add(base + 4 * count + position, ("127.0.0.1", self.real(number) + 1))
        self.clients: dict[int, Proxy] = {
            number: self.proxies.add(self.real(number) + 3, ("127.0.0.1", self.real(number))) for number in self.numbers}

    def real(self, number: int) -> int:
        """The first of a server's ports: clients, quorum, election, and its proxy for clients."""
        return self.base + 4 * (number - 1)

    def host(self, number: int) -> str:
        return "127.0.0.1"

    def under(self, number: int) -> list[str]:
        return []

    def port(self, number: int) -> int:
        return self.real(number)

    def client_endpoint(self, number: int) -> str:
        return f"127.0.0.1:{self.clients[number].port}"

    def server_line(self, viewer: int, number: int) -> str:
        first = self.real(number)
        quorum = first + 1 if viewer == number else self.peers[viewer, number].port
        return f"server.{number}=127.0.0.1:{quorum}:{first + 2};127.0.0.1:{first}\n"

    def ways(self, source: int, target: int) -> list[Way]:
        """All that goes from one server to another, whoever opened the connection."""
        return [self.peers[source, target].forward, self.peers[target, source].backward]

    def ways_of(self, number: int) -> list[Way]:
        """To and from a server."""
        return [way for other in self.numbers if other != number
                for way in (*self.ways(number, other), *self.ways(other, number))]

    def cut(self, source: int, target: int) -> None:
        for way in self.ways(source, target):
            way.stalled = True

    def heal(self) -> None:
        for proxy in self.proxies.all:
            proxy.forward.mend()
            proxy.backward.mend()

    def reset(self, proxy: Proxy) -> None:
        self.proxies.reset(proxy)

    def close(self) -> None:
        self.proxies.close()
