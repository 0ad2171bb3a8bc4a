"""Every option does something: whoever sets it must not be left in the belief that it holds."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Options that the running server does not read, and why they are there all the same.
UNREAD = {
    "data_dir_create": "acts before the server starts, where directories are made (config/files.cc)",
    "dynamic_config_file": "acts while the configuration is loaded (config/load.cc)",
    "peer_address": "the server line of an ensemble says it; for a server that joins by request, which is not built",
    "peer_port": "as peer_address",
    "sync_limit_ticks": "a follower's lag is bounded in bytes (actors/peer_connection.cc), its silence by the heartbeat",
    "io_threads": "1 is the only value allowed",
}


def members(header: str) -> list[str]:
    """The members of struct Config."""
    body = re.search(r"^struct Config \{\n(.*?)^\};", header, re.S | re.M).group(1)
    names = re.findall(r"^  [\w:<>]+ (\w+)(?: = [^;]+|\{[^}]*\})?;", body, re.M)
    return names


def is_read(member: str, sources: dict[Path, str]) -> bool:
    read = re.compile(rf"\bconfig(?:_|\(\))?\.{member}\b")
    return any(read.search(text) for text in sources.values())


# Shows options to whoever asks, and acts on none.
SHOWS = ROOT / "actors/four_letter_words/configuration_text.cc"


def outside_config() -> dict[Path, str]:
    return {path: path.read_text() for pattern in ("*.cc", "*.h") for path in (ROOT / "actors").rglob(pattern)
            if path != SHOWS}


class Options(unittest.TestCase):
    def setUp(self):
        self.members = members((ROOT / "config/config.h").read_text())
        self.sources = outside_config()

    def test_every_member_is_seen(self):
        # All but membership have an entry in the list of options.
        listed = set(re.findall(r"&Config::(\w+)", (ROOT / "config/option_list.cc").read_text()))
        self.assertEqual(set(self.members) - {"membership"}, listed)

    def test_every_option_is_read_or_excused(self):
        for member in self.members:
            with self.subTest(member):
                self.assertTrue(is_read(member, self.sources) or member in UNREAD,
                                "nothing outside config/ reads it: wire it, remove it, or excuse it in UNREAD")

    def test_excuses_are_not_kept_beyond_their_time(self):
        for member in UNREAD:
            with self.subTest(member):
                self.assertIn(member, self.members)
                self.assertFalse(is_read(member, self.sources), "it is read now: take its excuse out")

    def test_a_planted_option_is_found(self):
        planted = members("struct Config {\n  bool planted = true;\n  std::string other;\n};\n")
        self.assertEqual(planted, ["planted", "other"])
        self.assertFalse(is_read("planted", self.sources))
        self.assertTrue(is_read("planted", {Path("x"): "if (context_.config.planted) return;"}))


if __name__ == "__main__":
    unittest.main()
