"""Every operation that kazoo has, and every error that it can be given."""
import hashlib
from base64 import b64encode

from kazoo.client import KazooClient
from kazoo.protocol.states import KeeperState
from kazoo.security import ACL, CREATOR_ALL_ACL, OPEN_ACL_UNSAFE, READ_ACL_UNSAFE, Id, make_acl, make_digest_acl
from steps import Events, Service, main, say, step, wait_for


def nodes(service: Service) -> None:
    a = service.client()
    step("create /n", a.create, "/n", b"one")
    step("exists /n", a.exists, "/n")
    step("getData /n", a.get, "/n")
    step("setData /n", a.set, "/n", b"three")
    step("setData /n 0", a.set, "/n", b"x", 0)
    step("setData /n 1", a.set, "/n", b"", 1)
    step("getData /n", a.get, "/n")
    step("create /n again", a.create, "/n", b"")
    step("create /n/a/b without parent", a.create, "/n/a/b", b"")
    step("create /n/a/b with parents", a.create, "/n/a/b", b"", makepath=True)
    step("create2 /n/c", a.create, "/n/c", b"data", include_data=True)
    step("create2 /n/c again", a.create, "/n/c", b"data", include_data=True)
    step("getChildren /n", lambda: sorted(a.get_children("/n")))
    step("getChildren2 /n", lambda: (sorted((r := a.get_children("/n", include_data=True))[0]), r[1]))
    step("getChildren /none", a.get_children, "/none")
    step("getChildren2 /none", a.get_children, "/none", include_data=True)
    step("exists /none", a.exists, "/none")
    step("getData /none", a.get, "/none")
    step("setData /none", a.set, "/none", b"")
    step("delete /n", a.delete, "/n")
    step("delete /n/c 1", a.delete, "/n/c", 1)
    step("delete /n/c 0", a.delete, "/n/c", 0)
    step("delete /n/c again", a.delete, "/n/c")
    step("sync /n", a.sync, "/n")
    step("sync /none", a.sync, "/none")
    step("delete /n and all below", a.delete, "/n", recursive=True)
    step("create /n/deep ensured", a.ensure_path, "/n/deep/er")
    step("exists /n/deep/er", a.exists, "/n/deep/er")
    a.stop()


def kinds(service: Service) -> None:
    a, b = service.client(), service.client()
    say("session of a", f"sid:{a.client_id[0]}")
    say("session of b", f"sid:{b.client_id[0]}")
    step("create /k", a.create, "/k")
    step("create /k/e ephemeral", a.create, "/k/e", b"", ephemeral=True)
    step("create2 /k/s- sequential", a.create, "/k/s-", b"", sequence=True, include_data=True)
    step("create2 /k/es- ephemeral sequential", b.create, "/k/es-", b"", sequence=True, ephemeral=True, include_data=True)
    step("create /k/ sequential without a name", a.create, "/k/", b"", sequence=True)
    step("delete /k/s-0000000001", a.delete, "/k/s-0000000001")
    step("create /k/s- counts on", a.create, "/k/s-", b"", sequence=True)
    step("create /k/e/below an ephemeral", a.create, "/k/e/below", b"")
    step("exists /k/e seen by b", b.exists, "/k/e")
    step("getData /k", b.get, "/k")
    step("delete /k/e by b", b.delete, "/k/e")
    step("create /k/e by b", b.create, "/k/e", b"", ephemeral=True)
    b.stop()
    step("session of b ends: exists /k/e", a.exists, "/k/e")
    step("session of b ends: getChildren /k", lambda: sorted(a.get_children("/k")))
    step("session of b ends: exists /k", a.exists, "/k")
    a.stop()


def refused_arguments(service: Service) -> None:
    a = service.client()
    raw = RawPaths(a)
    a.create("/x")
    for path in ("", "nothing", "/x//y", "/x/", "/x/./y", "/x/../y", "/x/\u0001y", "/x/\u007fy", "/x/\ud7ffy", "/x/\ue000y", "/x/\ufff0y"):
        name = path.encode("unicode_escape").decode() or "(empty)"
        raw.step(f"create {name}", "create", path)
        raw.step(f"exists {name}", "exists", path)
        raw.step(f"getData {name}", "getData", path)
        raw.step(f"setData {name}", "setData", path)
        raw.step(f"delete {name}", "delete", path)
        raw.step(f"getChildren {name}", "getChildren", path)
    step("create /", a.create, "/")
    step("delete /", a.delete, "/")
    step("setData /", a.set, "/", b"root")
    step("getData /", a.get, "/")
    step("delete /zookeeper", a.delete, "/zookeeper")
    step("delete /zookeeper/quota", a.delete, "/zookeeper/quota")
    step("delete /zookeeper/config", a.delete, "/zookeeper/config")
    step("getChildren /zookeeper", lambda: sorted(a.get_children("/zookeeper")))
    step("create /zookeeper/mine", a.create, "/zookeeper/mine")
    step("delete /zookeeper/mine", a.delete, "/zookeeper/mine")
    step("create /large 1000000 bytes", a.create, "/large", bytes(1_000_000))
    step("exists /large", a.exists, "/large")
    step("delete /large", a.delete, "/large")
    a.stop()


class RawPaths:
    """Sends paths that the library would mend or refuse itself."""

    def __init__(self, client: KazooClient):
        self.client = client

    def step(self, words: str, operation: str, path: str) -> None:
        from kazoo.protocol import serialization as wire
        request = {"create": lambda: wire.Create(path, b"", OPEN_ACL_UNSAFE, 0), "exists": lambda: wire.Exists(path, None),
                   "getData": lambda: wire.GetData(path, None), "setData": lambda: wire.SetData(path, b"", -1),
                   "delete": lambda: wire.Delete(path, -1), "getChildren": lambda: wire.GetChildren(path, None)}[operation]()
        answer = self.client.handler.async_result()
        self.client._call(request, answer)

        def call():
            result = answer.get(timeout=60)
            return result if isinstance(result, (str, bool)) or result is None else "answered"
        step(words, call)


def transactions(service: Service) -> None:
    a = service.client()
    a.create("/t")

    def commit(words: str, *calls) -> None:
        transaction = a.transaction()
        for name, *arguments in calls:
            getattr(transaction, name)(*arguments)
        step(f"multi {words}", transaction.commit)

    commit("of nothing")
    commit("of one", ("create", "/t/a", b"1"))
    commit("of all kinds", ("create", "/t/b"), ("set_data", "/t/b", b"22"), ("check", "/t/b", 1), ("delete", "/t/a"))
    commit("that sees itself", ("create", "/t/c"), ("create", "/t/c/d"), ("create", "/t/c/s-", b"", None, False, True),
           ("delete", "/t/c/d"))
    step("getChildren /t/c", a.get_children, "/t/c")
    commit("that fails at once", ("delete", "/t/none"), ("create", "/t/x"))
    commit("that fails at last", ("create", "/t/x"), ("set_data", "/t/b", b"3"), ("check", "/t/b", 9))
    commit("that fails between", ("create", "/t/x"), ("create", "/t/b"), ("create", "/t/y"))
    commit("not empty", ("delete", "/t/c"))
    step("exists /t/x", a.exists, "/t/x")
    step("getData /t/b", a.get, "/t/b")
    commit("with sequence numbers", ("create", "/t/q-", b"", None, False, True), ("create", "/t/q-", b"", None, True, True))
    step("create /t/q- after a failed one", a.create, "/t/q-", b"", sequence=True)
    step("exists /t", a.exists, "/t")
    a.stop()


def digest(user: str, password: str) -> str:
    return f"{user}:{b64encode(hashlib.sha1(f'{user}:{password}'.encode()).digest()).decode()}"


def permissions(service: Service) -> None:
    a, b = service.client(), service.client()
    step("auth digest of a", a.add_auth, "digest", "ann:pw")
    step("create /p", a.create, "/p", b"secret", acl=CREATOR_ALL_ACL)
    step("getACL /p by a", a.get_acls, "/p")
    step("getACL /p by b", b.get_acls, "/p")
    step("getData /p by b", b.get, "/p")
    step("exists /p by b", b.exists, "/p")
    step("setData /p by b", b.set, "/p", b"")
    step("getChildren /p by b", b.get_children, "/p")
    step("create /p/x by b", b.create, "/p/x")
    step("create /p/x by a", a.create, "/p/x")
    step("delete /p/x by b", b.delete, "/p/x")
    step("setACL /p by b", b.set_acls, "/p", OPEN_ACL_UNSAFE)
    step("setACL /p 5", a.set_acls, "/p", OPEN_ACL_UNSAFE, 5)
    step("setACL /p 0", a.set_acls, "/p", [*CREATOR_ALL_ACL, *READ_ACL_UNSAFE], 0)
    step("getACL /p by a", a.get_acls, "/p")
    step("getACL /p by b", b.get_acls, "/p")
    step("getData /p by b", b.get, "/p")
    step("setData /p by b", b.set, "/p", b"")
    step("auth digest of b, wrong password", b.add_auth, "digest", "ann:wrong")
    step("setData /p by b", b.set, "/p", b"")
    step("auth digest of b", b.add_auth, "digest", "ann:pw")
    step("setData /p by b", b.set, "/p", b"by b")
    step("getACL /p by b", b.get_acls, "/p")
    step("setACL /none", a.set_acls, "/none", OPEN_ACL_UNSAFE)
    step("getACL /none", a.get_acls, "/none")
    a.stop()
    b.stop()


def odd_permissions(service: Service) -> None:
    a = service.client()
    for words, acl in [("none", []), ("unknown scheme", [ACL(31, Id("ldap", "x"))]), ("world:nobody", [ACL(31, Id("world", "nobody"))]),
                       ("auth without a digest", CREATOR_ALL_ACL), ("digest without a colon", [ACL(31, Id("digest", "x"))]),
                       ("ip", [ACL(31, Id("ip", "127.0.0.1"))]), ("ip range", [ACL(31, Id("ip", "127.0.0.0/8"))]),
                       ("other ip", [ACL(31, Id("ip", "10.1.2.3"))]), ("no ip", [ACL(31, Id("ip", "300.1.2.3"))]),
                       ("twice the same", [*READ_ACL_UNSAFE, *READ_ACL_UNSAFE, make_acl("world", "anyone", write=True)]),
                       ("no permission", [ACL(0, Id("world", "anyone"))]),
                       ("digest", [make_digest_acl("bob", "pw", read=True), make_acl("world", "anyone", admin=True)])]:
        path = "/acl-" + words.replace(" ", "-").replace(":", "-")
        step(f"create {path}", a.create, path, b"", acl=acl or [])
        step(f"getACL {path}", a.get_acls, path)
        step(f"getData {path}", lambda path=path: a.get(path)[0])
    step("setACL to none", a.set_acls, "/acl-ip", [])
    a.stop()


def super_user(service: Service) -> None:
    a, b = service.client(), service.client()
    a.add_auth("digest", "owner:pw")
    step("create /su", a.create, "/su", b"mine", acl=CREATOR_ALL_ACL)
    step("getData /su by b", b.get, "/su")
    step("auth as super", b.add_auth, "digest", "super:secret")
    step("getData /su by b", lambda: b.get("/su")[0])
    step("getACL /su by b", b.get_acls, "/su")
    step("setACL /su by b", b.set_acls, "/su", OPEN_ACL_UNSAFE)
    step("delete /su by b", b.delete, "/su")
    a.stop()
    b.stop()


def refused_auth(service: Service) -> None:
    a = service.client()
    step("auth of an unknown scheme", a.add_auth, "kerberos", "x")
    wait_for(lambda: a.client_state in (KeeperState.AUTH_FAILED, KeeperState.CLOSED), "the session ends")
    a.stop()


def watches(service: Service) -> None:
    a, b = service.client(), service.client()
    e = Events()
    step("exists /w watched", a.exists, "/w", watch=e)
    step("create /w by b", b.create, "/w", b"1")
    e.next("exists: created")
    step("exists /w watched", lambda: a.exists("/w", watch=e).version)
    step("setData /w by b", lambda: b.set("/w", b"2").version)
    e.next("exists: changed")
    step("setData /w by b once more", lambda: b.set("/w", b"3").version)
    step("getData /w watched", lambda: a.get("/w", watch=e)[0])
    e.none("getData: of what was before")
    step("setData /w by a itself", lambda: a.set("/w", b"4").version)
    e.next("getData: changed")
    step("getChildren /w watched", a.get_children, "/w", watch=e)
    step("create /w/c by b", b.create, "/w/c")
    e.next("getChildren: created")
    step("getChildren2 /w watched", lambda: a.get_children("/w", watch=e, include_data=True)[0])
    step("setData /w/c by b", lambda: b.set("/w/c", b"no event").version)
    step("delete /w/c by b", b.delete, "/w/c")
    e.next("getChildren2: deleted below")
    step("getData /w watched", lambda: a.get("/w", watch=e)[0])
    other = Events()
    step("getChildren /w watched", a.get_children, "/w", watch=other)
    step("delete /w by b", b.delete, "/w")
    e.next("getData: deleted")
    other.next("getChildren: deleted")
    step("getData /w watched", a.get, "/w", watch=e)
    step("getChildren /w watched", a.get_children, "/w", watch=e)
    step("create /w by b", b.create, "/w")
    step("sync /", a.sync, "/")
    e.none("of a failed getData")
    step("exists /w watched", lambda: a.exists("/w", watch=e).version)
    step("create /w/e by b, ephemeral", b.create, "/w/e", ephemeral=True)
    step("exists /w/e watched", lambda: a.exists("/w/e", watch=other).version)
    b.stop()
    other.next("exists: its session ended")
    e.none("exists: of a child")
    step("setACL /w", lambda: a.set_acls("/w", OPEN_ACL_UNSAFE).aversion)
    e.none("exists: of setACL")
    a.stop()


def watches_and_permissions(service: Service) -> None:
    a, b = service.client(), service.client()
    a.add_auth("digest", "ann:pw")
    e = Events()
    a.create("/wp", b"open")
    step("getData /wp watched by b", lambda: b.get("/wp", watch=e)[0])
    step("setACL /wp", lambda: a.set_acls("/wp", CREATOR_ALL_ACL).aversion)
    step("setData /wp", lambda: a.set("/wp", b"closed").version)
    step("sync by b", b.sync, "/")
    e.none("getData: it may not read any more")
    step("getData /wp watched by b", b.get, "/wp", watch=e)
    step("delete /wp", a.delete, "/wp")
    step("sync by b", b.sync, "/")
    e.none("getData: of a failed one")
    a.stop()
    b.stop()


def configuration(service: Service) -> None:
    a = service.client()
    step("getACL /zookeeper/config", lambda: a.get_acls("/zookeeper/config")[0])
    step("getData /zookeeper/config", lambda: a.get("/zookeeper/config")[0])
    step("setData /zookeeper/config", a.set, "/zookeeper/config", b"")
    a.stop()


if __name__ == "__main__":
    main(nodes, kinds, refused_arguments, transactions, permissions, odd_permissions, super_user, refused_auth, watches,
         watches_and_permissions, configuration)
