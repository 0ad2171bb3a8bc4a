import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.ClientInfo;
import org.apache.zookeeper.data.Stat;

/** Steps of a scenario, and how their results are written down. */
final class Steps {
  static final int PATIENCE_SECONDS = 60;
  static final int SESSION_MS = 300_000;

  static String endpoint;
  static String direct; // Past the tunnel.
  static int orders;

  private Steps() {}

  interface Scenario {
    void run() throws Exception;
  }

  interface Action {
    void run() throws Exception;
  }

  static void scenario(String name, Scenario scenario) throws Exception {
    System.out.println("= " + name);
    scenario.run();
  }

  static void say(String words, Object result) {
    System.out.println(words + " -> " + text(result));
    System.out.flush();
  }

  /** Makes a call and writes down what it returned or threw. */
  static <T> T step(String words, Callable<T> call) {
    try {
      T result = call.call();
      say(words, result);
      return result;
    } catch (Exception error) {
      say(words, error);
      return null;
    }
  }

  static void step(String words, Action action) {
    step(words, () -> {
      action.run();
      return "done";
    });
  }

  static String text(Object value) {
    if (value == null) return "null";
    if (value instanceof Stat) return text((Stat) value);
    if (value instanceof byte[]) return "'" + new String((byte[]) value, StandardCharsets.UTF_8) + "'";
    if (value instanceof KeeperException) return ((KeeperException) value).code().name();
    if (value instanceof Exception) return value.getClass().getSimpleName();
    if (value instanceof OpResult) return text((OpResult) value);
    if (value instanceof WatchedEvent) {
      WatchedEvent event = (WatchedEvent) value;
      return event.getType() + " " + event.getState() + " " + event.getPath();
    }
    if (value instanceof ACL) {
      ACL acl = (ACL) value;
      return acl.getPerms() + " " + acl.getId().getScheme() + ":" + acl.getId().getId();
    }
    if (value instanceof ClientInfo) {
      ClientInfo info = (ClientInfo) value;
      return info.getAuthScheme() + ":" + info.getUser();
    }
    if (value instanceof Collection) {
      List<String> texts = new ArrayList<>();
      for (Object each : (Collection<?>) value) texts.add(text(each));
      return "[" + String.join(", ", texts) + "]";
    }
    return value.toString();
  }

  private static String text(Stat stat) {
    return String.format("{cz=zxid:%d mz=zxid:%d pz=zxid:%d ct=time:%d mt=time:%d v=%d cv=%d av=%d owner=sid:%d len=%d kids=%d}",
        stat.getCzxid(), stat.getMzxid(), stat.getPzxid(), stat.getCtime(), stat.getMtime(), stat.getVersion(), stat.getCversion(),
        stat.getAversion(), stat.getEphemeralOwner(), stat.getDataLength(), stat.getNumChildren());
  }

  private static String text(OpResult result) {
    if (result instanceof OpResult.CreateResult) {
      OpResult.CreateResult created = (OpResult.CreateResult) result;
      return "created " + created.getPath() + " " + text((Object) created.getStat());
    }
    if (result instanceof OpResult.SetDataResult) return "set " + text(((OpResult.SetDataResult) result).getStat());
    if (result instanceof OpResult.GetDataResult) {
      OpResult.GetDataResult got = (OpResult.GetDataResult) result;
      return text(got.getData()) + " " + text(got.getStat());
    }
    if (result instanceof OpResult.GetChildrenResult) return sorted(((OpResult.GetChildrenResult) result).getChildren()).toString();
    if (result instanceof OpResult.ErrorResult) return KeeperException.Code.get(((OpResult.ErrorResult) result).getErr()).name();
    return result.getClass().getSimpleName();
  }

  static List<String> sorted(List<String> names) {
    List<String> copy = new ArrayList<>(names);
    copy.sort(null);
    return copy;
  }

  static String session(ZooKeeper client) {
    return "sid:" + client.getSessionId();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Gives an order, to the tunnel or about the ensemble, and waits until it is carried out. */
  static void order(String words) throws Exception {
    String answer = ask(words);
    if (!"done".equals(answer)) throw new IllegalStateException(words + ": " + answer);
  }

  static String ask(String words) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", orders)) {
      socket.getOutputStream().write(bytes(words + "\n"));
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
  }

  static void waitFor(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) throw new IllegalStateException("never: " + what);
      Thread.sleep(10);
    }
  }

  /** Makes a call again when the connection was lost. */
  static <T> T retried(Callable<T> call) throws Exception {
    while (true) {
      try {
        return call.call();
      } catch (KeeperException.ConnectionLossException error) {
        Thread.sleep(10);
      }
    }
  }

  /** Events in the order in which they came. */
  static final class Events implements Watcher {
    private final BlockingQueue<WatchedEvent> queue = new LinkedBlockingQueue<>();

    @Override
    public void process(WatchedEvent event) {
      queue.add(event);
    }

    WatchedEvent take() throws InterruptedException {
      return queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    boolean isEmpty() {
      return queue.isEmpty();
    }

    void next(String words) throws InterruptedException {
      say("event " + words, take());
    }

    /** REQUIRES: an answer has come that a server sends behind the event. */
    void none(String words) throws InterruptedException {
      Thread.sleep(100);
      say("event " + words, queue.isEmpty() ? "none" : text(queue.take()) + ", unexpected");
    }
  }

  /** A client that can go without ending its session, as one whose process dies. */
  static final class Leaving extends ZooKeeper {
    Leaving(String where, int timeoutMs, Watcher watcher) throws Exception {
      super(where, timeoutMs, watcher);
    }

    Leaving(String where, long id, byte[] password, Watcher watcher) throws Exception {
      super(where, SESSION_MS, watcher, id, password);
    }

    void leave() {
      cnxn.disconnect();
    }

    /** The endpoint that it is connected to. */
    String server() {
      return testableRemoteSocketAddress().toString().replaceFirst(".*/", "");
    }
  }

  /** A client that is connected, with the events of its session. */
  static final class Client implements AutoCloseable {
    final Events session = new Events();
    final Leaving zk;

    Client() throws Exception {
      this("", SESSION_MS);
    }

    Client(String chroot, int timeoutMs) throws Exception {
      this(endpoint, chroot, timeoutMs);
    }

    Client(String where, String chroot, int timeoutMs) throws Exception {
      zk = new Leaving(where + chroot, timeoutMs, session);
      awaitConnected();
    }

    /** Resumes a session; whether it still is one, the first event says. */
    Client(String where, long id, byte[] password) throws Exception {
      zk = new Leaving(where, id, password, session);
    }

    private void awaitConnected() throws InterruptedException {
      WatchedEvent event = session.take();
      if (event == null || event.getState() != Watcher.Event.KeeperState.SyncConnected) {
        throw new IllegalStateException("no connection: " + event);
      }
    }

    /** Everything that the server has sent up to now has come. */
    void sync() throws Exception {
      LinkedBlockingQueue<Integer> answer = new LinkedBlockingQueue<>();
      zk.sync("/", (code, path, context) -> answer.add(code), null);
      if (answer.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) == null) throw new IllegalStateException("no answer to sync");
    }

    @Override
    public void close() throws InterruptedException {
      zk.close();
    }
  }

  /** A client whose connection no order cuts. */
  static final class Direct implements AutoCloseable {
    final ZooKeeper zk;

    Direct() throws Exception {
      Events session = new Events();
      zk = new ZooKeeper(direct, SESSION_MS, session);
      session.take();
    }

    @Override
    public void close() throws InterruptedException {
      zk.close();
    }
  }

  /** The result of a call with a callback. */
  static final class Answer {
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

    void put(int code, Object... results) {
      List<Object> all = new ArrayList<>();
      all.add(KeeperException.Code.get(code).name());
      for (Object result : results) all.add(result);
      queue.add(text(all));
    }

    String take() throws InterruptedException {
      String answer = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return answer == null ? "no answer" : answer;
    }
  }
}
