// What ZooKeeper's own client is recorded doing: JavaClient HOST:PORT. See record.py for what it
// prints.
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

public class JavaClient {
  interface Call {
    void run() throws Exception;
  }

  static final Semaphore connected = new Semaphore(0);

  static void heading(String words) {
    System.out.println(words);
    System.out.flush();
  }

  static void fails(Call call) throws Exception {
    try {
      call.run();
    } catch (KeeperException expected) {
      return;
    }
    throw new IllegalStateException("this was to fail");
  }

  static void await(CountDownLatch latch) throws Exception {
    if (!latch.await(60, TimeUnit.SECONDS)) throw new IllegalStateException("no event");
  }

  static byte[] bytes(String text) {
    return text.getBytes();
  }

  static void onEvent(WatchedEvent event) {
    if (event.getState() == Watcher.Event.KeeperState.SyncConnected
        && event.getType() == Watcher.Event.EventType.None) {
      connected.release();
    }
  }

  static void nodes(ZooKeeper client) throws Exception {
    heading("nodes");
    client.create("/java", bytes("data"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    client.create("/java/e-", bytes("e"), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
    client.create("/java/s-", bytes("s"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
    client.create("/java/with-stat", bytes("2"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
        new Stat());
    client.create("/java/container", bytes("c"), Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER);
    client.create("/java/ttl", bytes("t"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL,
        new Stat(), 600_000);
    client.create("/java/ttl-", bytes("t"), Ids.OPEN_ACL_UNSAFE,
        CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL, new Stat(), 600_000);
    fails(() -> client.create("/java", bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    client.exists("/java", false);
    client.exists("/missing", false);
    client.getData("/java", false, new Stat());
    client.setData("/java", bytes("more"), -1);
    fails(() -> client.setData("/java", bytes(""), 7));
    client.getChildren("/java", false);
    client.getChildren("/java", false, new Stat());
    client.getACL("/java", new Stat());
    client.setACL("/java", Ids.OPEN_ACL_UNSAFE, -1);
    client.getEphemerals();
    client.getEphemerals("/java");
    client.getAllChildrenNumber("/java");
    client.whoAmI();
    client.delete("/java/with-stat", 0);
    fails(() -> client.delete("/missing", -1));
    final CountDownLatch synced = new CountDownLatch(1);
    client.sync("/java", (code, path, context) -> synced.countDown(), null);
    await(synced);
  }

  static void nothing(ZooKeeper client) throws Exception {
    heading("null data");
    client.create("/java/null", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    client.getData("/java/null", false, new Stat());
    client.setData("/java/null", null, 0);
  }

  static void transactions(ZooKeeper client) throws Exception {
    heading("a transaction");
    client.multi(Arrays.asList(Op.check("/java", 1),
        Op.create("/java/m", bytes("m"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
        Op.setData("/java/m", bytes("n"), 0), Op.delete("/java/m", 1)));
    client.multi(Arrays.asList());

    heading("a transaction with containers");
    client.multi(Arrays.asList(
        Op.create("/java/mc", bytes("c"), Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
        Op.create("/java/mt", bytes("t"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL,
            600_000)));

    heading("a transaction that fails");
    fails(() -> client.multi(Arrays.asList(
        Op.create("/java/never", bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
        Op.check("/java", 7), Op.delete("/java", -1))));

    heading("many reads");
    client.multi(Arrays.asList(Op.getData("/java"), Op.getChildren("/java"), Op.getData("/missing"),
        Op.getChildren("/missing")));
  }

  static void watches(ZooKeeper client) throws Exception {
    heading("watches");
    final CountDownLatch told = new CountDownLatch(4);
    final Watcher once = event -> told.countDown();
    client.getData("/java", once, null);
    client.exists("/java/later", once);
    client.getChildren("/java", once);
    client.addWatch("/java", event -> {}, AddWatchMode.PERSISTENT);
    client.addWatch("/java", event -> told.countDown(), AddWatchMode.PERSISTENT_RECURSIVE);
    client.setData("/java", bytes("again"), -1);
    client.create("/java/later", bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    await(told);

    heading("watches are removed");
    final Watcher removed = event -> {};
    client.getData("/java", removed, null);
    client.removeWatches("/java", removed, Watcher.WatcherType.Data, false);
    client.getChildren("/java", removed);
    client.removeAllWatches("/java", Watcher.WatcherType.Children, false);
    fails(() -> client.removeAllWatches("/java/nobody", Watcher.WatcherType.Any, false));
  }

  static void reconnects(ZooKeeper client, boolean hasPersistent) throws Exception {
    final Watcher kept = event -> {};
    client.getData("/java", kept, null);
    client.exists("/java/never", kept);
    client.getChildren("/java", kept);
    if (hasPersistent) client.addAuthInfo("digest", bytes("user:secret"));
    connected.drainPermits();
    System.out.println("cut");
    System.out.flush();
    if (!connected.tryAcquire(60, TimeUnit.SECONDS)) throw new IllegalStateException("not back");
    client.exists("/java", false);
  }

  public static void main(String[] arguments) throws Exception {
    heading("the handshake");
    ZooKeeper client = new ZooKeeper(arguments[0], 30_000, JavaClient::onEvent);
    if (!connected.tryAcquire(60, TimeUnit.SECONDS)) throw new IllegalStateException("not connected");
    nodes(client);
    nothing(client);
    heading("another connection, with setWatches");
    reconnects(client, false);
    transactions(client);
    watches(client);
    heading("another connection, with auth and setWatches2");
    reconnects(client, true);
    client.whoAmI();
    client.create("/java/mine", bytes(""), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
    client.getACL("/java/mine", new Stat());
    heading("the session ends");
    client.close();
    System.exit(0);
  }
}
