import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.data.Stat;

/** The operations as Curator dresses them. */
final class Framework {
  private Framework() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void operations(CuratorFramework a, CuratorFramework b) throws Exception {
    Main.step("create with parents", () -> a.create().creatingParentsIfNeeded().forPath("/f/x/y", bytes("data")));
    // Curator makes containers of the parents.
    Main.step("create with containers as parents", () -> a.create().creatingParentContainersIfNeeded().forPath("/g/x/y"));
    Main.step("create again", () -> a.create().forPath("/f/x/y"));
    Main.step("create or set", () -> a.create().orSetData().forPath("/f/x/y", bytes("other")));
    Main.step("create protected", () -> {
      String path = a.create().withProtection().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath("/f/p-");
      return ZKPaths.getNodeFromPath(path).replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "<guid>");
    });
    Stat stat = new Stat();
    Main.step("create2", () -> a.create().storingStatIn(stat).forPath("/f/s") + " " + stat.getVersion());
    Main.step("createTTL", () -> a.create().withTtl(600_000).withMode(CreateMode.PERSISTENT_WITH_TTL).forPath("/f/t"));
    Main.step("createContainer", () -> a.create().withMode(CreateMode.CONTAINER).forPath("/f/c"));
    Main.step("getData", () -> new String(b.getData().storingStatIn(stat).forPath("/f/x/y"), StandardCharsets.UTF_8) + " " + stat.getVersion());
    Main.step("setData", () -> a.setData().withVersion(9).forPath("/f/x/y"));
    Main.step("exists", () -> a.checkExists().forPath("/none"));
    Main.step("getChildren", () -> a.getChildren().forPath("/f").stream().map(name -> name.replaceAll("_c_.*", "_c_")).sorted()
        .collect(Collectors.toList()));
    Main.step("multi", () -> kinds(a.transaction().forOperations(a.transactionOp().create().forPath("/f/m", bytes("1")),
        a.transactionOp().setData().withVersion(0).forPath("/f/m", bytes("2")), a.transactionOp().check().withVersion(1).forPath("/f/m"),
        a.transactionOp().delete().forPath("/f/m"))));
    Main.step("multi that fails", () -> kinds(a.transaction().forOperations(a.transactionOp().create().forPath("/f/m"),
        a.transactionOp().check().forPath("/none"))));
    CountDownLatch told = new CountDownLatch(1);
    a.getData().usingWatcher((org.apache.curator.framework.api.CuratorWatcher) event -> told.countDown()).forPath("/f/s");
    b.setData().forPath("/f/s", bytes("new"));
    Main.say("event getData", told.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.cut();
    Main.step("setData after a cut", () -> a.setData().forPath("/f/s", bytes("again")) != null);
    CuratorFramework inner = a.usingNamespace("f");
    Main.step("chroot getData in a namespace", () -> new String(inner.getData().forPath("/s"), StandardCharsets.UTF_8));
    Main.step("delete with children", () -> a.delete().guaranteed().deletingChildrenIfNeeded().forPath("/f"));
    Main.step("sync", () -> a.sync().forPath("/"));
    Main.step("getACL", () -> a.getACL().forPath("/").get(0).getPerms());
    Main.step("delete quietly", () -> a.delete().quietly().forPath("/none"));
  }

  private static List<String> kinds(List<CuratorTransactionResult> results) {
    return results.stream().map(result -> result.getType() + " " + result.getForPath()).collect(Collectors.toList());
  }
}
