import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** A candidate in an election in which programs in other languages stand too: says `stands` and `leads`. */
public final class Main {
  private static final int SESSION_MS = 1000;

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper zk = new ZooKeeper(arguments[0], SESSION_MS, event -> {
      if (event.getState() == KeeperState.SyncConnected) connected.countDown();
    });
    connected.await();
    String path = zk.create("/election/java-", null, OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
    System.out.println("stands " + path);
    while (true) {
      String before = predecessor(zk.getChildren("/election", false), path.substring("/election/".length()));
      if (before == null) break;
      CountDownLatch gone = new CountDownLatch(1);
      if (zk.exists("/election/" + before, event -> gone.countDown()) != null) gone.await();
    }
    System.out.println("leads " + path);
    Thread.sleep(Long.MAX_VALUE); // Until it is killed.
  }

  /** The candidate whose number is next below; null when there is none. */
  private static String predecessor(List<String> names, String own) {
    String best = null;
    for (String name : names) {
      if (number(name).compareTo(number(own)) < 0 && (best == null || number(name).compareTo(number(best)) > 0)) best = name;
    }
    return best;
  }

  private static String number(String name) {
    return name.substring(name.lastIndexOf('-') + 1);
  }
}
