import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.zookeeper.CreateMode;

/** Copies of parts of the tree, kept up to date by watches. */
final class Caches {
  private Caches() {}

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void curatorCaches(CuratorFramework a, CuratorFramework b) throws Exception {
    b.create().creatingParentsIfNeeded().forPath("/cache/x/y", bytes("old"));
    List<String> events = new CopyOnWriteArrayList<>();
    CountDownLatch whole = new CountDownLatch(1);
    CuratorCache cache = CuratorCache.build(a, "/cache");
    cache.listenable().addListener(CuratorCacheListener.builder()
        .forCreates(node -> events.add("created " + node.getPath()))
        .forChanges((old, node) -> events.add("changed " + node.getPath() + " " + new String(node.getData(), StandardCharsets.UTF_8)))
        .forDeletes(node -> events.add("deleted " + node.getPath()))
        .forInitialized(whole::countDown).build());
    cache.start();
    Main.say("cache is whole", whole.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.say("cache at first", events.stream().sorted().collect(Collectors.toList()));
    int count = events.size();
    b.setData().forPath("/cache/x/y", bytes("new"));
    Main.waitFor("changed", () -> events.size() == count + 1);
    b.create().forPath("/cache/z", bytes("z"));
    Main.waitFor("created", () -> events.size() == count + 2);
    b.delete().forPath("/cache/x/y");
    Main.waitFor("deleted", () -> events.size() == count + 3);
    Main.say("cache of changes", events.subList(count, count + 3));
    Main.cut();
    b.setData().forPath("/cache/z", bytes("after a cut"));
    Main.waitFor("changed after a cut", () -> new String(cache.get("/cache/z").get().getData(), StandardCharsets.UTF_8).equals("after a cut"));
    Main.step("cache size", cache::size);
    cache.close();
  }

  static void pathChildrenCaches(CuratorFramework a, CuratorFramework b) throws Exception {
    b.create().creatingParentsIfNeeded().forPath("/children/x", bytes("1"));
    List<String> events = new CopyOnWriteArrayList<>();
    try (PathChildrenCache cache = new PathChildrenCache(a, "/children", true)) {
      cache.getListenable().addListener((client, event) -> {
        if (event.getData() != null) events.add(event.getType() + " " + event.getData().getPath());
      });
      cache.start(PathChildrenCache.StartMode.BUILD_INITIAL_CACHE);
      Main.step("cache of children at first", () -> cache.getCurrentData().size());
      b.create().forPath("/children/y", bytes("2"));
      Main.waitFor("created", () -> events.size() == 1);
      b.setData().forPath("/children/y", bytes("3"));
      Main.waitFor("changed", () -> events.size() == 2);
      b.delete().forPath("/children/x");
      Main.waitFor("deleted", () -> events.size() == 3);
      Main.say("cache of children told", events);
      Main.step("cache of children at last", () -> new String(cache.getCurrentData("/children/y").getData(), StandardCharsets.UTF_8));
    }
  }

  static void persistentNodes(CuratorFramework a, CuratorFramework b) throws Exception {
    try (PersistentNode node = new PersistentNode(a, CreateMode.EPHEMERAL, false, "/persistent", bytes("here"))) {
      node.start();
      Main.say("party of one, who is there", node.waitForInitialCreate(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
      b.delete().forPath("/persistent");
      Main.waitFor("made again", () -> b.checkExists().forPath("/persistent") != null);
      Main.say("party of one, who is there again when deleted", true);
    }
    try (GroupMember ann = new GroupMember(a, "/group", "ann"); GroupMember bob = new GroupMember(b, "/group", "bob")) {
      ann.start();
      bob.start();
      Main.waitFor("both are there", () -> ann.getCurrentMembers().size() == 2);
      Main.step("party members", () -> new TreeMap<>(ann.getCurrentMembers()).keySet());
      bob.close();
      Main.waitFor("one left", () -> ann.getCurrentMembers().size() == 1);
      Main.step("party members when one left", () -> ann.getCurrentMembers().keySet());
    }
  }
}
