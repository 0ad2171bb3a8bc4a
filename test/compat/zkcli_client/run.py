"""Types commands into ZooKeeper's shell, and writes down what it prints for each.

The shell reads them from a pipe, without a prompt. So that its output can be told apart, each is followed by a word that
it does not know, which it repeats.
"""
import re
import subprocess
import sys
from pathlib import Path

SHELL = "/usr/share/zookeeper/bin/zkCli.sh"
COMMANDS = Path(__file__).with_name("commands.txt")
OPERATIONS = {
    "ls": "getChildren2", "get": "getData", "stat": "exists", "config": "getData", "set": "setData", "create": "create", "delete": "delete",
    "deleteall": "delete", "getEphemerals": "getEphemerals", "getAllChildrenNumber": "getAllChildrenNumber", "sync": "sync", "getAcl": "getACL",
    "setAcl": "setACL", "addauth": "auth", "whoami": "whoAmI", "setquota": "quota", "listquota": "quota", "delquota": "quota",
    "removewatches": "removeWatches", "addWatch": "addWatch", "reconfig": "reconfig", "nothing": "session",
}
MARK = re.compile(r"Command not found: Command not found mark-(\d+)\n")
EVENT = re.compile(r"^WatchedEvent state:(\S+) type:(\S+) path:(\S+)\n", re.MULTILINE)
MARKED_VALUES = [
    (re.compile(r"(cZxid|mZxid|pZxid) = (0x[0-9a-f]+)"), r"\1 = zxid:\2"),
    (re.compile(r"(ctime|mtime) = Thu Jan 01 00:00:00 \w+ 1970"), r"\1 = time:0"),
    (re.compile(r"(ctime|mtime) = \w{3} \w{3} \d.*"), r"\1 = time:1"),
    (re.compile(r"ephemeralOwner = (0x[0-9a-f]+)"), r"ephemeralOwner = sid:\1"),
]
# What it says of itself.
NOISE = re.compile(r"^(WATCHER::|SLF4J: .*|Connecting to .*|Welcome to ZooKeeper!|JLine support is .*|"
                   r"ZooKeeper -server host:port .*|\t.*)\n", re.MULTILINE)


def lines_of(text: str) -> str:
    for pattern, mark in MARKED_VALUES:
        text = pattern.sub(mark, text)
    return " | ".join(line.strip() for line in text.splitlines() if line.strip())


def sorted_list(text: str) -> str:
    """A listing in an order of its own: which one is nobody's promise."""
    if text.startswith("Auth scheme: User | "):
        heading, *identities = text.split(" | ")
        return " | ".join([heading, *sorted(identities)])
    return re.sub(r"^\[(.*)\]$", lambda match: "[" + ", ".join(sorted(match.group(1).split(", "))) + "]", text)


def main() -> int:
    endpoint = sys.argv[1]
    commands = [line for line in COMMANDS.read_text().splitlines() if line and not line.startswith("#")]
    typed = "".join(f"{line}\nmark-{number}\n" for number, line in enumerate(commands) if not line.startswith("= "))
    done = subprocess.run([SHELL, "-timeout", "300000", "-server", endpoint], input=typed + "quit\n", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    print(NOISE.sub("", done.stdout), file=sys.stderr)
    # Events come from a thread of their own: at any place, but in their order.
    events = EVENT.findall(done.stdout)
    parts = MARK.split(NOISE.sub("", EVENT.sub("", done.stdout)))
    said = {int(number): text for text, number in zip(parts[::2], parts[1::2])}
    for number, command in enumerate(commands):
        if command.startswith("= "):
            print(command)
        elif number not in said:
            print(f"{OPERATIONS[command.split()[0]]} by `{command}` -> no answer")
        else:
            print(f"{OPERATIONS[command.split()[0]]} by `{command}` -> {sorted_list(lines_of(said[number]))}")
    print("= events")
    for state, kind, path in events:
        print(f"event -> {kind} {state} {path}")
    # Its own exit code is that of the last command.
    return 0 if max(said, default=0) == len(commands) - 1 else 1


if __name__ == "__main__":
    sys.exit(main())
