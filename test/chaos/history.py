"""What clients did and saw, as `chaos_load` wrote it down; see test/chaos/load/recorded_session.h for the lines."""
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

FOREVER = float("inf")
WRITES = ("set", "cas", "create", "delete", "sequence", "ephemeral")
ON_REGISTERS = ("set", "cas", "create", "delete")


@dataclass
class Op:
    """One operation of one client; times in nanoseconds of one monotonic clock."""
    client: str
    seq: int
    kind: str
    key: str
    invoke: int
    returned: float
    result: dict
    value: str = ""
    expected: int = 0
    watch: int | None = None

    @property
    def is_unknown(self) -> bool:
        """It may have happened, or may yet, or never."""
        return "unknown" in self.result

    @property
    def is_done(self) -> bool:
        """Answered, and not with a refusal."""
        return "zxid" in self.result and "error" not in self.result

    @property
    def zxid(self) -> int:
        return self.result.get("zxid", 0)

    @property
    def is_acknowledged_write(self) -> bool:
        return self.kind in WRITES and self.is_done

    @property
    def is_read(self) -> bool:
        return self.kind in ("read", "sync_read")

    @property
    def shows(self) -> int | None:
        """The zxid that last set the node which a read saw, 0 where there was none; None for what says nothing."""
        if not self.is_read:
            return None
        if "mzxid" in self.result:
            return self.result["mzxid"]
        return 0 if self.result.get("error") == "no_node" else None

    def __str__(self) -> str:
        words = [self.client, f"#{self.seq}", self.kind, self.key]
        words += [self.value] if self.value else []
        words += [f"if version {self.expected}"] if self.kind == "cas" else []
        shown = {name: zxid_text(it) if name.endswith("zxid") else it for name, it in self.result.items()}
        return f"{' '.join(words)} -> {shown} [{self.invoke / 1e9:.3f} s to {self.returned / 1e9:.3f} s]"


@dataclass
class Event:
    client: str
    seq: int
    at: int
    watch: int
    type: int  # 1 created, 2 deleted, 3 data changed, 4 children changed, -1 the session ended.
    key: str
    zxid: int  # 0: found changed after a reconnect.


@dataclass
class Session:
    """What is known of one client besides its operations."""
    client: str
    opened: int = 0
    timeout_ms: int = 0
    session: str = ""
    states: list[tuple[int, str]] = field(default_factory=list)  # When, which.
    closed: tuple[int, int, bool] | None = None  # Invoked, returned, acknowledged.
    abandoned: int | None = None


@dataclass
class History:
    ops: list[Op] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    # Server -> path -> data: what each held in the end.
    finals: dict[int, dict[str, str]] = field(default_factory=dict)

    def session(self, client: str) -> Session:
        return self.sessions.setdefault(client, Session(client))

    def by_key(self) -> dict[str, list[Op]]:
        found = defaultdict(list)
        for op in self.ops:
            found[op.key].append(op)
        return found

    def by_client(self) -> dict[str, list[Op]]:
        """In the order in which the client was answered."""
        found = defaultdict(list)
        for op in self.ops:
            found[op.client].append(op)
        for ops in found.values():
            ops.sort(key=lambda op: op.seq)
        return found

    def add(self, line: dict) -> None:
        kind = line["t"]
        if kind == "op":
            self.ops.append(Op(line["client"], line["seq"], line["kind"], line["key"], line["invoke"], line["return"],
                               line["result"], line.get("value", ""), line.get("expected", 0), line.get("watch")))
        elif kind == "event":
            self.events.append(Event(line["client"], line["seq"], line["at"], line["watch"], line["type"], line["key"],
                                     line["zxid"]))
        elif kind == "close":
            self.session(line["client"]).closed = line["invoke"], line["return"], line["acknowledged"]
        elif kind == "abandon":
            self.session(line["client"]).abandoned = line["at"]
        elif kind == "final":
            self.finals[line["server"]] = line["nodes"]
        elif kind == "state":
            session = self.session(line["client"])
            if line["state"] == "opening":
                session.opened, session.timeout_ms = line["at"], line["timeout_ms"]
            elif line["state"] == "known":
                session.session = line["session"]
            else:
                session.states.append((line["at"], line["state"]))
        else:
            raise ValueError(f"a line of an unknown kind: {line}")


def load(path: Path) -> History:
    history = History()
    with path.open() as lines:
        for line in lines:
            history.add(json.loads(line))
    return history


def zxid_text(zxid: int) -> str:
    """As the servers' logs show it."""
    return f"{zxid >> 32:x}.{zxid & 0xffffffff:x}"
