"""Whether the operations on one register have an order that explains all of their answers.

The algorithm is that of Wing and Gong as Lowe refined it: depth first over what may come next, remembering every pair of (operations
done, state) that was tried. What may come next is whatever was invoked before the first answer that is not yet explained. Registers are
independent of each other, so each is searched on its own.

An operation without an answer may take effect at any time after its invocation, or never. Such operations would make the search explode,
two rules keep it small, and neither changes the verdict:
  - Of unanswered operations that nobody can tell apart (they write what no answer shows) the one that was invoked first is tried alone:
    in any order that uses another, the two may be exchanged.
  - Versions only grow while a register lives: a state whose version is beyond what the next answer needs leads nowhere, unless a
    deletion may still come.
"""
from dataclasses import dataclass

from history import Op

Absent = None
State = tuple[int, str] | None  # Version and value; None: there is no such node.
UNSEEN = "?"  # Stands for every value that no answer shows.


class Undecided(Exception):
    """The search took more steps than it may."""


@dataclass
class Step:
    """An operation, ready to be searched."""
    op: Op
    bit: int
    kind: str
    value: str
    deletes: bool
    needs: int | None  # The version that its answer implies for the state before it.
    twin: tuple | None  # Unanswered operations with the same twin cannot be told apart.


def apply(step: Step, state: State) -> tuple[bool, State]:
    """Whether the answer fits the state, and the state afterwards. An unanswered operation must change something: doing
    nothing is the same as never happening."""
    op, result = step.op, step.op.result
    if step.kind == "sync_read":
        if state is Absent:
            return result.get("error") == "no_node", state
        return result.get("version") == state[0] and result.get("value") == state[1], state
    after, error = outcome(step, state)
    if op.is_unknown:
        return error is None, after
    if error is not None:
        return result.get("error") == error, state
    if "error" in result:
        return False, state
    return "version" not in result or after is Absent or result["version"] == after[0], after


def outcome(step: Step, state: State) -> tuple[State, str | None]:
    """What a write does to a state, or why it is refused."""
    if step.kind == "create":
        return ((0, step.value), None) if state is Absent else (state, "node_exists")
    if state is Absent:
        return state, "no_node"
    if step.kind == "delete":
        return Absent, None
    if step.kind == "cas" and step.op.expected != state[0]:
        return state, "bad_version"
    return (state[0] + 1, step.value), None


def needed_version(op: Op) -> int | None:
    version = op.result.get("version")
    if version is None:
        return None
    if op.kind in ("set", "cas"):
        return version - 1
    return version if op.kind == "sync_read" else None


def prepare(ops: list[Op]) -> list[Step]:
    """Drops what says nothing: reads without an answer, and writes that were refused before they could do anything."""
    useful = [op for op in ops if op.kind in ("set", "cas", "create", "delete", "sync_read")
              and "refused" not in op.result and not (op.kind == "sync_read" and op.is_unknown)]
    useful.sort(key=lambda op: op.invoke)
    shown = {op.result["value"] for op in useful if "value" in op.result}
    steps = []
    for number, op in enumerate(useful):
        value = op.value if op.value in shown else UNSEEN
        twin = (op.kind, op.expected if op.kind == "cas" else 0, value) if op.is_unknown else None
        steps.append(Step(op, 1 << number, op.kind, value, op.kind == "delete", needed_version(op), twin))
    return steps


class Search:
    """One search; `explain()` says whether there is an order, `blocked` what could not be explained."""

    def __init__(self, ops: list[Op], start: State, steps_max: int):
        self.start, self.steps_max = start, steps_max
        steps = prepare(ops)
        self.answered = [step for step in steps if not step.op.is_unknown]
        self.unanswered = [step for step in steps if step.op.is_unknown]
        self.by_return = sorted(self.answered, key=lambda step: step.op.returned)
        self.blocked: Op | None = None
        self.order: list[Op] = []

    def candidates(self, done: int, state: State) -> list[Step]:
        """What may come next: answered operations first, for most of the others never happened."""
        first = next(step for step in self.by_return if not done & step.bit)
        limit = first.op.returned
        deletions = any(step.deletes and not done & step.bit for step in (*self.answered, *self.unanswered))
        if state is not Absent and first.needs is not None and state[0] > first.needs and not deletions:
            return []
        found = []
        for step in self.answered:
            if step.op.invoke > limit:
                break
            if not done & step.bit:
                found.append(step)
        found.sort(key=lambda step: step.op.returned)
        twins = set()
        for step in self.unanswered:
            if step.op.invoke > limit:
                break
            if not done & step.bit and step.twin not in twins:
                twins.add(step.twin)
                found.append(step)
        return found

    def explain(self) -> bool:
        all_answered = sum(step.bit for step in self.answered)
        if not all_answered:
            return True
        seen = {(0, self.start)}
        stack = [(0, self.start, None, iter(self.candidates(0, self.start)))]
        tried, furthest = 0, 0
        while stack:
            done, state, _, following = stack[-1]
            step = next(following, None)
            if step is None:
                stack.pop()
                continue
            tried += 1
            if tried > self.steps_max:
                raise Undecided(f"no verdict after {self.steps_max} steps over {len(self.answered)} answered and "
                                f"{len(self.unanswered)} unanswered operations")
            fits, after = apply(step, state)
            now = done | step.bit
            if not fits or (now, after) in seen:
                continue
            if now & all_answered == all_answered:
                self.order = [frame[2].op for frame in stack if frame[2]] + [step.op]
                return True
            seen.add((now, after))
            stack.append((now, after, step, iter(self.candidates(now, after))))
            if len(stack) > furthest:
                furthest = len(stack)
                self.blocked = next(it.op for it in self.by_return if not now & it.bit)
        if self.blocked is None:
            self.blocked = self.by_return[0].op
        return False


def why_not_linearizable(ops: list[Op], start: State = Absent, steps_max: int = 3_000_000) -> str | None:
    """None when the answers have an order that explains them; else the answer that the longest explanation cannot include."""
    search = Search(ops, start, steps_max)
    if search.explain():
        return None
    return f"no order of the operations explains {search.blocked}"
