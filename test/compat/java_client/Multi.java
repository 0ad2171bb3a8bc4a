import static org.apache.zookeeper.ZooDefs.Ids.CREATOR_ALL_ACL;
import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** Transactions, and several reads at once. */
final class Multi {
  private Multi() {}

  static void run() throws Exception {
    Steps.scenario("transactions", Multi::transactions);
    Steps.scenario("transactions that fail", Multi::failures);
    Steps.scenario("several reads", Multi::reads);
  }

  /** The results; of a failed one the error and the result of each part. */
  private static void multi(Steps.Client client, String words, Op... ops) {
    Steps.step("multi " + words, () -> {
      try {
        return client.zk.multi(Arrays.asList(ops));
      } catch (KeeperException error) {
        return Steps.text(error) + " " + Steps.text(error.getResults());
      }
    });
  }

  private static Op create(String path, CreateMode mode) {
    return Op.create(path, Steps.bytes("x"), OPEN_ACL_UNSAFE, mode);
  }

  private static void transactions() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      a.zk.create("/m", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      multi(a, "of nothing");
      multi(a, "of each kind", create("/m/a", CreateMode.PERSISTENT), create("/m/e", CreateMode.EPHEMERAL),
          create("/m/s-", CreateMode.PERSISTENT_SEQUENTIAL), create("/m/es-", CreateMode.EPHEMERAL_SEQUENTIAL),
          Op.setData("/m/a", Steps.bytes("two"), 0), Op.check("/m/a", 1), Op.delete("/m/a", 1));
      multi(a, "of containers", create("/m/c", CreateMode.CONTAINER), create("/m/c/x", CreateMode.PERSISTENT));
      multi(a, "with a time to live", Op.create("/m/t", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, 600_000));
      multi(a, "that builds upon itself", create("/m/p", CreateMode.PERSISTENT), create("/m/p/q", CreateMode.PERSISTENT),
          create("/m/p/s-", CreateMode.PERSISTENT_SEQUENTIAL), Op.delete("/m/p/q", 0), create("/m/p/s-", CreateMode.PERSISTENT_SEQUENTIAL));
      Steps.step("getChildren /m/p", () -> Steps.sorted(a.zk.getChildren("/m/p", false)));
      Steps.step("exists /m/p", () -> a.zk.exists("/m/p", false));
      Steps.step("exists /m", () -> a.zk.exists("/m", false));
      multi(a, "that makes and removes", create("/m/z", CreateMode.PERSISTENT), Op.delete("/m/z", -1));
      Steps.step("multi by the builder", () -> a.zk.transaction().create("/m/b", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)
          .setData("/m/b", Steps.bytes("1"), 0).check("/m/b", 1).delete("/m/b", 1).commit());
      Steps.Answer answer = new Steps.Answer();
      a.zk.multi(Arrays.asList(create("/m/async", CreateMode.PERSISTENT), Op.check("/m/async", 0)),
          (code, path, context, results) -> answer.put(code, results), null);
      Steps.say("multi with a callback", answer.take());
      a.zk.multi(Arrays.asList(create("/m/async", CreateMode.PERSISTENT), Op.check("/m/async", 0)),
          (code, path, context, results) -> answer.put(code, results), null);
      Steps.say("multi with a callback, failing", answer.take());
    }
  }

  private static void failures() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client owner = new Steps.Client()) {
      owner.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      owner.zk.create("/mf", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      owner.zk.create("/mf/locked", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      owner.zk.create("/mf/e", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
      Op before = create("/mf/before", CreateMode.PERSISTENT);
      Op after = create("/mf/after", CreateMode.PERSISTENT);
      List<ACL> unknown = Collections.singletonList(new ACL(31, new Id("ldap", "x")));
      multi(a, "no such node", before, Op.delete("/mf/none", -1), after);
      multi(a, "no such node to set", before, Op.setData("/mf/none", null, -1), after);
      multi(a, "no such node to check", before, Op.check("/mf/none", -1), after);
      multi(a, "no parent", before, create("/mf/none/x", CreateMode.PERSISTENT), after);
      multi(a, "exists", before, create("/mf/e", CreateMode.PERSISTENT), after);
      multi(a, "bad version to set", before, Op.setData("/mf/before", null, 3), after);
      multi(a, "bad version to check", before, Op.check("/mf/before", 3), after);
      multi(a, "bad version to delete", before, Op.delete("/mf/before", 3), after);
      multi(a, "not empty", before, create("/mf/before/x", CreateMode.PERSISTENT), Op.delete("/mf/before", -1), after);
      multi(a, "below an ephemeral", before, create("/mf/e/x", CreateMode.PERSISTENT), after);
      multi(a, "no permission to set", before, Op.setData("/mf/locked", null, -1), after);
      multi(a, "no permission to create", before, create("/mf/locked/x", CreateMode.PERSISTENT), after);
      multi(a, "no permission to check", before, Op.check("/mf/locked", 0), after);
      multi(a, "bad acl", before, Op.create("/mf/acl", null, unknown, CreateMode.PERSISTENT), after);
      multi(a, "first of all", Op.check("/mf/none", 0), before, after);
      multi(a, "last of all", before, after, Op.check("/mf/none", 0));
      multi(a, "twice the same", before, before);
      Steps.step("getChildren /mf", () -> Steps.sorted(a.zk.getChildren("/mf", false)));
      Steps.step("exists /mf", () -> a.zk.exists("/mf", false));
      Steps.step("create /mf/s- goes on counting", () -> a.zk.create("/mf/s-", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL));
    }
  }

  private static void reads() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client owner = new Steps.Client()) {
      owner.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      owner.zk.create("/mr", Steps.bytes("data"), OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      owner.zk.create("/mr/locked", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      owner.zk.create("/mr/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      Steps.step("multiRead", () -> a.zk.multi(Arrays.asList(Op.getData("/mr"), Op.getChildren("/mr"), Op.getData("/mr/x"))));
      Steps.step("multiRead of which some fail", () -> a.zk.multi(Arrays.asList(Op.getData("/mr/none"), Op.getChildren("/mr/x"),
          Op.getData("/mr/locked"), Op.getChildren("/mr/none"), Op.getData("/mr"))));
      Steps.Answer answer = new Steps.Answer();
      a.zk.multi(Arrays.asList(Op.getData("/mr"), Op.getChildren("/mr"), Op.getData("/mr/none")),
          (code, path, context, results) -> answer.put(code, results), null);
      Steps.say("multiRead with a callback", answer.take());
      Steps.step("multiRead mixed with a write", () -> a.zk.multi(Arrays.asList(Op.getData("/mr"), Op.delete("/mr/x", -1))));
    }
  }
}
