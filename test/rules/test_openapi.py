"""The schemas of console/openapi.yaml can be used, and what breaks one is found."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/support"))
import openapi  # noqa: E402

PAGE = {"path": "/", "zxid": "1.1", "total": 0, "more": False, "items": []}


class Contract(unittest.TestCase):
    def test_every_schema_can_be_used(self):
        contract = openapi.load()
        for name in contract["components"]["schemas"]:
            with self.subTest(name):
                openapi.jsonschema.Draft7Validator.check_schema(openapi.schema_of(name, contract))

    def test_faults_are_found_where_they_are(self):
        self.assertEqual(openapi.faults(PAGE, "Children"), [])
        self.assertEqual(len(openapi.faults({**PAGE, "total": "1"}, "Children")), 1)
        self.assertIn("'more'", openapi.faults({key: PAGE[key] for key in PAGE if key != "more"}, "Children")[0])
        self.assertIn("items[0]", openapi.faults({**PAGE, "items": [{"name": "a"}]}, "Children")[0])
        with self.assertRaises(AssertionError):
            openapi.check({}, "Children")

    def test_null_is_allowed_where_it_is_said(self):
        self.assertEqual(openapi.faults(None, "Data"), [])
        self.assertEqual(openapi.faults("text", "Data"), [])
        self.assertEqual(openapi.faults({"base64": "/w=="}, "Data"), [])
        self.assertEqual(len(openapi.faults(5, "Data")), 1)
        self.assertEqual(len(openapi.faults(None, "AclEntry")), 1)


if __name__ == "__main__":
    unittest.main()
