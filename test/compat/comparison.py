"""The comparison of a client at two servers: it runs, it is written down, and what differs is judged."""
import concurrent.futures
import json
import subprocess
import threading
from pathlib import Path
from typing import Callable

import differences
from clients import Client, Programs
from operations import OPERATIONS, RECIPES
from servers import Server
from transcript import Scenario, compare, parse

# For all that a client does against one server, on a busy machine.
CLIENT_SECONDS = 600


class Comparison:
    """Of ZooKeeper and Quorate by clients, in a folder of its own. `servers` makes the two of a client, each from a label."""

    def __init__(self, folder: Path, servers: Callable[[Client], tuple[Callable[[str], Server], ...]]):
        self.folder, self.servers = folder, servers
        self.building = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()

    def transcript(self, client: Client, make: Callable[[str], Server], programs: Programs, label: str) -> list[Scenario]:
        """What the client says of a new server of this kind."""
        server = make(label)
        said = ""
        try:
            server.start()
            with (self.folder / f"{client.name}-{label}.log").open("w") as log:
                for program in programs:
                    done = subprocess.run([*program, *server.arguments()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                          timeout=CLIENT_SECONDS, check=False)
                    said += done.stdout.decode(errors="backslashreplace")
                    if done.returncode != 0:
                        raise AssertionError(f"{' '.join(program)} ended with {done.returncode} at {server.name}; it said:\n{said[-2000:]}\n"
                                             f"{(self.folder / log.name).read_text(errors='replace')[-3000:]}")
        finally:
            (self.folder / f"{client.name}-{label}.raw").write_text(said)
            (self.folder / f"{client.name}-{label}.server.log").write_text(server.log())
            server.discard()
        scenarios = parse(said)
        (self.folder / f"{client.name}-{label}.txt").write_text(
            "".join(f"= {scenario.name}\n" + "".join(f"{line}\n" for line in scenario.lines) for scenario in scenarios))
        return scenarios

    def both(self, client: Client) -> tuple[list[Scenario], list[Scenario]]:
        """What the client says of ZooKeeper and of Quorate."""
        with self.building:  # Some clients share a folder, which two would fill at the same time.
            programs = client.programs()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            theirs, ours = (pool.submit(self.transcript, client, make, programs, label)
                            for make, label in zip(self.servers(client), ("zookeeper", "quorate")))
            return theirs.result(), ours.result()

    def judge(self, client: Client, theirs: list[Scenario], ours: list[Scenario], entries: list[differences.Entry]) -> None:
        """Fails where something differs that is not listed, or is listed and does not differ; keeps the figures."""
        found = compare(client.name, theirs, ours)
        unwanted, missing = differences.judge(client.name, found, entries)
        steps = [operation for scenario in theirs for operation in scenario.operations()]
        nameless = sorted(set(steps) - set({**OPERATIONS, **RECIPES}))
        assert not nameless, f"operations without a row on the page: {nameless}"
        (self.folder / f"{client.name}.json").write_text(json.dumps({
            "client": client.name, "version": client.version(), "scenarios": len(theirs), "steps": len(steps),
            "wanted": len(found) - len(unwanted), "unwanted": len(unwanted),
            "operations": {operation: steps.count(operation) for operation in sorted(set(steps))}}))
        assert not unwanted, "lines differ:\n" + "\n".join(map(str, unwanted))
        assert not missing, "differences.yml lists what did not occur:\n" + "\n".join(map(str, missing))
