"""The table of routes and the description of the admin API say the same."""
import re
import sys
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/support"))
import openapi  # noqa: E402

ROUTE = re.compile(r'Route\{\s*"(\w+)",\s*"(\w+)",\s*"([^"]+)",\s*(\w+?)_?(?:,\s*(live|false))?(?:,\s*(destructive))?\s*\}')


def described() -> set[tuple]:
    """(operation, method, path, role, live, destructive) of console/openapi.yaml."""
    paths = yaml.safe_load((ROOT / "console/openapi.yaml").read_text())["paths"]
    return {(operation["operationId"], method.upper(), path, operation["x-role"],
             operation.get("x-live", False), "x-destructive" in operation)
            for path, methods in paths.items() for method, operation in methods.items() if method != "parameters"}


def served() -> set[tuple]:
    """The same of the program."""
    source = (ROOT / "actors/console/routes.cc").read_text()
    found = {(operation, method, pattern, role, live == "live", bool(destructive))
             for operation, method, pattern, role, live, destructive in ROUTE.findall(source)}
    assert len(found) == source.count("Route{"), "a route is written in a way that this test cannot read"
    return found


class Routes(unittest.TestCase):
    def test_every_route_is_described_and_every_description_served(self) -> None:
        self.assertEqual(served() ^ described(), set())

    def test_every_error_is_described_and_every_description_can_come(self) -> None:
        sources = [file.read_text() for folder in ("console", "http") for file in (ROOT / "actors" / folder).glob("*")]
        said = {(int(status), code) for text in sources for status, code in re.findall(r'\b([45]\d\d),\s*"([a-z_]+)"', text)}
        self.assertEqual(said ^ openapi.codes(), set())
        self.assertGreater(len(said), 15)

    def test_there_are_routes(self) -> None:
        self.assertGreater(len(served()), 35)


if __name__ == "__main__":
    unittest.main()
