"""What is done to the servers while clients work. Each fault ends with everything running and connected again.

A fault gets a Leg (chaos.py): the cluster, its network, `random`, `say()` for what is done to whom, and `hold()` to let it last.
"""
import re
import shutil
from dataclasses import dataclass
from typing import Callable

from ensemble import Member


@dataclass(frozen=True)
class Fault:
    name: str
    cause: Callable
    needs: str  # "": any network; "namespaces"; "proxies".
    servers_min: int

    def suits(self, network) -> bool:
        return self.needs in ("", network.name) and len(network.numbers) >= self.servers_min


FAULTS: list[Fault] = []


def fault(name: str, needs: str = "", servers_min: int = 3):
    def keep(cause: Callable) -> Callable:
        FAULTS.append(Fault(name, cause, needs, servers_min))
        return cause
    return keep


def numbers(members: list[Member]) -> str:
    return " and ".join(str(member.number) for member in members)


# --- Processes ------------------------------------------------------------------------------------

@fault("kill-leader")
def kill_leader(leg) -> None:
    leader = leg.leader()
    leg.say(f"kill -9 the leader, {leader.number}")
    leader.kill()
    leg.hold(1, 2.5)
    leader.start(wait=False)


@fault("kill-follower")
def kill_follower(leg) -> None:
    follower = leg.random.choice(leg.followers())
    leg.say(f"kill -9 a follower, {follower.number}")
    follower.kill()
    leg.hold(1, 2.5)
    follower.start(wait=False)


@fault("kill-all")
def kill_all(leg) -> None:
    leg.say("kill -9 all")
    for member in leg.cluster.members.values():
        member.process.kill()
    for member in leg.cluster.members.values():
        member.process.wait()
    leg.hold(0, 0.5)
    for member in leg.cluster.members.values():
        member.start(wait=False)


@fault("pause-leader")
def pause_leader(leg) -> None:
    leader = leg.leader()
    leg.say(f"stop the leader's process, {leader.number}, and let it go on")
    leader.pause()
    leg.hold(2, 5)
    leader.resume()


@fault("pause-follower")
def pause_follower(leg) -> None:
    follower = leg.random.choice(leg.followers())
    leg.say(f"stop a follower's process, {follower.number}, and let it go on")
    follower.pause()
    leg.hold(2, 5)
    follower.resume()


@fault("transfer-leadership")
def transfer_leadership(leg) -> None:
    agreed = 0
    for _ in range(6):
        asked = leg.random.choice(list(leg.cluster.members.values()))
        to = leg.random.choice(leg.followers())
        leg.say(f"ask {asked.number} to have {to.number} lead")
        agreed += leg.ask_for_leader(asked, to)
        leg.hold(0.05, 0.8)
    if agreed == 0:
        leg.fail("nobody who was asked agreed to another leader")


@fault("stop-leader")
def stop_leader(leg) -> None:
    leader = leg.leader()
    leg.say(f"end the leader, {leader.number}, in order")
    leader.stop()
    leg.hold(0.2, 1.5)
    leader.start(wait=False)


@fault("restart-loop")
def restart_loop(leg) -> None:
    victim = leg.random.choice(list(leg.cluster.members.values()))
    leg.say(f"kill -9 {victim.number} again and again")
    for _ in range(5):
        victim.kill()
        victim.start(wait=False)
        leg.hold(0.05, 0.8)


# --- Data directories -----------------------------------------------------------------------------

@fault("empty-data")
def empty_data(leg) -> None:
    victim = leg.random.choice(list(leg.cluster.members.values()))
    leg.say(f"kill -9 {victim.number} and empty its data directory")
    victim.kill()
    shutil.rmtree(victim.data)
    leg.hold(0.5, 1.5)
    said_before = victim.log.stat().st_size
    victim.start(wait=False)
    leg.wait_until(lambda: " looking " in log_behind(victim, said_before), f"server {victim.number} looks for a leader")
    first = next(line for line in log_behind(victim, said_before).splitlines() if " looking " in line)
    if "votes=false" not in first:
        leg.fail(f"server {victim.number} was emptied and votes: {first}")


@fault("old-data")
def old_data(leg) -> None:
    """As a disk that lied about its syncs, or a backup put back by a person: the server has lost what it acknowledged."""
    victim = leg.random.choice(list(leg.cluster.members.values()))
    leg.say(f"give {victim.number} back the data that it had a moment ago")
    victim.kill()
    old = victim.data.with_name("old-data")
    shutil.copytree(victim.data, old)
    victim.start(wait=False)
    leg.hold(1.5, 3)
    victim.kill()
    shutil.rmtree(victim.data)
    old.rename(victim.data)
    victim.start(wait=False)


@fault("far-behind")
def far_behind(leg) -> None:
    """What the server lacks is no longer in anybody's log: it needs an image, and something may happen to it or to the leader meanwhile."""
    victim = leg.random.choice(leg.followers())
    emptied = leg.random.random() < 0.3
    leg.say(f"keep {victim.number} away{', empty its data directory' if emptied else ''} and write until the logs are purged")
    victim.kill()
    if emptied:
        shutil.rmtree(victim.data)
    others = leg.cluster.running()
    kept = leg.newest_zxid()

    def purged() -> bool:
        if all(purged_to(member) >= kept for member in others):
            return True
        leg.write_much()
        return False

    leg.wait_until(purged, "the logs are purged", patience=6)
    said_before = victim.log.stat().st_size
    victim.start(wait=False)
    killed = leg.random.choice([None, victim, "leader"])
    if killed is not None:
        leg.hold(0.1, 0.6)
        killed = leg.leader() if killed == "leader" else killed
        leg.say(f"... it comes back, and then kill -9 {killed.number}")
        killed.kill()
        killed.start(wait=False)
    leg.wait_until(lambda: "image_received" in log_behind(victim, said_before), f"server {victim.number} gets an image")


def purged_to(member: Member) -> int:
    """The last zxid that is no longer in a server's log."""
    said = re.findall(r" log_purged .*\bzxid=([0-9a-f]+)\.([0-9a-f]+)", member.log.read_text(errors="replace"))
    return max(((int(epoch, 16) << 32) + int(counter, 16) for epoch, counter in said), default=0)


@fault("swap-data", servers_min=5)
def swap_data(leg) -> None:
    one, other = leg.random.sample(leg.followers(), 2)
    leg.say(f"kill -9 {one.number} and {other.number} and swap their data directories")
    for member in (one, other):
        member.kill()
    swap(one, other)
    for member in (one, other):
        member.start(wait=False)
    for member in (one, other):
        code = member.process.wait(60)
        if code != 1 or "belongs to server" not in member.tail(3):
            leg.fail(f"server {member.number} ended with {code} over the data of another:\n{member.tail(3)}")
    swap(one, other)
    for member in (one, other):
        member.start(wait=False)


def swap(one: Member, other: Member) -> None:
    aside = one.data.with_name("aside")
    one.data.rename(aside)
    other.data.rename(one.data)
    aside.rename(other.data)


def log_behind(member: Member, position: int) -> str:
    return member.log.read_bytes()[position:].decode(errors="replace")


# --- Partitions -----------------------------------------------------------------------------------

def part(leg, some: list[Member], others: list[Member]) -> None:
    for one in some:
        for other in others:
            leg.network.cut(one.number, other.number)
            leg.network.cut(other.number, one.number)


@fault("cut-off-leader")
def cut_off_leader(leg) -> None:
    leader = leg.leader()
    leg.say(f"cut the leader, {leader.number}, off from the others; clients still reach it")
    part(leg, [leader], [it for it in leg.cluster.members.values() if it is not leader])
    leg.hold(2, 4)


@fault("cut-off-minority")
def cut_off_minority(leg) -> None:
    members = list(leg.cluster.members.values())
    some = leg.random.sample(leg.followers(), (len(members) - 1) // 2)
    leg.say(f"cut {numbers(some)} off")
    part(leg, some, [it for it in members if it not in some])
    leg.hold(2, 4)


@fault("leader-is-not-heard")
def leader_is_not_heard(leg) -> None:
    leader = leg.leader()
    leg.say(f"nothing that the leader, {leader.number}, says arrives")
    for other in leg.cluster.members.values():
        if other is not leader:
            leg.network.cut(leader.number, other.number)
    leg.hold(2, 4)


@fault("leader-hears-nobody")
def leader_hears_nobody(leg) -> None:
    leader = leg.leader()
    leg.say(f"nothing arrives at the leader, {leader.number}")
    for other in leg.cluster.members.values():
        if other is not leader:
            leg.network.cut(other.number, leader.number)
    leg.hold(2, 4)


@fault("one-way-cut")
def one_way_cut(leg) -> None:
    one, other = leg.random.sample(list(leg.cluster.members.values()), 2)
    leg.say(f"nothing that {one.number} says to {other.number} arrives")
    leg.network.cut(one.number, other.number)
    leg.hold(2, 4)


@fault("ring")
def ring(leg) -> None:
    members = leg.random.sample(list(leg.cluster.members.values()), len(leg.cluster.members))
    leg.say(f"each sees its neighbours alone: {', '.join(str(it.number) for it in members)}")
    count = len(members)
    for at, one in enumerate(members):
        for distance in range(2, count - 1) if count > 3 else ([2] if at == 0 else []):
            part(leg, [one], [members[(at + distance) % count]])
    leg.hold(3, 5)


@fault("everything")
def everything(leg) -> None:
    """Whatever happens to whomever, without regard to what is left."""
    leg.say("kill, stop, cut and mend at random")
    members = list(leg.cluster.members.values())
    paused: set[Member] = set()

    def kill(member: Member) -> None:
        paused.discard(member)
        member.kill()

    def pause(member: Member) -> None:
        paused.add(member)
        member.pause()

    def resume() -> None:
        while paused:
            paused.pop().resume()

    def cut() -> None:
        one, other = leg.random.sample(members, 2)
        leg.network.cut(one.number, other.number)

    try:
        for _ in range(leg.random.randint(10, 20)):
            running = leg.cluster.running()
            dead = [member for member in members if member not in running]
            what = leg.random.choice(["kill", "start", "start", "pause", "resume", "cut", "cut", "cut", "heal"])
            if what == "kill" and running:
                kill(leg.random.choice(running))
            elif what == "start" and dead:
                leg.random.choice(dead).start(wait=False)
            elif what == "pause" and running:
                pause(leg.random.choice(running))
            elif what == "resume":
                resume()
            elif what == "cut":
                cut()
            elif what == "heal":
                leg.network.heal()
            leg.hold(0.05, 0.8)
    finally:
        resume()
    for member in members:
        if member not in leg.cluster.running():
            member.start(wait=False)


@fault("link-down", needs="namespaces")
def link_down(leg) -> None:
    victim = leg.random.choice(list(leg.cluster.members.values()))
    leg.say(f"the link of {victim.number} goes down and up, three times")
    for _ in range(3):
        leg.network.link_down(victim.number)
        leg.hold(0.2, 1.5)
        leg.network.link_up(victim.number)
        leg.hold(0.1, 0.8)


# --- Slow and lossy links -------------------------------------------------------------------------

@fault("slow-links", needs="proxies")
def slow_links(leg) -> None:
    delay = leg.random.uniform(0.02, 0.15)
    leg.say(f"all links between servers are {delay * 1000:.0f} ms long")
    for proxy in leg.network.peers.values():
        proxy.forward.delay_s = proxy.backward.delay_s = delay
    leg.hold(2, 4)


@fault("narrow-link", needs="proxies")
def narrow_link(leg) -> None:
    follower = leg.random.choice(leg.followers())
    rate = leg.random.choice([1000, 4000, 16000])
    leg.say(f"the links of a follower, {follower.number}, carry {rate} bytes a second")
    for way in leg.network.ways_of(follower.number):
        way.bytes_per_s = rate
    leg.hold(2, 4)


@fault("stalling-links", needs="proxies")
def stalling_links(leg) -> None:
    leg.say("links between servers fall silent one by one, and come back in another order")
    ways = [way for proxy in leg.network.peers.values() for way in (proxy.forward, proxy.backward)]
    for way in leg.random.sample(ways, len(ways) * 2 // 3):
        way.stalled = True
        leg.hold(0.1, 0.3)
    for way in leg.random.sample(ways, len(ways)):
        way.stalled = False
        leg.hold(0.02, 0.1)


@fault("lossy-links", needs="proxies")
def lossy_links(leg) -> None:
    leg.say("links between servers break again and again")
    for _ in range(12):
        proxy = leg.random.choice(list(leg.network.peers.values()))
        proxy.forward.delay_s = leg.random.uniform(0, 0.05)
        leg.network.reset(proxy)
        leg.hold(0.1, 0.4)


@fault("slow-clients", needs="proxies")
def slow_clients(leg) -> None:
    number = leg.random.choice(list(leg.network.numbers))
    leg.say(f"the clients of {number} are far away, the link narrow")
    proxy = leg.network.clients[number]
    proxy.forward.delay_s = proxy.backward.delay_s = 0.2
    proxy.backward.bytes_per_s = 8000
    leg.hold(2, 4)


@fault("lossy-clients", needs="proxies")
def lossy_clients(leg) -> None:
    leg.say("connections of clients break again and again")
    for _ in range(12):
        leg.network.reset(leg.random.choice(list(leg.network.clients.values())))
        leg.hold(0.1, 0.4)


@fault("one-way-clients", needs="proxies")
def one_way_clients(leg) -> None:
    number = leg.random.choice(list(leg.network.numbers))
    leg.say(f"no answer of {number} reaches its clients")
    leg.network.clients[number].backward.stalled = True
    leg.hold(2, 5)
