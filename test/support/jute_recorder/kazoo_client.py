"""What kazoo is recorded doing: kazoo_client.py HOST:PORT. See record.py for what it prints."""
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.security import make_digest_acl


def heading(words: str) -> None:
    print(words, flush=True)


def fails(ask, *arguments) -> None:
    try:
        ask(*arguments)
    except KazooException:
        return
    raise AssertionError("this was to fail")


heading("the handshake")
client = KazooClient(hosts=sys.argv[1], timeout=10)
client.start(60)

heading("nodes")
client.create("/kazoo", b"data")
client.create("/kazoo/ephemeral", b"e", ephemeral=True)
client.create("/kazoo/n-", b"s", sequence=True)
client.create("/kazoo/es-", b"", ephemeral=True, sequence=True)
client.create("/kazoo/with-stat", b"2", include_data=True)
fails(client.create, "/kazoo", b"")
client.exists("/kazoo")
client.exists("/missing")
client.get("/kazoo")
client.set("/kazoo", b"more")
fails(client.set, "/kazoo", b"", 7)
client.get_children("/kazoo")
client.get_children("/kazoo", include_data=True)
client.sync("/kazoo")
client.create("/kazoo/\u00fcber", "\u00fc".encode())
client.delete("/kazoo/\u00fcber")
fails(client.delete, "/kazoo")

heading("watches")
told = [threading.Event() for _ in range(3)]
client.get("/kazoo", watch=lambda _: told[0].set())
client.exists("/kazoo/later", watch=lambda _: told[1].set())
client.get_children("/kazoo", watch=lambda _: told[2].set())
client.set("/kazoo", b"again")
client.create("/kazoo/later", b"")
for each in told:
    assert each.wait(60)

heading("a transaction")
transaction = client.transaction()
transaction.check("/kazoo", 2)
transaction.create("/kazoo/t", b"t")
transaction.set_data("/kazoo/t", b"u")
transaction.create("/kazoo/t/t-", b"", ephemeral=True, sequence=True)
transaction.delete("/kazoo/later")
assert not any(isinstance(result, Exception) for result in transaction.commit())

heading("a transaction that fails")
transaction = client.transaction()
transaction.create("/kazoo/never", b"")
transaction.check("/kazoo", 7)
transaction.delete("/kazoo/t")
assert all(isinstance(result, Exception) for result in transaction.commit())

heading("who may what")
client.add_auth("digest", "user:secret")
client.create("/kazoo/mine", b"", acl=[make_digest_acl("user", "secret", all=True)])
client.get_acls("/kazoo/mine")
client.set_acls("/kazoo/mine", [make_digest_acl("user", "secret", read=True)])
fails(client.set, "/kazoo/mine", b"")

heading("a ping, after a third of the time-out")
time.sleep(4)

heading("the session ends")
client.stop()
client.close()
