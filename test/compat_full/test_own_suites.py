"""The tests that clients bring along for themselves, with Quorate as the ZooKeeper that they start."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from clients import BUILD as COMPAT_BUILD
from clients import PYTHON, go_programs, go_version
from maven import BUILD, HERE
from progress import say, step
from servers import ROOT

KAZOO = "2.10.0"
# With what its tests need; later versions of pyOpenSSL have lost what they call.
KAZOO_PACKAGES = (f"kazoo=={KAZOO}", "pytest", "pytest-timeout", "objgraph", "pyjks", "pyOpenSSL==23.2.0")
# Why they cannot pass: TLS is asked for in Java's key stores; there is no SASL, no reconfiguration; no such event loops are installed;
# test_rw_lock starts two threads and demands that the first of them is the first to ask the server.
KAZOO_LEFT_OUT = ("TestSSLClient", "Reconfig", "sasl", "gevent", "eventlet", "test_rw_lock")
# It reads 20 MB in one reply. Quorate refuses what exceeds jute.maxbuffer, where a client for Java would lose its connection.
GO_REFUSED = {"TestIntegration_Children"}


def server_named(name: str) -> Path:
    """A folder in which Quorate has that name."""
    folder = BUILD / "as-zookeeper"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / name
    link.unlink(missing_ok=True)
    link.symlink_to(HERE / "as_zookeeper.py")
    return folder


def environment(**own: str) -> dict[str, str]:
    return {**os.environ, "QUORATED": str(ROOT / "build/release/bin/quorated"), **own}


class OwnSuites(unittest.TestCase):
    def test_kazoo(self):
        packages = BUILD / f"kazoo-suite-{KAZOO}"
        if not (packages / "kazoo").exists():
            say(f"pip fetches kazoo {KAZOO} with its tests")
            subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--target", str(packages), *KAZOO_PACKAGES], check=True)
        with step(f"the tests of kazoo {KAZOO}, with three servers"):
            path = f"{server_named('java')}:{os.environ['PATH']}"
            command = [PYTHON, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "--timeout", "300",
                       str(packages / "kazoo/tests"), "-k", " and ".join(f"not {name}" for name in KAZOO_LEFT_OUT)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", cwd=BUILD, check=False,
                                  env=environment(PATH=path, PYTHONPATH=str(packages), ZOOKEEPER_VERSION="3.8.0",
                                                  ZOOKEEPER_PATH="/usr/share/java"))
            passed = re.search(r"^(?:=+ )?(\d+) passed", done.stdout, re.MULTILINE)
            say(f"  {passed.group(0) if passed else 'none passed'}")
            self.assertEqual(done.returncode, 0, done.stdout[-8000:])
            self.assertGreater(int(passed.group(1)), 250)

    def test_go(self):
        go_programs()  # Which fetches the module.
        modules = COMPAT_BUILD / "go-modules"
        source = modules / f"github.com/go-zookeeper/zk@v{go_version()}"
        with step(f"the tests of go-zookeeper/zk {go_version()}"), tempfile.TemporaryDirectory() as folder:
            tests = shutil.copytree(source, Path(folder) / "zk", copy_function=shutil.copyfile)
            subprocess.run(["chmod", "-R", "u+w", str(tests)], check=True)
            done = subprocess.run(["go", "test", "-json", "-timeout", "20m", "./..."], cwd=tests, capture_output=True, text=True,
                                  errors="replace", check=False,
                                  env=environment(ZOOKEEPER_BIN_PATH=str(server_named("zkServer.sh")), GOTOOLCHAIN="local",
                                                  GOCACHE=str(COMPAT_BUILD / "go-cache"), GOMODCACHE=str(modules), GOFLAGS="-mod=mod"))
            events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            outcomes = {event["Test"]: event["Action"] for event in events if event.get("Test") and event["Action"] in ("pass", "fail")}
            passed = sum(outcome == "pass" for outcome in outcomes.values())
            say(f"  {passed} passed, refused by intent: {', '.join(sorted(GO_REFUSED))}")
            said = "".join(event.get("Output", "") for event in events)
            self.assertEqual({name for name, outcome in outcomes.items() if outcome == "fail"}, GO_REFUSED, said[-8000:] + done.stderr[-2000:])
            self.assertGreater(passed, 50)


if __name__ == "__main__":
    unittest.main()
