import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;

/** Meeting, counting and queueing. */
final class Barriers {
  private Barriers() {}

  private static <T> CompletableFuture<T> background(Callable<T> call) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return call.call();
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
    });
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(Main.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static void barriers(CuratorFramework a, CuratorFramework b) throws Exception {
    DistributedBarrier first = new DistributedBarrier(a, "/barrier");
    DistributedBarrier second = new DistributedBarrier(b, "/barrier");
    first.setBarrier();
    Main.step("barrier waited for, briefly", () -> second.waitOnBarrier(100, TimeUnit.MILLISECONDS));
    CompletableFuture<Boolean> waits = background(() -> second.waitOnBarrier(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    first.removeBarrier();
    Main.say("barrier passed", get(waits));
  }

  static void doubleBarriers(CuratorFramework a, CuratorFramework b) throws Exception {
    DistributedDoubleBarrier first = new DistributedDoubleBarrier(a, "/double", 2);
    Main.step("doubleBarrier entered by one alone", () -> first.enter(200, TimeUnit.MILLISECONDS));
    DistributedDoubleBarrier again = new DistributedDoubleBarrier(a, "/double2", 2);
    DistributedDoubleBarrier other = new DistributedDoubleBarrier(b, "/double2", 2);
    CompletableFuture<Boolean> enters = background(() -> again.enter(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.step("doubleBarrier entered by b", () -> other.enter(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.say("doubleBarrier entered by a", get(enters));
    CompletableFuture<Boolean> leaves = background(() -> again.leave(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.step("doubleBarrier left by b", () -> other.leave(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.say("doubleBarrier left by a", get(leaves));
  }

  static void counters(CuratorFramework a, CuratorFramework b) throws Exception {
    CompletableFuture<?>[] adding = new CompletableFuture<?>[2];
    for (int i = 0; i < 2; ++i) {
      DistributedAtomicLong counter = new DistributedAtomicLong(i == 0 ? a : b, "/long", new RetryNTimes(1000, 2));
      adding[i] = background(() -> {
        for (int j = 0; j < 20; ++j) {
          while (!counter.increment().succeeded()) Thread.sleep(1);
        }
        return null;
      });
    }
    for (CompletableFuture<?> each : adding) get(each);
    Main.step("counter of 40 additions by two", () -> new DistributedAtomicLong(a, "/long", new RetryNTimes(1, 1)).get().postValue());
    SharedCount one = new SharedCount(a, "/shared", 7);
    SharedCount other = new SharedCount(b, "/shared", 7);
    one.start();
    other.start();
    one.setCount(8);
    Main.waitFor("b sees it", () -> other.getCount() == 8);
    Main.say("counter shared", other.getCount());
    one.close();
    other.close();
  }

  static void queues(CuratorFramework a, CuratorFramework b) throws Exception {
    List<String> got = new CopyOnWriteArrayList<>();
    DistributedQueue<String> puts = QueueBuilder.builder(a, null, TEXT, "/queue").buildQueue();
    DistributedQueue<String> takes = QueueBuilder.builder(b, new Consumer(got), TEXT, "/queue").lockPath("/queue-locks").buildQueue();
    puts.start();
    for (String item : new String[] {"one", "two", "three"}) puts.put(item);
    puts.flushPuts(Main.PATIENCE_SECONDS, TimeUnit.SECONDS);
    takes.start();
    Main.waitFor("all came", () -> got.size() == 3);
    Main.say("queue in order", got);
    puts.close();
    takes.close();
  }

  private static final QueueSerializer<String> TEXT = new QueueSerializer<String>() {
    @Override
    public byte[] serialize(String item) {
      return item.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  };

  private static final class Consumer implements QueueConsumer<String> {
    private final List<String> got;

    Consumer(List<String> got) {
      this.got = got;
    }

    @Override
    public void consumeMessage(String item) {
      got.add(item);
    }

    @Override
    public void stateChanged(CuratorFramework client, ConnectionState state) {}
  }
}
