"""What the part is doing, while it does it; and steps, whose failures have a name."""
import contextlib
import time

# test/parts.py shows lines with this mark at once.
MARK = "compat-full: "
START = time.monotonic()


def say(what: str) -> None:
    print(f"{MARK}{time.monotonic() - START:5.0f} s  {what}", flush=True)


class StepFailed(AssertionError):
    """A step did not come out as it should."""


@contextlib.contextmanager
def step(name: str):
    say(name)
    try:
        yield
    except Exception as error:
        raise StepFailed(f"in the step «{name}»: {error}") from error


def wait_for(what: str, condition, seconds: float = 600):
    """The first value that counts as true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.2)
    return value
