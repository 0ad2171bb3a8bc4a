"""Each client's scenarios against ZooKeeper and against Quorate: what it is told must be the same."""
import concurrent.futures
import json
import subprocess
import unittest

import differences
from clients import BUILD, CLIENTS, Client, Programs
from operations import OPERATIONS, RECIPES
from servers import SERVERS, Server
from transcript import Scenario, compare, parse

# For all that a client does against one server, on a busy machine.
CLIENT_SECONDS = 600
TRANSCRIPTS = BUILD / "transcripts"


def transcript(client: Client, server_class: type[Server], programs: Programs, label: str) -> list[Scenario]:
    """What the client says of a new server of this kind."""
    server = server_class(label)
    said = ""
    try:
        server.start()
        with (TRANSCRIPTS / f"{client.name}-{label}.log").open("w") as log:
            for program in programs:
                done = subprocess.run([*program, f"127.0.0.1:{server.tunnel.port}", str(server.tunnel.orders), f"127.0.0.1:{server.port}"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, timeout=CLIENT_SECONDS, check=False)
                said += done.stdout.decode(errors="backslashreplace")
                if done.returncode != 0:
                    raise AssertionError(f"{' '.join(program)} ended with {done.returncode} at {server.name}; it said:\n{said[-2000:]}\n"
                                         f"{(TRANSCRIPTS / log.name).read_text(errors='replace')[-3000:]}")
    finally:
        (TRANSCRIPTS / f"{client.name}-{label}.raw").write_text(said)
        (TRANSCRIPTS / f"{client.name}-{label}.server.log").write_text(server.log())
        server.discard()
    scenarios = parse(said)
    (TRANSCRIPTS / f"{client.name}-{label}.txt").write_text(
        "".join(f"= {scenario.name}\n" + "".join(f"{line}\n" for line in scenario.lines) for scenario in scenarios))
    return scenarios


class Clients(unittest.TestCase):
    entries: list[differences.Entry]

    @classmethod
    def setUpClass(cls):
        TRANSCRIPTS.mkdir(parents=True, exist_ok=True)
        for old in TRANSCRIPTS.iterdir():
            old.unlink()
        cls.entries = differences.load(differences.FILE.read_text())

    def compare(self, client: Client) -> None:
        programs = client.programs()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            theirs, ours = (pool.submit(transcript, client, server, programs, label)
                            for server, label in zip(SERVERS, ("zookeeper", "quorate")))
            theirs, ours = theirs.result(), ours.result()
        found = compare(client.name, theirs, ours)
        unwanted, missing = differences.judge(client.name, found, self.entries)
        steps = [operation for scenario in theirs for operation in scenario.operations()]
        self.assertEqual(sorted(set(steps) - set({**OPERATIONS, **RECIPES})), [], "operations without a row on the page")
        (TRANSCRIPTS / f"{client.name}.json").write_text(json.dumps({
            "client": client.name, "version": client.version(), "scenarios": len(theirs), "steps": len(steps),
            "wanted": len(found) - len(unwanted), "unwanted": len(unwanted),
            "operations": {operation: steps.count(operation) for operation in sorted(set(steps))}}))
        self.assertEqual(len(unwanted), 0, "lines differ:\n" + "\n".join(map(str, unwanted)))
        self.assertEqual(len(missing), 0, "differences.yml lists what did not occur:\n" + "\n".join(map(str, missing)))


def add_test(client: Client) -> None:
    def test(self: Clients) -> None:
        self.compare(client)
    setattr(Clients, f"test_{client.name.replace('-', '_')}", test)


for each in CLIENTS:
    add_test(each)


if __name__ == "__main__":
    unittest.main()
