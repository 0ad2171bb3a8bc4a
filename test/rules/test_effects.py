"""Whatever a machine of the replication asks for is done: no field of its Effects is overlooked."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def fields(header: str, name: str) -> list[str]:
    """The members of a struct."""
    body = re.search(rf"^struct {name} \{{\n(.*?)^\}};", header, re.S | re.M).group(1)
    return re.findall(r"^  [\w:<>, ]+? (\w+)(?: = [^;]+)?;", body, re.M)


def unread(names: list[str], source: str) -> list[str]:
    return [name for name in names if not re.search(rf"\beffects\.{name}\b", source)]


class EffectsAreRead(unittest.TestCase):
    def check(self, header: str, struct: str, actor: str):
        names = fields((ROOT / header).read_text(), struct)
        self.assertGreater(len(names), 3)
        self.assertEqual(unread(names, (ROOT / actor).read_text()), [], f"{actor} overlooks what {struct} asks for")

    def test_of_the_replica(self):
        self.check("core/zab/effects.h", "Effects", "actors/proposal.cc")

    def test_of_the_election(self):
        self.check("core/zab/election.h", "ElectionEffects", "actors/election.cc")

    def test_an_overlooked_field_is_noticed(self):
        names = fields("struct Effects {\n  std::vector<int> send;  ///< A.\n  bool serve = false;\n};\n", "Effects")
        self.assertEqual(names, ["send", "serve"])
        self.assertEqual(unread(names, "for (x : effects.send)"), ["serve"])


if __name__ == "__main__":
    unittest.main()
