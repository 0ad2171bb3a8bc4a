"""What must hold of every history, whatever was done to the servers. Each check yields a line for each violation it finds.

`check(history)` runs all of them. Order between operations of different clients is known from the clock of the one machine: A came
before B if A was answered before B was invoked. The zxids in the answers say more, and are not believed blindly: that they follow the
clock is one of the checks.
"""
import bisect
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from history import FOREVER, ON_REGISTERS, Event, History, Op, zxid_text
from linearizable import Undecided, why_not_linearizable

Found = Iterator[str]
CREATED, DELETED, DATA_CHANGED, SESSION_ENDED = 1, 2, 3, -1
REGISTERS = "/chaos/registers/"
SEQUENCE = "/chaos/sequence/"
EPHEMERALS = "/chaos/ephemerals/"


def replies_are_sane(history: History) -> Found:
    """The load looks at each reply by itself; here only what it found."""
    for op in history.ops:
        if "insane" in op.result:
            yield f"no server should say this: {op}"


def registers_are_linearizable(history: History) -> Found:
    """I-13, I-14: writes, conditional writes and reads after a sync have one order."""
    for key, ops in sorted(history.by_key().items()):
        if not key.startswith(REGISTERS):
            continue
        try:
            wrong = why_not_linearizable([op for op in ops if op.kind in (*ON_REGISTERS, "sync_read")])
        except Undecided as undecided:
            wrong = str(undecided)
        if wrong:
            yield f"{key}: {wrong}"


def zxids_follow_the_clock(history: History) -> Found:
    """I-07, I-13: a write that begins after another was acknowledged has the larger zxid, and a read after a sync shows a
    state that includes it."""
    writes = [op for op in history.ops if op.is_acknowledged_write]
    taken: dict[int, Op] = {}
    for op in writes:
        if op.zxid in taken:
            yield f"two writes have one zxid: {taken[op.zxid]} and {op}"
        taken[op.zxid] = op
    later = sorted((op for op in history.ops if op.is_acknowledged_write or (op.kind == "sync_read" and op.zxid)),
                   key=lambda op: op.invoke)
    answered = sorted(writes, key=lambda op: op.returned)
    newest, position = None, 0
    for op in later:
        while position < len(answered) and answered[position].returned < op.invoke:
            if newest is None or answered[position].zxid > newest.zxid:
                newest = answered[position]
            position += 1
        least = newest.zxid + op.is_acknowledged_write if newest else 0
        if op.zxid < least:
            yield f"{op} is not behind what was acknowledged before it began: {newest}"


def sessions_never_go_back(history: History) -> Found:
    """I-11: what one session sees of a node, or has done to it, is never undone for it; nor is its zxid."""
    for ops in history.by_client().values():
        zxid, last = 0, None
        newest: dict[str, tuple[int, Op]] = {}  # Key -> the zxid that last changed it, as far as this session knows.
        for op in ops:
            if op.zxid:
                if op.zxid < zxid:
                    yield f"the zxid of a session goes back: {last}, then {op}"
                zxid, last = op.zxid, op
            known, source = newest.get(op.key, (0, None))
            if op.shows:
                if op.shows < known:
                    yield f"a session is shown what it has seen replaced: {source}, then {op}"
                newest[op.key] = max((known, source), (op.shows, op), key=lambda it: it[0])
            elif op.is_acknowledged_write and op.kind in ON_REGISTERS:
                newest[op.key] = (op.zxid, op)


def reads_show_their_zxid(history: History) -> Found:
    """I-08, I-11: a read shows exactly the last change up to the zxid of its reply; and of one change everybody sees the
    same."""
    for key, ops in history.by_key().items():
        if key.startswith(SEQUENCE):
            continue
        changes: dict[int, tuple[str, Op]] = {}  # Zxid -> value and version as text, and who said so.
        deletions_unknown = any(op.kind == "delete" and op.is_unknown for op in ops) or key.startswith(EPHEMERALS)
        for op in ops:
            if op.is_acknowledged_write:
                change = (op.zxid, "none" if op.kind == "delete" else f"{op.value} version {op.result.get('version')}")
            elif op.shows:
                change = (op.shows, f"{op.result['value']} version {op.result['version']}")
            else:
                continue
            known, source = changes.setdefault(change[0], (change[1], op))
            if known != change[1]:
                yield f"two answers differ about the change {zxid_text(change[0])} of {key}: {source} and {op}"
        order = sorted(changes)
        for op in ops:
            if op.shows is None or not op.zxid:
                continue
            at = bisect.bisect_right(order, op.zxid)
            newest = order[at - 1] if at else 0
            if op.shows == newest:
                continue
            if op.shows == 0 and (deletions_unknown or newest == 0 or changes[newest][0] == "none"):
                continue
            yield f"{op} does not show the change {zxid_text(newest)}, {changes[newest][0]}: {changes[newest][1]}"


def values_were_written(history: History) -> Found:
    """I-06: what is read was written, by somebody who had begun to."""
    begun = {(op.key, op.value): op.invoke for op in history.ops if op.kind in ("set", "cas", "create", "ephemeral")}
    for op in history.ops:
        if op.is_read and op.shows and begun.get((op.key, op.result["value"]), FOREVER) > op.returned:
            yield f"nobody had written what {op} shows"


def sequences_are_unique_and_ascend(history: History) -> Found:
    """I-16: names differ; of two nodes, the one that was created later has the larger number."""
    made = [op for op in history.ops if op.kind == "sequence" and op.is_done]
    names: dict[str, Op] = {}
    for op in made:
        if op.result["path"] in names:
            yield f"one name for two: {names[op.result['path']]} and {op}"
        names[op.result["path"]] = op

    def number(op: Op) -> int:
        return int(op.result["path"].rsplit("-", 1)[1])

    by_zxid = sorted(made, key=lambda op: op.zxid)
    for before, after in zip(by_zxid, by_zxid[1:]):
        if number(before) >= number(after):
            yield f"numbers do not ascend with the zxids: {before}, then {after}"
    pending: list[tuple[float, int, Op]] = []
    largest = None
    for order, op in enumerate(sorted(made, key=lambda op: op.invoke)):
        while pending and pending[0][0] < op.invoke:
            before = heapq.heappop(pending)[2]
            largest = before if largest is None or number(before) > number(largest) else largest
        if largest is not None and number(op) <= number(largest):
            yield f"numbers do not ascend with time: {largest}, then {op}"
        heapq.heappush(pending, (op.returned, order, op))


def ephemerals_go_with_their_session(history: History) -> Found:
    """I-17, I-18: an ephemeral is there while its session lives, and all of a session's go at once and for ever."""
    owners: dict[str, Op] = {op.key: op for op in history.ops if op.kind == "ephemeral"}
    looks = defaultdict(list)  # Client that owns -> looks at what it owns.
    for op in history.ops:
        if op.is_read and op.key in owners and op.shows is not None:
            looks[owners[op.key].client].append(op)
    by_client = history.by_client()
    for client, seen in looks.items():
        yield from ephemerals_of(history, client, by_client[client], seen)


def ephemerals_of(history: History, client: str, own: list[Op], seen: list[Op]) -> Found:
    session = history.session(client)
    created = {op.key: op.result["czxid"] for op in own if op.kind == "ephemeral" and op.is_done}
    for op in seen:
        if op.shows:
            created.setdefault(op.key, op.result["czxid"])
            if session.session and op.result.get("owner") != session.session:
                yield f"{op} names another owner than {session.session}"
    gone = [op for op in seen if op.shows == 0 and op.key in created and op.zxid >= created[op.key]]
    alive = max((op for op in own if op.zxid), key=lambda op: op.zxid, default=None)
    there = max((op for op in seen if op.shows), key=lambda op: op.zxid, default=None)
    ended = session_end(history, client)
    for op in gone:
        if alive is not None and op.zxid <= alive.zxid:
            yield f"{op} while its session lives: {alive}"
        if there is not None and op.zxid <= there.zxid:
            yield f"{op} although another of the session's, or itself, is there later: {there}"
        if session.closed is None and op.returned < session.opened + session.timeout_ms * 1_000_000:
            yield f"{op} before the session's time was over"
        if session.closed and op.returned < session.closed[0] and ended is None:
            yield f"{op} before the session was closed, and it had not expired"
    for op in seen:
        if op.shows and op.kind == "sync_read" and ended is not None and op.invoke > ended:
            yield f"{op} after the session had ended"


def session_end(history: History, client: str) -> int | None:
    """When the client knew that its session is over."""
    session = history.session(client)
    expired = [at for at, state in session.states if state == "expired"]
    if expired:
        return expired[0]
    if session.closed and session.closed[2]:
        return session.closed[1]
    return None


def sessions_live_while_they_are_heard(history: History) -> Found:
    """I-18: whoever was answered a moment ago has not been silent for the whole of its session's time. Touches may be lost with
    the server that heard them, so the moment is a quarter of that time. Who was silent for so long may have been answered again
    before the record of its end was on a quorum's disks, but then no write was that came later."""
    by_client = history.by_client()
    committed = sorted(op.returned for op in history.ops if op.is_acknowledged_write)
    for client, session in history.sessions.items():
        for at, state in session.states:
            heard = [op for op in by_client[client] if op.zxid and op.returned <= at] if state == "expired" else []
            time = session.timeout_ms * 1_000_000
            if heard and at - heard[-1].invoke < time / 4 and not was_silent(heard, time, committed):
                yield f"a session of {session.timeout_ms} ms expired at {at / 1e9:.3f} s, although its client had just been answered: {heard[-1]}"


def was_silent(heard: list[Op], time: int, committed: list[int]) -> bool:
    """Whether a client was silent for that time, and then nothing was committed until its last answer was asked for."""
    last = bisect.bisect_right(committed, heard[-1].invoke)
    since = committed[last - 1] if last > 0 else 0
    return any(later.invoke - earlier.returned >= time and later.invoke >= since for earlier, later in zip(heard, heard[1:]))


def events_come_before_their_data(history: History) -> Found:
    """I-21 to I-23: a watch fires once, before any answer that already includes the change it tells of."""
    by_client = history.by_client()
    events: dict[tuple[str, int], list[Event]] = defaultdict(list)
    ends: dict[str, int] = {}
    for event in history.events:
        if event.type == SESSION_ENDED:
            ends[event.client] = min(event.seq, ends.get(event.client, event.seq))
        else:
            events[event.client, event.watch].append(event)
    changes = defaultdict(list)  # Key -> zxids of acknowledged changes, ascending.
    writers: dict[int, Op] = {}
    for op in history.ops:
        if op.is_acknowledged_write and op.kind in ON_REGISTERS:
            changes[op.key].append(op.zxid)
        if op.is_acknowledged_write:
            writers[op.zxid] = op
    for known in changes.values():
        known.sort()
    for client, ops in by_client.items():
        for registration in ops:
            if registration.watch is not None and registration.shows is not None and registration.shows > 0:
                yield from one_watch(registration, ops, events[client, registration.watch], ends.get(client, FOREVER),
                                     changes[registration.key], writers)


def one_watch(registration: Op, ops: list[Op], fired: list[Event], end: float, changes: list[int],
              writers: dict[int, Op]) -> Found:
    if len(fired) > 1:
        yield f"a watch fired {len(fired)} times: {registration}"
    event = min(fired, key=lambda it: it.seq, default=None)
    told = event.seq if event else FOREVER
    if event and event.seq < registration.seq:
        yield f"a watch fired before it was answered: {registration}"
    if event and event.zxid:
        if event.zxid <= registration.zxid:
            yield f"a watch fired for what it had been shown: {registration}, {event}"
        writer = writers.get(event.zxid)
        if writer and (writer.key != registration.key or not is_told_as(writer, event)):
            yield f"a watch of {registration.key} fired with {event} for {writer}"
    at = bisect.bisect_right(changes, registration.zxid)
    first_change = changes[at] if at < len(changes) else FOREVER
    # From the answer after the registration on: an answer must not include the change unless the event came before it.
    start = bisect.bisect_right([op.seq for op in ops], registration.seq)
    for op in ops[start:]:
        if op.seq > min(told, end):
            break
        if op.zxid and event and event.zxid and op.zxid >= event.zxid:
            yield f"{op} came before the event of what it includes: {registration}, {event}"
            break
        if op.zxid and op.zxid >= first_change:
            yield f"{op} includes the change {zxid_text(int(first_change))}, and no event had come: {registration}"
            break
        if op.key == registration.key and op.shows is not None and op.shows != registration.shows:
            yield f"{op} shows a change, and no event had come: {registration}"
            break


def is_told_as(writer: Op, event: Event) -> bool:
    return event.type == {"create": CREATED, "delete": DELETED}.get(writer.kind, DATA_CHANGED)


def all_end_alike(history: History) -> Found:
    """I-05, I-06, I-09, I-17: after healing all servers hold the same, all that was acknowledged, nothing twice, nothing
    that nobody wrote, and no ephemeral of a session that has ended."""
    if not history.finals:
        yield "the final states were not read"
        return
    first, reference = next(iter(history.finals.items()))
    for server, nodes in history.finals.items():
        for path in sorted(set(nodes) ^ set(reference)):
            yield f"in the end only one of the servers {first} and {server} has {path}"
        for path in sorted(set(nodes) & set(reference)):
            if nodes[path] != reference[path]:
                yield f"in the end {path} is {reference[path]!r} on server {first} and {nodes[path]!r} on server {server}"
    made = [op for op in history.ops if op.kind == "sequence"]
    for op in made:
        if op.is_done and reference.get(op.result["path"]) != op.value:
            yield f"an acknowledged write is lost: {op}; in the end there is {reference.get(op.result['path'])!r}"
    attempted = {op.value for op in made if "refused" not in op.result}
    seen: dict[str, str] = {}
    for path, value in sorted(reference.items()):
        if path.startswith(EPHEMERALS):
            yield f"in the end {path} is there, and its session has ended"
        if not path.startswith(SEQUENCE):
            continue
        if value not in attempted:
            yield f"in the end {path} holds {value!r}, which nobody wrote"
        if value in seen:
            yield f"a write was executed twice: {value!r} is in {seen[value]} and in {path}"
        seen[value] = path


CHECKS: tuple[Callable[[History], Found], ...] = (
    replies_are_sane, registers_are_linearizable, zxids_follow_the_clock, sessions_never_go_back, reads_show_their_zxid,
    values_were_written, sequences_are_unique_and_ascend, ephemerals_go_with_their_session,
    sessions_live_while_they_are_heard, events_come_before_their_data, all_end_alike)


def check(history: History, lines_max: int = 5) -> list[str]:
    """The violations, of each check the first few."""
    found = []
    for one in CHECKS:
        lines = list(one(history))
        found += [f"{one.__name__}: {line}" for line in lines[:lines_max]]
        if len(lines) > lines_max:
            found.append(f"{one.__name__}: and {len(lines) - lines_max} more")
    return found


def longest_gap(history: History, start: int, end: int, stalls: Sequence[tuple[int, int]] = ()) -> float:
    """The longest time without an acknowledged write between two moments, in seconds. What falls into `stalls` is not counted."""
    times = [start, *sorted(op.returned for op in history.ops if op.is_acknowledged_write and start <= op.returned <= end), end]

    def length(before: int, after: int) -> int:
        return after - before - sum(max(0, min(after, to) - max(before, since)) for since, to in stalls)

    return max(length(before, after) for before, after in zip(times, times[1:])) / 1e9
