"""The programs that a comparison runs. None outlives the block that it is started in, whichever way that is left."""
import contextlib
import json
import signal
import subprocess
import sys
import tempfile


class Failure(Exception):
    """A run that gave no figures: a wrong reply, a program that ended."""


class Ending:
    """A signal that ends the run lets it clean up first, which further signals do not disturb."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self):
        self.number = None
        self.held = False

    def install(self) -> None:
        for number in self.SIGNALS:
            signal.signal(number, self.on_signal)

    def on_signal(self, number: int, _) -> None:
        self.number = number
        if not self.held:
            self.leave()

    def leave(self) -> None:
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + self.number)

    @contextlib.contextmanager
    def held_back(self):
        """Until the end of the block: what is made in it, a process say, is known before anything is cleaned up."""
        self.held = True
        try:
            yield
        finally:
            self.held = False
            if self.number is not None:
                self.leave()


ENDING = Ending()


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def command_of(options, *arguments) -> list[str]:
    return [str(options.bin / "quorate-bench"), *map(str, arguments), "-o", "json"]


@contextlib.contextmanager
def running(command: list[str], **pipes):
    """A program that does not outlive the block."""
    process = None
    try:
        with ENDING.held_back():
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, **pipes)
        yield process
    finally:
        if process is not None:
            with process:  # Closes its pipes and waits for it.
                process.kill()


def bench(options, *arguments) -> dict:
    """Runs quorate-bench and returns its figures."""
    command = command_of(options, *arguments)
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        output, errors = process.communicate()
    if process.returncode != 0:
        raise Failure(f"{' '.join(command)}\n{errors.strip()}")
    return json.loads(output)


class Background:
    """A quorate-bench that runs beside something else, and announces when that may begin."""

    def __init__(self, options, *arguments):
        self.command = command_of(options, *arguments, "--announce")
        self.process = None
        self.ends = contextlib.ExitStack()

    def __enter__(self) -> "Background":
        # A pipe that nobody reads could fill up; a file cannot.
        self.errors = self.ends.enter_context(tempfile.TemporaryFile("w+"))
        self.process = self.ends.enter_context(running(self.command, stdout=subprocess.PIPE, stderr=self.errors))
        return self

    def __exit__(self, *_) -> None:
        self.ends.close()

    def wait_until(self, announced: str) -> None:
        line = self.process.stdout.readline().strip()
        if line != announced:
            raise self.failure()

    def finish(self) -> dict:
        """Its figures, once it has come to its end."""
        output = self.process.stdout.read()
        if self.process.wait() != 0:
            raise self.failure()
        return json.loads(output)

    def stop(self) -> dict:
        """Ends its window; its figures until then."""
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    def failure(self) -> Failure:
        self.process.wait()
        self.errors.seek(0)
        return Failure(f"{' '.join(self.command)}\n{self.errors.read().strip()}")
