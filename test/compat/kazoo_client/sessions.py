"""What becomes of a session when its connection is cut, moved to another client, or gone for too long."""
from kazoo.client import KazooState
from steps import Events, Service, main, say, step, wait_for


class States:
    """The states of a client, in the order in which it told its listeners."""

    def __init__(self, client):
        self.seen: list[str] = []
        client.add_listener(self.seen.append)

    def wait_for(self, *states: str) -> None:
        wait_for(lambda: len(self.seen) >= len(states), f"{states}; there were {self.seen}")
        say("session states", ", ".join(self.seen))


def a_cut_connection(service: Service) -> None:
    a, b = service.client(), service.client()
    e, children, created = Events(), Events(), Events()
    a.create("/cut")
    a.create("/cut/e", ephemeral=True)
    step("session of a", lambda: f"sid:{a.client_id[0]}")
    step("getData /cut watched", lambda: a.get("/cut", watch=e)[0])
    step("getChildren /cut watched", a.get_children, "/cut", watch=children)
    step("exists /cut/new watched", a.exists, "/cut/new", watch=created)
    states = States(a)
    service.order("cut")
    states.wait_for(KazooState.SUSPENDED, KazooState.CONNECTED)
    step("session of a", lambda: f"sid:{a.client_id[0]}")
    # This library does not restore watches: it says that they are gone.
    for name, events in (("getData", e), ("getChildren", children), ("exists", created)):
        events.next(f"{name}: the connection was lost")
    step("exists /cut/e", lambda: f"sid:{a.exists('/cut/e').ephemeralOwner}")
    step("setData /cut by b", lambda: b.retry(b.set, "/cut", b"x").version)
    step("create /cut/new by b", b.create, "/cut/new")
    a.stop()
    step("exists /cut/e after a ended", b.exists, "/cut/e")
    b.stop()


def a_session_that_moves(service: Service) -> None:
    a = service.client()
    a.create("/move", ephemeral=True)
    before = a.client_id[0]
    step("session of a", lambda: f"sid:{a.client_id[0]}")
    resumed = a.client_id
    states = States(a)
    # Held up, lest the two take the session from each other again and again.
    service.order("hold")
    twin = service.client(where=service.direct, client_id=resumed)
    step("session of its twin", lambda: f"sid:{twin.client_id[0]}")
    step("exists /move by the twin", lambda: f"sid:{twin.exists('/move').ephemeralOwner}")
    twin.stop()
    service.order("release")
    states.wait_for(KazooState.SUSPENDED, KazooState.LOST, KazooState.CONNECTED)
    say("session of a", "new" if a.client_id[0] != before else "the old one")
    step("exists /move", a.exists, "/move")
    a.stop()


def a_wrong_password(service: Service) -> None:
    a = service.client()
    a.create("/pw", ephemeral=True)
    before = a.client_id[0]
    other = service.client(client_id=(before, b"0123456789abcdef"))
    # It is told that the session is none, and then asks for one of its own; a may lose its connection, but not its session.
    wait_for(lambda: other.connected and other.client_id is not None, "another session")
    say("session of another with a's id", "new" if other.client_id[0] != before else "a's")
    step("exists /pw", lambda: a.retry(a.exists, "/pw").ephemeralOwner == before)
    step("session of a", lambda: "still its own" if a.client_id[0] == before else "another")
    other.stop()
    a.stop()


def a_session_that_expires(service: Service) -> None:
    direct = service.client()
    a = service.client(timeout=1)
    e = Events()
    a.create("/expire")
    a.create("/expire/e", ephemeral=True)
    before = a.client_id[0]
    states = States(a)
    service.order("hold")
    wait_for(lambda: KazooState.SUSPENDED in states.seen, "the connection is lost")
    # Half as long again as a session of a second may last.
    service.pause(3)
    service.order("release")
    states.wait_for(KazooState.SUSPENDED, KazooState.LOST, KazooState.CONNECTED)
    say("session of a", "new" if a.client_id[0] != before else "the old one")
    step("exists /expire/e", lambda: direct.retry(direct.exists, "/expire/e"))
    step("getChildren /expire", lambda: direct.get_children("/expire", watch=e))
    step("create /expire/e by the new session", a.create, "/expire/e", ephemeral=True)
    e.next("getChildren: created")
    a.stop()
    direct.stop()


def a_changed_root(service: Service) -> None:
    a = service.client()
    a.create("/base")
    inner = service.client("/base")
    e = Events()
    step("chroot create /x", inner.create, "/x", b"in")
    step("chroot getData /x", lambda: inner.get("/x", watch=e)[0])
    step("chroot create /s- sequential", inner.create, "/s-", sequence=True)
    step("chroot create2 /y", lambda: inner.create("/y", include_data=True)[0])
    step("chroot getChildren /", lambda: sorted(inner.get_children("/")))
    step("getChildren /base", lambda: sorted(a.get_children("/base")))
    step("setData /base/x", lambda: a.set("/base/x", b"out").version)
    e.next("chroot: changed")
    step("chroot sync /", inner.sync, "/")
    transaction = inner.transaction()
    transaction.create("/m")
    transaction.delete("/x")
    step("chroot multi", transaction.commit)
    nowhere = service.client("/nowhere")
    step("chroot without its root: create /x", nowhere.create, "/x")
    step("chroot without its root: getChildren /", nowhere.get_children, "/")
    for client in (inner, nowhere, a):
        client.stop()


if __name__ == "__main__":
    main(a_cut_connection, a_session_that_moves, a_wrong_password, a_session_that_expires, a_changed_root)
