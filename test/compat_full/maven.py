"""Programs in Java that Debian does not have: Maven fetches them once, into build/compat-full."""
import re
import subprocess
from pathlib import Path

from progress import say

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build/compat-full"
TRIES = 3
# A connection that says nothing is given up in seconds, and tried again.
NETWORK = ["-Dmaven.wagon.rto=30000", "-Dmaven.wagon.http.retryHandler.count=3", "-Dmaven.wagon.http.pool=false"]
GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"


def classpath(project: str) -> str:
    """The jars that PROJECT.xml asks for, and what these need. Asks Maven only where a jar is missing or the project has changed."""
    pom, listed = HERE / f"{project}.xml", BUILD / f"{project}.classpath"
    if not (listed.exists() and listed.stat().st_mtime > pom.stat().st_mtime and all_there(listed)):
        fetch(pom, listed)
    assert all_there(listed), f"Maven has not brought all of {listed.read_text()}"
    return listed.read_text().strip()


def all_there(listed: Path) -> bool:
    return all(Path(jar).is_file() for jar in listed.read_text().strip().split(":"))


def fetch(pom: Path, listed: Path) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    listed.unlink(missing_ok=True)
    command = ["mvn", "--batch-mode", "-f", str(pom), f"-Dmaven.repo.local={BUILD / 'maven'}", *NETWORK, GOAL,
               f"-Dmdep.outputFile={listed}", "-Dmdep.includeScope=runtime"]
    for attempt in range(1, TRIES + 1):
        say(f"Maven fetches what {pom.name} names{f', try {attempt}' if attempt > 1 else ''}")
        said = ""
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as maven:
            for line in maven.stdout:
                said += line
                if fetched := re.search(r"Downloaded .*/([^/ ]+\.jar) \(([^)]*)", line):
                    say(f"  {fetched.group(1)} ({fetched.group(2)})")
        if maven.returncode == 0 and listed.exists():
            return
    raise AssertionError(f"{' '.join(command)} ended with {maven.returncode}:\n{said[-4000:]}")


def version(project: str, artifact: str) -> str:
    pom = (HERE / f"{project}.xml").read_text()
    return re.search(rf"<artifactId>{re.escape(artifact)}</artifactId><version>([^<]+)<", pom).group(1)
