"""Transcripts: what a client did, step by step, and what it was told, with all that may differ between two runs replaced.

A program prints one line for each step, below a heading for each scenario:

    = watches
    create /a -> /a {cz=zxid:4 ... ct=time:1700000000000 ... owner=sid:0x1000000}

The first word is the operation. Words with a mark are values that differ from run to run: `zxid:N` becomes its rank among the zxids of
the scenario, so that who is older and who is equal is still compared; `sid:N` (a session) is numbered in the order of
appearance; `time:N` is only told apart from zero.
"""
import difflib
import re
from dataclasses import dataclass, field

MARK = re.compile(r"\b(zxid|sid|time):(-?\w+)")


@dataclass
class Scenario:
    name: str
    lines: list[str] = field(default_factory=list)

    def operations(self) -> list[str]:
        return [line.split()[0] for line in self.lines]


class BrokenTranscript(Exception):
    """The program printed something that is no transcript."""


def parse(text: str) -> list[Scenario]:
    """The scenarios of a program's output, normalised."""
    scenarios: list[Scenario] = []
    for line in text.splitlines():
        if line.startswith("= "):
            scenarios.append(Scenario(line[2:].strip()))
        elif not scenarios:
            raise BrokenTranscript(f"a line before the first scenario: {line}")
        elif line.strip():
            scenarios[-1].lines.append(line.rstrip())
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) != len(names):
        raise BrokenTranscript(f"a scenario has been run twice: {names}")
    if not scenarios or not all(scenario.lines for scenario in scenarios):
        raise BrokenTranscript(f"a scenario without steps: {[each.name for each in scenarios if not each.lines]}")
    sessions: dict[int, str] = {}
    for scenario in scenarios:
        scenario.lines = normalised(scenario.lines, sessions)
    return scenarios


def normalised(lines: list[str], sessions: dict[int, str]) -> list[str]:
    zxids = sorted({int(value, 0) for line in lines for kind, value in MARK.findall(line) if kind == "zxid"} - {0})

    def replace(match: re.Match) -> str:
        kind, value = match.group(1), int(match.group(2), 0)
        if value == 0:
            return "none" if kind == "sid" else "0"
        if kind == "time":
            return "<time>"
        if kind == "zxid":
            return f"<zxid {zxids.index(value) + 1}>"
        # C and Go print some of them as signed numbers.
        return sessions.setdefault(value % 2**64, f"<session {len(sessions) + 1}>")

    return [MARK.sub(replace, line) for line in lines]


@dataclass(frozen=True)
class Difference:
    client: str
    scenario: str
    zookeeper: str | None  # None: it has no such line.
    quorate: str | None

    def __str__(self) -> str:
        return (f"{self.client}, {self.scenario}:\n  zookeeper: {self.zookeeper or '(no such step)'}\n"
                f"  quorate:   {self.quorate or '(no such step)'}")


def compare(client: str, zookeeper: list[Scenario], quorate: list[Scenario]) -> list[Difference]:
    """Every line that is not the same in both."""
    differences = []
    theirs, ours = ({scenario.name: scenario.lines for scenario in side} for side in (zookeeper, quorate))
    for name in [*theirs, *(name for name in ours if name not in theirs)]:
        left, right = theirs.get(name, []), ours.get(name, [])
        for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            gone, come = left[i:i_end], right[j:j_end]
            for k in range(max(len(gone), len(come))):
                differences.append(Difference(client, name, gone[k] if k < len(gone) else None,
                                              come[k] if k < len(come) else None))
    return differences
