import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Nodes of each kind: made, read, changed and removed. */
final class Nodes {
  private Nodes() {}

  static void run() throws Exception {
    Steps.scenario("nodes", Nodes::nodes);
    Steps.scenario("kinds", Nodes::kinds);
    Steps.scenario("kinds with a time to live", Nodes::timesToLive);
    Steps.scenario("nodes that go by themselves", Nodes::reaped);
    Steps.scenario("answers that come later", Nodes::asynchronous);
    Steps.scenario("counts", Nodes::counts);
  }

  private static void nodes() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      ZooKeeper zk = a.zk;
      Steps.step("create /n", () -> zk.create("/n", Steps.bytes("one"), OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /n again", () -> zk.create("/n", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /n/a/b", () -> zk.create("/n/a/b", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /n/null", () -> zk.create("/n/null", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /n/empty", () -> zk.create("/n/empty", new byte[0], OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /n/\u00e4\u4e2d", () -> zk.create("/n/\u00e4\u4e2d", Steps.bytes("\u00e4"), OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("getData /n/null", () -> zk.getData("/n/null", false, null));
      Steps.step("getData /n/empty", () -> zk.getData("/n/empty", false, null));
      Steps.step("exists /n/null", () -> zk.exists("/n/null", false));
      Steps.step("exists /none", () -> zk.exists("/none", false));
      Steps.step("setData /n", () -> zk.setData("/n", Steps.bytes("two"), -1));
      Steps.step("setData /n 0", () -> zk.setData("/n", null, 0));
      Steps.step("setData /n 1 to null", () -> zk.setData("/n", null, 1));
      Steps.step("setData /none", () -> zk.setData("/none", null, -1));
      Stat stat = new Stat();
      Steps.step("getData /n", () -> zk.getData("/n", false, stat));
      Steps.say("getData /n its stat", stat);
      Steps.step("getData /none", () -> zk.getData("/none", false, null));
      Steps.step("getChildren /n", () -> Steps.sorted(zk.getChildren("/n", false)));
      Stat parent = new Stat();
      Steps.step("getChildren2 /n", () -> Steps.sorted(zk.getChildren("/n", false, parent)));
      Steps.say("getChildren2 /n its stat", parent);
      Steps.step("getChildren /none", () -> zk.getChildren("/none", false));
      Steps.step("getChildren2 /none", () -> zk.getChildren("/none", false, parent));
      Steps.step("delete /n", () -> zk.delete("/n", -1));
      Steps.step("delete /n/null 1", () -> zk.delete("/n/null", 1));
      Steps.step("delete /n/null 0", () -> zk.delete("/n/null", 0));
      Steps.step("delete /n/null again", () -> zk.delete("/n/null", 0));
      Steps.step("delete /n/empty", () -> zk.delete("/n/empty", -1));
      Steps.step("exists /n", () -> zk.exists("/n", false));
      Steps.step("delete /", () -> zk.delete("/", -1));
      Steps.step("delete /zookeeper/config", () -> zk.delete("/zookeeper/config", -1));
      Steps.step("create n", () -> zk.create("n", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("create /large", () -> zk.create("/large", new byte[1_000_000], OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("getData /large", () -> zk.getData("/large", false, null).length);
      Steps.step("exists with a long path", () -> zk.exists("/" + "x".repeat(100_000), false));
    }
  }

  private static void kinds() throws Exception {
    Steps.Client b = new Steps.Client();
    try (Steps.Client a = new Steps.Client()) {
      Steps.say("session of a", Steps.session(a.zk));
      Steps.say("session of b", Steps.session(b.zk));
      a.zk.create("/k", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      for (CreateMode mode : new CreateMode[] {CreateMode.PERSISTENT, CreateMode.PERSISTENT_SEQUENTIAL, CreateMode.EPHEMERAL,
          CreateMode.EPHEMERAL_SEQUENTIAL}) {
        String path = "/k/" + mode.name().toLowerCase() + "-";
        Steps.step("create " + path, () -> b.zk.create(path, null, OPEN_ACL_UNSAFE, mode));
        Steps.step("create " + path + " again", () -> b.zk.create(path, null, OPEN_ACL_UNSAFE, mode));
        Stat stat = new Stat();
        Steps.step("create2 " + path + "2-", () -> b.zk.create(path + "2-", Steps.bytes("x"), OPEN_ACL_UNSAFE, mode, stat));
        Steps.say("create2 its stat", stat);
      }
      Steps.step("create2 /k/container", () -> a.zk.create("/k/container", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, new Stat()));
      Stat stat = new Stat();
      Steps.step("createContainer /k/c", () -> a.zk.create("/k/c", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat));
      Steps.say("createContainer its stat", stat);
      Steps.step("createContainer /k/c again", () -> a.zk.create("/k/c", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER));
      Steps.step("createContainer /none/c", () -> a.zk.create("/none/c", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER));
      Steps.step("create below an ephemeral", () -> b.zk.create("/k/ephemeral-/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("createContainer below an ephemeral", () -> b.zk.create("/k/ephemeral-/x", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER));
      Steps.step("getEphemerals by a", () -> a.zk.getEphemerals());
      Steps.step("getEphemerals by b", () -> Steps.sorted(b.zk.getEphemerals()));
      Steps.step("getEphemerals by b of /k/ephemeral_", () -> Steps.sorted(b.zk.getEphemerals("/k/ephemeral_")));
      Steps.step("getEphemerals by b of /none", () -> b.zk.getEphemerals("/none"));
      Steps.step("getEphemerals by b of the root", () -> Steps.sorted(b.zk.getEphemerals("/")));
      b.close();
      Steps.step("getChildren /k when b's session ended", () -> Steps.sorted(a.zk.getChildren("/k", false)));
      Steps.step("exists /k", () -> a.zk.exists("/k", false));
    }
  }

  private static void timesToLive() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      Stat stat = new Stat();
      Steps.step("createTTL /t", () -> a.zk.create("/t", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 600_000));
      Steps.say("createTTL its stat", stat);
      Steps.step("exists /t", () -> a.zk.exists("/t", false));
      Steps.step("createTTL /t again", () -> a.zk.create("/t", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 600_000));
      Steps.step("createTTL /t/s- sequential",
          () -> a.zk.create("/t/s-", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL, stat, 600_000));
      Steps.say("createTTL its stat", stat);
      for (long ttl : new long[] {0, -1, 1L << 40, (1L << 40) - 1}) {
        Steps.step("createTTL /ttl with " + ttl + " ms",
            () -> a.zk.create("/ttl", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, ttl));
      }
      Steps.step("createTTL of a mode without", () -> a.zk.create("/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, stat, 1000));
      Steps.step("create of a mode with", () -> a.zk.create("/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL));
      Steps.step("create below it", () -> a.zk.create("/t/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      Steps.step("delete /t", () -> a.zk.delete("/t", -1));
    }
  }

  private static void reaped() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      Steps.Events gone = new Steps.Events();
      a.zk.create("/live", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      a.zk.create("/live/container", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
      a.zk.create("/live/unused", null, OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
      a.zk.create("/live/container/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      a.zk.exists("/live/container", gone);
      Steps.step("delete the container's only child", () -> a.zk.delete("/live/container/x", -1));
      gone.next("createContainer: it goes when empty");
      a.zk.create("/live/full", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 100);
      a.zk.create("/live/full/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      a.zk.create("/live/lapsed", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 100);
      if (a.zk.exists("/live/lapsed", gone) != null) gone.next("createTTL: it goes when its time is over");
      Steps.step("getChildren of what remains", () -> Steps.sorted(a.zk.getChildren("/live", false)));
    }
  }

  private static void asynchronous() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      Steps.Answer answer = new Steps.Answer();
      a.zk.create("/async", Steps.bytes("1"), OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
          (int code, String path, Object context, String name) -> answer.put(code, path, context, name), "ctx");
      a.zk.create("/async", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
          (int code, String path, Object context, String name) -> answer.put(code, path, context, name), "ctx");
      a.zk.create("/async/2", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
          (int code, String path, Object context, String name, Stat stat) -> answer.put(code, path, name, stat), null);
      a.zk.exists("/async", false, (code, path, context, stat) -> answer.put(code, path, stat), null);
      a.zk.setData("/async", Steps.bytes("22"), 0, (code, path, context, stat) -> answer.put(code, path, stat), null);
      a.zk.getData("/async", false, (code, path, context, data, stat) -> answer.put(code, path, data, stat), null);
      a.zk.getChildren("/async", false, (code, path, context, names) -> answer.put(code, path, names), null);
      a.zk.getChildren("/async", false, (code, path, context, names, stat) -> answer.put(code, path, names, stat), null);
      a.zk.getACL("/async", new Stat(), (code, path, context, acl, stat) -> answer.put(code, path, acl, stat), null);
      a.zk.setACL("/async", OPEN_ACL_UNSAFE, 0, (code, path, context, stat) -> answer.put(code, path, stat), null);
      a.zk.delete("/async", 7, (code, path, context) -> answer.put(code, path), null);
      a.zk.delete("/async/2", 0, (code, path, context) -> answer.put(code, path), null);
      a.zk.sync("/async", (code, path, context) -> answer.put(code, path), null);
      a.zk.getAllChildrenNumber("/async", (code, path, context, number) -> answer.put(code, path, number), null);
      a.zk.getEphemerals((code, context, names) -> answer.put(code, names), null);
      String[] calls = {"create", "create", "create2", "exists", "setData", "getData", "getChildren", "getChildren2", "getACL", "setACL",
          "delete", "delete", "sync", "getAllChildrenNumber", "getEphemerals"};
      // All were sent before the first answer; the answers come in the order of the requests.
      for (String call : calls) Steps.say(call, answer.take());
    }
  }

  private static void counts() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      a.zk.create("/count", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      for (String path : new String[] {"/count/a", "/count/a/b", "/count/a/b/c", "/count/d"}) {
        a.zk.create(path, null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      }
      Steps.step("getAllChildrenNumber /count", () -> a.zk.getAllChildrenNumber("/count"));
      Steps.step("getAllChildrenNumber /count/d", () -> a.zk.getAllChildrenNumber("/count/d"));
      Steps.step("getAllChildrenNumber /none", () -> a.zk.getAllChildrenNumber("/none"));
      Steps.step("getAllChildrenNumber / counts the server's own", () -> a.zk.getAllChildrenNumber("/")
          - a.zk.getAllChildrenNumber("/zookeeper") - a.zk.getChildren("/", false).stream().mapToInt(name -> {
            try {
              return name.equals("zookeeper") ? 1 : 1 + a.zk.getAllChildrenNumber("/" + name);
            } catch (Exception error) {
              throw new IllegalStateException(error);
            }
          }).sum());
      Steps.step("getChildren /zookeeper", () -> Steps.sorted(a.zk.getChildren("/zookeeper", false)));
      Steps.step("sync /", a::sync);
    }
  }
}
