"""An election by sequential ephemeral nodes, each candidate watching the one before it: two in Python, one in Java between them."""
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kazoo_client"))

from steps import Service, say, scenario, wait_for  # noqa: E402


class Candidate:
    """The recipe, with kazoo."""

    def __init__(self, service: Service):
        self.client = service.client()
        self.path = self.client.create("/election/python-", ephemeral=True, sequence=True)
        self.leads = threading.Event()
        self.look()

    def look(self, _event=None) -> None:
        def number(name: str) -> str:
            return name.rsplit("-", 1)[1]
        own = number(self.path)
        before = [name for name in self.client.get_children("/election") if number(name) < own]
        if not before:
            self.leads.set()
        # The callback must not wait for answers: a thread does.
        elif not self.client.exists(f"/election/{max(before, key=number)}", watch=lambda event: threading.Thread(target=self.look).start()):
            self.look()


def standing(service_client) -> list[str]:
    return sorted(service_client.get_children("/election"), key=lambda name: name.rsplit("-", 1)[1])


def main() -> None:
    *java, endpoint, orders, direct = sys.argv[1:]
    service = Service(endpoint, orders, direct)
    operator = service.client()
    operator.create("/election")
    scenario("an election across languages")
    first = Candidate(service)
    say("election first", f"{first.path} {'leads' if first.leads.is_set() else 'waits'}")
    with subprocess.Popen([*java, endpoint], stdout=subprocess.PIPE, text=True) as second:
        say("election second", second.stdout.readline().strip())
        third = Candidate(service)
        say("election third", f"{third.path} {'leads' if third.leads.is_set() else 'waits'}")
        say("election candidates", standing(operator))
        first.client.stop()
        say("election when the session of the first ended", second.stdout.readline().strip())
        say("election third meanwhile", "leads" if third.leads.is_set() else "waits")
        second.kill()
        wait_for(third.leads.is_set, "the third leads")
    say("election when the process of the second was killed", "third leads")
    say("election candidates", standing(operator))
    third.client.stop()
    operator.stop()


if __name__ == "__main__":
    main()
