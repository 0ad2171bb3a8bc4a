"""Rules of the tree that no compiler checks: includes point down, core stays pure, files stay small."""
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Folder -> folders whose headers it may include. The longest matching folder counts.
MAY_INCLUDE = {
    "core": {"core"},
    "schema": {"schema", "core"},
    "storage": {"storage", "core"},
    "config": {"config", "core"},
    "actors": {"actors", "storage", "schema", "config", "core"},
    "client": {"client", "schema", "core"},
    "client/cli": {"client/cli", "client", "schema", "core"},
    "bench": {"bench", "client", "schema", "core"},
    "test/chaos": None,
    "test/unit": None,
    "test/fuzz": None,
    "test/sim": None,
    "test/support": None,
}
FORBIDDEN_IN_CORE = re.compile(
    r"steady_clock|system_clock|random_device|std::thread|std::mutex|\brand\(|getenv|sleep_for|"
    r"std::unordered_(map|set)|#include <(caf|capnp|kj|rocksdb|openssl|spdlog|fmt|nlohmann|boost|xxhash)")
WRAPPERS_IN_CORE = {"core/base/flat_map.h", "core/base/hash.cc"}
FOLDERS = sorted(MAY_INCLUDE, key=len, reverse=True)
TOP_FOLDERS = {name.split("/")[0] for name in MAY_INCLUDE}


def tracked(*patterns: str) -> list[str]:
    return subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def folder_of(name: str) -> str | None:
    return next((folder for folder in FOLDERS if name.startswith(folder + "/")), None)


def wrong_includes(name: str, text: str) -> list[str]:
    """The includes of a file that point where they may not."""
    folder = folder_of(name)
    if folder is None or MAY_INCLUDE[folder] is None:
        return []
    wrong = []
    for target in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.MULTILINE):
        if target.split("/")[0] not in TOP_FOLDERS:
            wrong.append(f"{name} includes \"{target}\": paths start at the top of the tree")
        elif folder_of(target) not in MAY_INCLUDE[folder]:
            wrong.append(f"{name} includes \"{target}\": {folder} may include {', '.join(sorted(MAY_INCLUDE[folder]))}")
    if re.search(r"#\s*include\s*<caf/", text) and folder != "actors":
        wrong.append(f"{name} includes CAF, which only actors/ may")
    return wrong


class TreeRules(unittest.TestCase):
    def test_includes_point_down(self):
        wrong = [line for name in tracked("*.h", "*.cc") for line in wrong_includes(name, (ROOT / name).read_text())]
        self.assertEqual(wrong, [])

    def test_a_planted_include_is_found(self):
        self.assertEqual(len(wrong_includes("core/tree/x.cc", '#include "storage/txn_log.h"\n')), 1)
        self.assertEqual(len(wrong_includes("storage/x.cc", '#include "schema/client_messages.h"\n')), 1)
        self.assertEqual(len(wrong_includes("schema/x.cc", "#include <caf/all.hpp>\n")), 1)
        self.assertEqual(wrong_includes("actors/x.cc", '#include "core/base/ids.h"\n#include <caf/actor.hpp>\n'), [])

    def test_core_is_pure(self):
        wrong = []
        for name in tracked("core/*.h", "core/*.cc"):
            if name in WRAPPERS_IN_CORE:
                continue
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                if FORBIDDEN_IN_CORE.search(line.split("//")[0]):
                    wrong.append(f"{name}:{number}: {line.strip()}")
        self.assertEqual(wrong, [])

    def test_files_stay_small(self):
        large = [f"{name} has {count} lines" for name in tracked("*.h", "*.cc", "*.py")
                 if not name.startswith("test/") and "/generated/" not in name
                 and (count := len((ROOT / name).read_text().splitlines())) > 600]
        self.assertEqual(large, [])

    def test_no_machine_paths(self):
        found = subprocess.run(["git", "grep", "-nIE", r"(^|[^A-Za-z0-9_./-])/(work|farm|root)/", "--", ".", ":!test/rules"],
                               cwd=ROOT, capture_output=True, text=True, check=False).stdout
        self.assertEqual(found, "")

    def test_packages_are_listed_once(self):
        names = [line.split("#")[0].strip() for line in (ROOT / "deploy/packages.txt").read_text().splitlines()]
        names = [name for name in names if name and not name.startswith("[")]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_scripts_parse(self):
        for name in tracked("deploy/up", "deploy/down", "deploy/*.sh", "test/run", "test/fuzz/*.sh", ".ci/run"):
            with self.subTest(name), tempfile.TemporaryDirectory():
                self.assertEqual(subprocess.run(["bash", "-n", name], cwd=ROOT, check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
