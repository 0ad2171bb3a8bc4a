import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import java.util.Arrays;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;

/** ZooKeeper's own client for Java when servers of its ensemble are killed; with `--stopped`, the process that stands still. */
public final class Main {
  private static final int SHORT_SESSION_MS = 4000;

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("--stopped")) {
      Steps.endpoint = arguments[1];
      stopped();
    } else {
      Steps.endpoint = arguments[0];
      Steps.orders = Integer.parseInt(arguments[1]);
      Steps.scenario("Java: a server that is killed", Main::killedServer);
      Steps.scenario("Java: a leader that is killed", Main::killedLeader);
    }
    System.exit(0);
  }

  private static Steps.Client clientOf(String endpoints) throws Exception {
    return new Steps.Client(endpoints, "", Steps.SESSION_MS);
  }

  /** The next event of a watch; those of the session pass by. */
  private static void next(Steps.Events events, String words) throws InterruptedException {
    WatchedEvent event = events.take();
    while (event != null && event.getType() == EventType.None) event = events.take();
    Steps.say("event " + words, event);
  }

  private static void killedServer() throws Exception {
    try (Steps.Client a = clientOf(Steps.ask("followers")); Steps.Client b = clientOf(Steps.ask("leader"))) {
      a.zk.create("/java", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      a.zk.create("/java/e", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
      long session = a.zk.getSessionId();
      byte[] password = a.zk.getSessionPasswd();
      Steps.say("session of a", Steps.session(a.zk));
      Steps.Events data = new Steps.Events();
      Steps.Events children = new Steps.Events();
      Steps.Events created = new Steps.Events();
      Steps.Events quiet = new Steps.Events();
      a.zk.getData("/java", data, null);
      a.zk.getChildren("/java", children);
      a.zk.exists("/java/new", created);
      a.zk.exists("/java/e", quiet);
      Steps.order("kill " + a.zk.server());
      Steps.step("setData /java by b meanwhile", () -> b.zk.setData("/java", Steps.bytes("new"), -1).getVersion());
      Steps.step("create /java/new by b meanwhile",
          () -> b.zk.create("/java/new", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      next(data, "getData: changed meanwhile");
      next(children, "getChildren: a child came meanwhile");
      next(created, "exists: created meanwhile");
      Steps.say("session of a", Steps.session(a.zk));
      Steps.say("session password", Arrays.equals(password, a.zk.getSessionPasswd()) && session == a.zk.getSessionId());
      Steps.step("exists /java/e", () -> "sid:" + Steps.retried(() -> a.zk.exists("/java/e", false)).getEphemeralOwner());
      Steps.step("getEphemerals", () -> Steps.retried(() -> a.zk.getEphemerals("/java")));
      Steps.step("delete /java/e by b", () -> b.zk.delete("/java/e", -1));
      next(quiet, "exists: a watch that was set again fires later");
      Steps.order("start");
    }
  }

  private static void killedLeader() throws Exception {
    try (Steps.Client a = clientOf(Steps.endpoint)) {
      a.zk.create("/sequential", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      long session = a.zk.getSessionId();
      for (int i = 0; i < 3; i++) {
        Steps.step("create /sequential/n-",
            () -> a.zk.create("/sequential/n-", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
      }
      Steps.order("kill " + Steps.ask("leader"));
      Steps.ask("leader");
      Stat before = Steps.retried(() -> a.zk.exists("/sequential", false));
      Steps.say("exists /sequential", before.getNumChildren());
      for (int i = 0; i < 3; i++) {
        Steps.step("create /sequential/n-",
            () -> a.zk.create("/sequential/n-", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL));
      }
      Steps.step("getEphemerals", () -> Steps.sorted(a.zk.getEphemerals("/sequential")));
      Steps.say("session of a", session == a.zk.getSessionId() ? "the old one" : "new");
      Steps.order("start");
    }
  }

  private static void stopped() throws Exception {
    Steps.Client a = new Steps.Client("", SHORT_SESSION_MS);
    a.zk.create("/stopped/java", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    System.out.println("has an ephemeral");
    WatchedEvent event = a.session.take();
    while (event != null && event.getState() == KeeperState.Disconnected) event = a.session.take();
    System.out.println((event == null ? "nothing" : event.getState()) + ", " + a.zk.getState());
  }
}
