"""What Quorate answers otherwise than ZooKeeper: differences.yml, and the rule that it is exact.

An entry stands for certain lines of certain clients. What is not listed is a failure, and so is a listed line that did not occur.
An entry is deliberate unless it says `gap: true`: then it is a fault that waits to be mended. With `until: "3.9"` it is about older
versions of ZooKeeper than that, with `since: "3.9"` about that and newer ones.
"""
from dataclasses import dataclass
from pathlib import Path

import yaml

from transcript import Difference

NEVER = "99"
FILE = Path(__file__).with_name("differences.yml")


@dataclass(frozen=True)
class Entry:
    what: str
    reason: str
    gap: bool
    lines: tuple[Difference, ...]
    since: str = "0"
    until: str = NEVER


def load(text: str) -> list[Entry]:
    entries = []
    for entry in yaml.safe_load(text) or []:
        if not entry.get("what") or not entry.get("reason") or not entry.get("lines"):
            raise ValueError(f"a difference needs what, reason and lines: {entry}")
        entries.append(Entry(entry["what"], entry["reason"], entry.get("gap", False),
                             tuple(Difference(line["client"], line["scenario"], line.get("zookeeper"), line.get("quorate"))
                                   for line in entry["lines"]),
                             entry.get("since", "0"), entry.get("until", NEVER)))
    return entries


def of_version(entries: list[Entry], version: tuple[int, ...]) -> list[Entry]:
    """Those that are about this version of ZooKeeper."""
    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(number) for number in text.split("."))
    return [entry for entry in entries if numbers(entry.since) <= version < numbers(entry.until)]


def judge(client: str, found: list[Difference], entries: list[Entry]) -> tuple[list[Difference], list[Difference]]:
    """The differences that nobody wanted, and the wanted ones that did not occur."""
    wanted = [line for entry in entries for line in entry.lines if line.client == client]
    unwanted = list(found)
    missing = []
    for line in wanted:
        if line in unwanted:
            unwanted.remove(line)
        else:
            missing.append(line)
    return unwanted, missing
