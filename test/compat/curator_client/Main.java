import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException;

/** What Curator's recipes do, each with two clients in one process. */
public final class Main {
  static final int PATIENCE_SECONDS = 60;
  static final int SESSION_MS = 300_000;

  private static String endpoint;
  private static int orders;

  private Main() {}

  interface Scenario {
    void run(CuratorFramework a, CuratorFramework b) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    endpoint = arguments[0];
    orders = Integer.parseInt(arguments[1]);
    scenario("framework", Framework::operations);
    scenario("mutexes", Locks::mutexes);
    scenario("read and write locks", Locks::readersAndWriters);
    scenario("semaphores", Locks::semaphores);
    scenario("leader latches", Elections::latches);
    scenario("leader selectors", Elections::selectors);
    scenario("barriers", Barriers::barriers);
    scenario("double barriers", Barriers::doubleBarriers);
    scenario("counters", Barriers::counters);
    scenario("queues", Barriers::queues);
    scenario("caches", Caches::curatorCaches);
    scenario("caches of children", Caches::pathChildrenCaches);
    scenario("nodes and group members", Caches::persistentNodes);
    scenario("service discovery", Discovery::run);
    System.exit(0);
  }

  private static void scenario(String name, Scenario scenario) throws Exception {
    System.out.println("= " + name);
    try (CuratorFramework a = client(); CuratorFramework b = client()) {
      scenario.run(a, b);
    }
  }

  static CuratorFramework client() throws Exception {
    CuratorFramework client = CuratorFrameworkFactory.builder().connectString(endpoint).sessionTimeoutMs(SESSION_MS)
        .connectionTimeoutMs(SESSION_MS).retryPolicy(new RetryForever(20)).build();
    client.start();
    client.blockUntilConnected();
    return client;
  }

  static void say(String words, Object result) {
    System.out.println(words + " -> " + result);
    System.out.flush();
  }

  static void step(String words, Callable<?> call) {
    try {
      say(words, call.call());
    } catch (KeeperException error) {
      say(words, error.code().name());
    } catch (Exception error) {
      say(words, error.getClass().getSimpleName());
    }
  }

  static void waitFor(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) throw new IllegalStateException("never: " + what);
      Thread.sleep(10);
    }
  }

  /** Cuts the connections of both clients. */
  static void cut() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", orders)) {
      socket.getOutputStream().write("cut\n".getBytes(StandardCharsets.UTF_8));
      new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
  }
}
