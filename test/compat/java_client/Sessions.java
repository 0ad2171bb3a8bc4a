import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import java.util.Arrays;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/** Sessions that are resumed, moved, closed by others, or gone. */
final class Sessions {
  private Sessions() {}

  static void run() throws Exception {
    Steps.scenario("time-outs", Sessions::timeouts);
    Steps.scenario("a session resumed", Sessions::resumed);
    Steps.scenario("a session closed by another connection", Sessions::closedByAnother);
    Steps.scenario("a session that is none", Sessions::none);
    Steps.scenario("a session that expires", Sessions::expires);
    Steps.scenario("a changed root", Sessions::chroot);
  }

  private static void timeouts() throws Exception {
    for (int timeoutMs : new int[] {500, 1000, 30_000, 100_000_000}) {
      try (Steps.Client a = new Steps.Client("", timeoutMs)) {
        Steps.say("session of " + timeoutMs + " ms", a.zk.getSessionTimeout());
      }
    }
  }

  private static void resumed() throws Exception {
    Steps.Client a = new Steps.Client();
    Steps.step("create /e", () -> a.zk.create("/e", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
    Steps.say("session of a", Steps.session(a.zk));
    a.zk.leave();
    try (Steps.Client twin = new Steps.Client(Steps.endpoint, a.zk.getSessionId(), a.zk.getSessionPasswd())) {
      twin.session.next("of the twin");
      Steps.say("session of the twin", Steps.session(twin.zk));
      Steps.step("exists /e by the twin", () -> "sid:" + twin.zk.exists("/e", false).getEphemeralOwner());
      Steps.step("getEphemerals by the twin", () -> twin.zk.getEphemerals());
      Steps.step("create /e2 by the twin", () -> twin.zk.create("/e2", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
    }
    try (Steps.Client b = new Steps.Client()) {
      Steps.step("exists /e", () -> b.zk.exists("/e", false));
      Steps.step("exists /e2", () -> b.zk.exists("/e2", false));
    }
  }

  private static void closedByAnother() throws Exception {
    Steps.Client a = new Steps.Client();
    a.zk.create("/closed", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    // Held up, lest the two take the session from each other again and again.
    Steps.order("hold");
    Steps.Client twin = new Steps.Client(Steps.direct, a.zk.getSessionId(), a.zk.getSessionPasswd());
    twin.session.next("of the twin");
    twin.close();
    Steps.order("release");
    Steps.waitFor("a is told", () -> a.session.take().getState() == KeeperState.Expired);
    Steps.say("session state", a.zk.getState());
    Steps.step("exists /closed by a", () -> a.zk.exists("/closed", false));
    try (Steps.Client b = new Steps.Client()) {
      Steps.step("exists /closed by b", () -> b.zk.exists("/closed", false));
    }
    a.close();
  }

  private static void none() throws Exception {
    Steps.Client a = new Steps.Client();
    long id = a.zk.getSessionId();
    byte[] password = a.zk.getSessionPasswd();
    try (Steps.Client wrong = new Steps.Client(Steps.endpoint, id, Steps.bytes("0123456789abcdef"))) {
      wrong.session.next("with a wrong password");
      Steps.step("exists / with a wrong password", () -> wrong.zk.exists("/", false));
    }
    try (Steps.Client shorter = new Steps.Client(Steps.endpoint, id, Steps.bytes("short"))) {
      shorter.session.next("with too short a password");
    }
    Steps.step("exists / by a", () -> Steps.retried(() -> a.zk.exists("/", false) != null));
    a.close();
    try (Steps.Client late = new Steps.Client(Steps.endpoint, id, password)) {
      late.session.next("of a closed session");
    }
    try (Steps.Client unknown = new Steps.Client(Steps.endpoint, 0x7777777777777777L, password)) {
      unknown.session.next("of a session that never was");
    }
  }

  private static void expires() throws Exception {
    try (Steps.Direct direct = new Steps.Direct()) {
      Steps.Client a = new Steps.Client("", 1000);
      a.zk.create("/expires", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
      Steps.Events gone = new Steps.Events();
      Steps.step("exists /expires watched", () -> direct.zk.exists("/expires", gone) != null);
      Steps.order("hold");
      gone.next("exists: the session's time is over");
      Steps.order("release");
      a.session.next("of the session: cut");
      a.session.next("of the session: back");
      Steps.step("exists / by a", () -> a.zk.exists("/", false));
      a.close();
    }
  }

  private static void chroot() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      a.zk.create("/base", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      try (Steps.Client inner = new Steps.Client("/base", Steps.SESSION_MS)) {
        Steps.Events e = new Steps.Events();
        Steps.step("chroot create /x", () -> inner.zk.create("/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        Steps.step("chroot create /s-", () -> inner.zk.create("/s-", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
        Steps.step("chroot getChildren /", () -> Steps.sorted(inner.zk.getChildren("/", e)));
        Steps.step("chroot getEphemerals", () -> inner.zk.getEphemerals());
        Steps.step("chroot multi", () -> inner.zk.multi(Arrays.asList(Op.create("/m", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
            Op.check("/x", 0))));
        e.next("chroot: getChildren");
        Steps.step("getChildren /base", () -> Steps.sorted(a.zk.getChildren("/base", false)));
        Steps.step("chroot delete /", () -> inner.zk.delete("/", -1));
      }
      try (Steps.Client nowhere = new Steps.Client("/nowhere", Steps.SESSION_MS)) {
        Steps.step("chroot without its root: create", () -> nowhere.zk.create("/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      }
    }
  }
}
