"""A program of somebody else builds against the installed client library, and works."""
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BIN, ROOT, ServerCase, quorate


def run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


class ClientPackage(ServerCase):
    def test_the_example_builds_against_the_installed_package_and_locks(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        run("cmake", "--build", BIN.parent, "--target", "quorate_package", "quorate")
        run("cmake", "--install", BIN.parent, "--component", "client", "--prefix", folder / "prefix")
        run("cmake", "-S", ROOT / "client/example", "-B", folder / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}")
        run("cmake", "--build", folder / "build")

        # Each holder appends its two lines; together they show whether two ever held at once.
        log = folder / "log"
        script = f"echo in $LOCK_TOKEN >> {log}; sleep 0.1; echo out $LOCK_TOKEN >> {log}"
        holders = [subprocess.Popen([str(folder / "build/lock"), self.server.endpoint, "/lock", "--", "sh", "-c", script])
                   for _ in range(3)]
        codes = [holder.wait(60) for holder in holders]

        self.assertEqual(codes, [0, 0, 0])
        lines = [line.split() for line in log.read_text().splitlines()]
        tokens = [token for word, token in lines if word == "in"]
        self.assertEqual(lines, [[word, token] for token in tokens for word in ("in", "out")])
        self.assertEqual(tokens, sorted(tokens))
        self.assertEqual(quorate(self.server, "ls", "/lock").stdout, "")

    def test_the_headers_need_nothing_that_is_not_installed(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        run("cmake", "--build", BIN.parent, "--target", "quorate_package", "quorate")
        run("cmake", "--install", BIN.parent, "--component", "client", "--prefix", folder)
        include = folder / "include/quorate"
        headers = [path.relative_to(include) for path in include.rglob("*.h")]
        self.assertGreater(len(headers), 10)
        source = folder / "all.cc"
        for header in headers:
            with self.subTest(str(header)):
                source.write_text(f'#include "{header}"\n')
                run("c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", include, source)


if __name__ == "__main__":
    unittest.main()
