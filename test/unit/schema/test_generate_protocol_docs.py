"""The checks of generate_protocol_docs.py can fail: each broken rule is found in a planted schema."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "schema"))
from generate_protocol_docs import Schema, broken_rules, page, parse  # noqa: E402

GOOD = """@0xa1b2c3d4e5f60718;
# A file.

struct Box {
  # A box.

  size @0 :UInt32 = 7;
  # How large, in boxes.

  union {
    unset @1 :Void;
    # Never sent.

    one @2 :Lid;
    # Its lid.
  }
}

struct Lid {
  # A lid.

  lids @0 :List(Lid);
  # More | lids.
}
"""


def schema_of(text: str) -> Schema:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.capnp"
        path.write_text(text)
        return Schema(path)


class Rules(unittest.TestCase):
    def broken(self, old: str, new: str) -> list[str]:
        self.assertIn(old, GOOD)
        return broken_rules(schema_of(GOOD.replace(old, new)))

    def test_a_good_schema_has_nothing_broken(self):
        self.assertEqual(broken_rules(schema_of(GOOD)), [])

    def test_each_broken_rule_is_found(self):
        for old, new, found in [
            ("# A file.", "", "planted.capnp: the file is not documented"),
            ("  # A lid.\n", "", "planted.capnp: Lid: not documented"),
            ("  # How large, in boxes.\n", "", "planted.capnp: Box.size: not documented"),
            ("unset @1 :Void", "one0 @1 :Void", "planted.capnp: Box: member 0 of its union is not `unset :Void`"),
            ("List(Lid)", "List(Text)", "planted.capnp: Lid.lids: a list of something that cannot grow"),
            (":UInt32 = 7", ":Float64", "planted.capnp: Box.size: float64"),
            (":UInt32 = 7", ":AnyPointer", "planted.capnp: Box.size: anyPointer"),
            ("size @0 :UInt32 = 7;", "size :group { x @0 :Bool; }",
             "planted.capnp: Box.size: a group; structs can grow on their own"),
        ]:
            with self.subTest(found):
                self.assertIn(found, self.broken(old, new))

    def test_the_page_shows_what_the_schema_says(self):
        text = page(schema_of(GOOD))
        self.assertIn("# A file\n", text)
        self.assertIn("| `size` @0 | UInt32 | 7 | How large, in boxes. |", text)
        self.assertIn("| 1 | `one` @2 | [Lid](#lid) | Its lid. |", text)
        self.assertIn("| `lids` @0 | List([Lid](#lid)) |  | More \\| lids. |", text)

    def test_the_text_format_is_parsed(self):
        self.assertEqual(parse('( a = "x\\n\\"", b = [(c = void), ( )], d = -1, e = <opaque pointer> )'),
                         {"a": 'x\n"', "b": [{"c": "void"}, {}], "d": "-1", "e": "<opaque pointer>"})


if __name__ == "__main__":
    unittest.main()
