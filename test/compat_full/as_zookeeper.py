#!/usr/bin/env python3
"""A Quorate server that is started as a ZooKeeper: `java -D... org.apache...QuorumPeerMain zoo.cfg` or `zkServer.sh start-foreground zoo.cfg`.

The test suites of clients start their servers so. Their zoo.cfg is taken as it is, with ZooKeeper's system properties behind it,
but for TLS in Java's own key stores, which has another form here. QUORATED names the program."""
import os
import sys
from pathlib import Path

PROPERTIES = ("zookeeper.", "readonlymode.")
# TLS, which is not what is tested.
LEFT_OUT = ("secureClientPort", "ssl.")


def properties(words: list[str]) -> list[str]:
    given = [word[2:] for word in words if word.startswith("-D") and "=" in word]
    return [word.removeprefix("zookeeper.") for word in given if word.startswith(PROPERTIES) and not word.startswith(("zookeeper.log", "zookeeper.root"))]


def main() -> None:
    given = Path(sys.argv[-1])
    lines = [line for line in given.read_text().splitlines() if not line.startswith(LEFT_OUT)]
    lines += properties(sys.argv + os.environ.get("SERVER_JVMFLAGS", "").split())
    config = given.with_name("quorate.cfg")
    config.write_text("\n".join(lines) + "\n")
    os.execv(os.environ["QUORATED"], ["quorated", "--config", str(config)])


if __name__ == "__main__":
    main()
