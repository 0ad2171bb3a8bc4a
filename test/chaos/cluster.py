"""An ensemble of real servers in a network that can be broken."""
from pathlib import Path

import places  # noqa: F401
from ensemble import Ensemble, Member
from network import Namespaces, Proxied

TICK_MS = 500
# Images and checkpoints are written while things happen, and the log is purged as soon as may be.
SHORT_LOG = ["--snapshot-interval-s", "1", "--snapshot-records", "1000", "--checkpoint-log-bytes", "16MiB", "--history-records", "0"]

SUPER = ["--super-digest", "super:D/InIHSb7yEEbrWz8b9l71RjZJU="]
AS_SUPER = ["--auth", "digest:super:test"]


class Cluster(Ensemble):
    """Servers 1..count below a directory, which stays."""

    def __init__(self, network: Namespaces | Proxied, directory: Path):
        self.network = network
        self.directory = directory
        self.members: dict[int, Member] = {}
        for number in network.numbers:
            home = directory / f"server-{number}"
            home.mkdir(parents=True)
            config = home / "ensemble.cfg"
            config.write_text("".join(network.server_line(number, other) for other in network.numbers))
            member = Member(number, config, home)
            member.host, member.port = network.host(number), network.port(number)
            member.under = network.under(number)
            # Each sees the others at addresses of its own, so the ensemble has a name.
            member.options += ["--cluster-id", "chaos", "--tick-time-ms", str(TICK_MS), "--connections-per-ip-max", "0", *SUPER,
                               *SHORT_LOG]
            self.members[number] = member

    @property
    def endpoints(self) -> str:
        return ",".join(self.network.client_endpoint(number) for number in self.members)

    def running(self) -> list[Member]:
        return [member for member in self.members.values() if member.process and member.process.poll() is None]

    def discard(self) -> None:
        for member in self.running():
            member.resume()
            member.kill()
        self.network.close()
