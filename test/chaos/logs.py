"""What the servers' own logs must not say, whatever was done to them."""
import re

LEADS = re.compile(r" leading .*\bepoch=(\d+)")
# `error` needs a person, and nobody was there; only swapped directories ask for one.
EXPECTED = ("belongs to server",)
BROKEN = re.compile(r"fatal invariant=|terminate called|AddressSanitizer|runtime error|\bactor_restarts\b|\bheld_before_record\b")


def complaints(logs: dict[int, str]) -> list[str]:
    """Server -> its log. I-03, and that no server contradicted itself."""
    found = []
    leaders: dict[str, int] = {}
    for server, text in logs.items():
        for line in text.splitlines():
            if leads := LEADS.search(line):
                first = leaders.setdefault(leads[1], server)
                if first != server:
                    found.append(f"epoch {leads[1]} has two leaders, {first} and {server}")
            is_error = " error " in line[:40] and not any(words in line for words in EXPECTED)
            if is_error or BROKEN.search(line):
                found.append(f"server {server} says: {line[:300]}")
    return found
