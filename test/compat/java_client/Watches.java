import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** What watches tell, once or again and again, and how they are taken back. */
final class Watches {
  private Watches() {}

  static void run() throws Exception {
    Steps.scenario("watches", Watches::once);
    Steps.scenario("persistent watches", () -> lasting(AddWatchMode.PERSISTENT));
    Steps.scenario("recursive watches", () -> lasting(AddWatchMode.PERSISTENT_RECURSIVE));
    Steps.scenario("watches that overlap", Watches::overlapping);
    Steps.scenario("watches taken back", Watches::removed);
    Steps.scenario("watches and transactions", Watches::transactions);
    Steps.scenario("watches after a cut", Watches::cut);
  }

  private static void create(ZooKeeper zk, String path) {
    Steps.step("create " + path, () -> zk.create(path, null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
  }

  private static void set(ZooKeeper zk, String path) {
    Steps.step("setData " + path, () -> zk.setData(path, Steps.bytes("x"), -1).getVersion());
  }

  private static void delete(ZooKeeper zk, String path) {
    Steps.step("delete " + path, () -> zk.delete(path, -1));
  }

  private static void once() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      Steps.Events e = new Steps.Events();
      Steps.step("exists /w watched", () -> a.zk.exists("/w", e));
      create(b.zk, "/w");
      e.next("exists: created");
      Steps.step("getData /w watched", () -> a.zk.getData("/w", e, null));
      set(b.zk, "/w");
      e.next("getData: changed");
      set(b.zk, "/w");
      a.sync();
      e.none("getData: only once");
      Steps.step("getChildren /w watched", () -> a.zk.getChildren("/w", e));
      create(b.zk, "/w/x");
      e.next("getChildren: created");
      Steps.step("getChildren2 /w watched", () -> a.zk.getChildren("/w", e, new Stat()));
      set(b.zk, "/w/x");
      a.sync();
      e.none("getChildren2: of a child's data");
      delete(b.zk, "/w/x");
      e.next("getChildren2: deleted");
      Steps.step("getData and getChildren of /w watched", () -> a.zk.getData("/w", e, null).length + a.zk.getChildren("/w", e).size());
      delete(b.zk, "/w");
      e.next("getData and getChildren by one watcher: deleted");
      a.sync();
      e.none("getData and getChildren by one watcher: told once");
      Steps.step("exists /w watched by the default watcher", () -> a.zk.exists("/w", true));
      create(b.zk, "/w");
      a.session.next("exists: the default watcher");
      Steps.step("getChildren /none watched", () -> a.zk.getChildren("/none", e));
      Steps.step("getData /none watched", () -> a.zk.getData("/none", e, null));
      create(b.zk, "/none");
      a.sync();
      e.none("of failed reads");
      Steps.step("exists /own watched", () -> a.zk.exists("/own", e));
      create(a.zk, "/own");
      e.next("exists: of the client's own write");
      Steps.step("getData of the configuration watched", () -> a.zk.getConfig(e, null));
    }
  }

  private static void lasting(AddWatchMode mode) throws Exception {
    String top = "/" + mode.name().toLowerCase();
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      Steps.Events e = new Steps.Events();
      Steps.step("addWatch " + top, () -> a.zk.addWatch(top, e, mode));
      create(b.zk, top);
      set(b.zk, top);
      set(b.zk, top);
      create(b.zk, top + "/x");
      create(b.zk, top + "/x/y");
      set(b.zk, top + "/x/y");
      create(b.zk, top + "-not-below");
      delete(b.zk, top + "/x/y");
      delete(b.zk, top + "/x");
      delete(b.zk, top);
      create(b.zk, top);
      Steps.Events end = new Steps.Events();
      a.zk.exists("/end" + top.substring(1), end);
      create(b.zk, "/end" + top.substring(1));
      end.next("exists: the end");
      drain(e);
    }
  }

  /** Says all events that have come. */
  private static void drain(Steps.Events events) throws InterruptedException {
    while (!events.isEmpty()) events.next("addWatch");
  }

  private static void overlapping() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      create(b.zk, "/o");
      Steps.Events standard = new Steps.Events();
      Steps.Events persistent = new Steps.Events();
      Steps.Events recursive = new Steps.Events();
      Steps.step("addWatch /o persistent", () -> a.zk.addWatch("/o", persistent, AddWatchMode.PERSISTENT));
      Steps.step("addWatch /o recursive", () -> a.zk.addWatch("/o", recursive, AddWatchMode.PERSISTENT_RECURSIVE));
      Steps.step("getData /o watched", () -> a.zk.getData("/o", standard, null));
      set(b.zk, "/o");
      create(b.zk, "/o/x");
      delete(b.zk, "/o/x");
      a.sync();
      Thread.sleep(100);
      for (Steps.Events each : new Steps.Events[] {standard, persistent, recursive}) {
        drain(each);
        Steps.say("event", "no more of this watcher");
      }
    }
  }

  private static void removed() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      create(b.zk, "/r");
      Steps.Events e = new Steps.Events();
      Steps.Events other = new Steps.Events();
      Steps.step("getData /r watched", () -> a.zk.getData("/r", e, null));
      Steps.step("getChildren /r watched", () -> a.zk.getChildren("/r", e));
      Steps.step("checkWatches of another watcher", () -> a.zk.removeWatches("/r", other, WatcherType.Data, false));
      Steps.step("checkWatches /r data", () -> a.zk.removeWatches("/r", e, WatcherType.Data, false));
      e.next("checkWatches: data");
      Steps.step("checkWatches /r data again", () -> a.zk.removeWatches("/r", e, WatcherType.Data, false));
      set(b.zk, "/r");
      a.sync();
      e.none("checkWatches: it is gone");
      create(b.zk, "/r/x");
      e.next("getChildren: it is still there");
      Steps.step("getData /r watched twice", () -> a.zk.getData("/r", e, null).length + a.zk.getData("/r", other, null).length);
      Steps.step("checkWatches of one of two", () -> a.zk.removeWatches("/r", e, WatcherType.Any, false));
      e.next("checkWatches: one of two");
      set(b.zk, "/r");
      other.next("getData: the other of two");
      Steps.step("getData /r watched", () -> a.zk.getData("/r", e, null));
      Steps.step("getChildren /r watched", () -> a.zk.getChildren("/r", other));
      Steps.step("removeWatches /r children", () -> a.zk.removeAllWatches("/r", WatcherType.Children, false));
      other.next("removeWatches: children");
      Steps.step("removeWatches /r any", () -> a.zk.removeAllWatches("/r", WatcherType.Any, false));
      e.next("removeWatches: any");
      Steps.step("removeWatches /r any again", () -> a.zk.removeAllWatches("/r", WatcherType.Any, false));
      Steps.step("removeWatches /none", () -> a.zk.removeAllWatches("/none", WatcherType.Data, false));
      Steps.step("addWatch /r persistent", () -> a.zk.addWatch("/r", e, AddWatchMode.PERSISTENT));
      set(b.zk, "/r");
      e.next("addWatch: before");
      Steps.step("removeWatches /r any", () -> a.zk.removeAllWatches("/r", WatcherType.Any, false));
      e.next("removeWatches: of addWatch");
      set(b.zk, "/r");
      a.sync();
      e.none("removeWatches: it is gone");
      Steps.step("addWatch /r recursive", () -> a.zk.addWatch("/r", e, AddWatchMode.PERSISTENT_RECURSIVE));
      Steps.step("checkWatches /r any of addWatch", () -> a.zk.removeWatches("/r", e, WatcherType.Any, false));
      e.next("checkWatches: of addWatch");
      set(b.zk, "/r/x");
      a.sync();
      e.none("checkWatches: it is gone");
    }
  }

  private static void transactions() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      create(b.zk, "/wt");
      Steps.Events e = new Steps.Events();
      a.zk.addWatch("/wt", e, AddWatchMode.PERSISTENT_RECURSIVE);
      Steps.Events children = new Steps.Events();
      a.zk.getChildren("/wt", children);
      Steps.step("multi", () -> b.zk.transaction().create("/wt/1", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)
          .create("/wt/2", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT).setData("/wt", null, -1).delete("/wt/1", -1).commit().size());
      a.sync();
      Thread.sleep(100);
      drain(e);
      children.next("getChildren: of a transaction");
      Steps.step("multi that fails", () -> b.zk.transaction().setData("/wt", null, -1).check("/none", 1).commit().size());
      a.sync();
      e.none("of a failed transaction");
    }
  }

  private static void cut() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      for (String path : new String[] {"/c", "/c/changed", "/c/deleted", "/c/parent", "/c/same", "/c/recursive"}) create(b.zk, path);
      Steps.Events changed = new Steps.Events();
      Steps.Events deleted = new Steps.Events();
      Steps.Events created = new Steps.Events();
      Steps.Events children = new Steps.Events();
      Steps.Events same = new Steps.Events();
      Steps.Events recursive = new Steps.Events();
      a.zk.getData("/c/changed", changed, null);
      a.zk.getData("/c/deleted", deleted, null);
      a.zk.exists("/c/created", created);
      a.zk.getChildren("/c/parent", children);
      a.zk.getData("/c/same", same, null);
      a.zk.addWatch("/c/recursive", recursive, AddWatchMode.PERSISTENT_RECURSIVE);
      String id = Steps.session(a.zk);
      Steps.Direct direct = new Steps.Direct();
      Steps.order("hold");
      for (Steps.Events each : new Steps.Events[] {a.session, b.session, changed, deleted, created, children, same, recursive}) {
        each.next("of the cut");
      }
      direct.zk.setData("/c/changed", null, -1);
      direct.zk.delete("/c/deleted", -1);
      direct.zk.create("/c/created", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      direct.zk.create("/c/parent/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      direct.zk.setData("/c/recursive", null, -1);
      direct.close();
      Steps.order("release");
      a.session.next("of the session");
      Steps.say("session is the same", id.equals(Steps.session(a.zk)));
      for (Steps.Events each : new Steps.Events[] {changed, deleted, created, children, same, recursive}) {
        each.next("of the new connection");
      }
      for (Steps.Events each : new Steps.Events[] {changed, deleted, created, children}) each.next("missed meanwhile");
      a.sync();
      same.none("of what did not change");
      recursive.none("addWatch: misses what happened meanwhile");
      set(a.zk, "/c/same");
      same.next("getData: restored");
      set(a.zk, "/c/recursive");
      recursive.next("addWatch: restored");
    }
  }
}
