import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;

/** Mutual exclusion. */
final class Locks {
  private Locks() {}

  /** Waits for the lock in a thread, and lets it go there. */
  private static CompletableFuture<String> waiting(InterProcessMutex mutex) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        boolean acquired = mutex.acquire(Main.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (acquired) mutex.release();
        return String.valueOf(acquired);
      } catch (Exception error) {
        return error.getClass().getSimpleName();
      }
    });
  }

  private static void waitForContenders(CuratorFramework client, String path, int count) throws Exception {
    Main.waitFor(count + " contenders", () -> client.getChildren().forPath(path).size() == count);
  }

  static void mutexes(CuratorFramework a, CuratorFramework b) throws Exception {
    InterProcessMutex first = new InterProcessMutex(a, "/mutex");
    InterProcessMutex second = new InterProcessMutex(b, "/mutex");
    Main.step("lock acquired by a", () -> first.acquire(1, TimeUnit.SECONDS));
    Main.step("lock acquired by a again, by the same thread", () -> first.acquire(1, TimeUnit.SECONDS));
    Main.step("lock tried by b", () -> second.acquire(100, TimeUnit.MILLISECONDS));
    CompletableFuture<String> waits = waiting(second);
    waitForContenders(a, "/mutex", 2);
    first.release();
    Main.say("lock released once", waits.isDone() ? "b has it" : "b waits");
    first.release();
    Main.say("lock acquired by b", waits.get(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    CuratorFramework dies = Main.client();
    InterProcessMutex third = new InterProcessMutex(dies, "/mutex");
    third.acquire();
    CompletableFuture<String> heir = waiting(second);
    waitForContenders(a, "/mutex", 2);
    dies.close();
    Main.say("lock acquired by b when its holder's session ended", heir.get(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    first.acquire();
    CompletableFuture<String> cut = waiting(second);
    waitForContenders(a, "/mutex", 2);
    Main.cut();
    Main.step("lock still held by a after a cut", () -> a.getChildren().forPath("/mutex").size() == 2 && first.isAcquiredInThisProcess());
    first.release();
    Main.say("lock acquired by b after a cut", cut.get(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  static void readersAndWriters(CuratorFramework a, CuratorFramework b) throws Exception {
    InterProcessReadWriteLock first = new InterProcessReadWriteLock(a, "/rw");
    InterProcessReadWriteLock second = new InterProcessReadWriteLock(b, "/rw");
    Main.step("readLock acquired by a", () -> first.readLock().acquire(1, TimeUnit.SECONDS));
    Main.step("readLock acquired by b", () -> second.readLock().acquire(1, TimeUnit.SECONDS));
    second.readLock().release();
    Main.step("writeLock tried by b", () -> second.writeLock().acquire(100, TimeUnit.MILLISECONDS));
    CompletableFuture<String> writer = waiting(second.writeLock());
    waitForContenders(a, "/rw", 2);
    first.readLock().release();
    Main.say("writeLock acquired by b", writer.get(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  static void semaphores(CuratorFramework a, CuratorFramework b) throws Exception {
    InterProcessSemaphoreV2 first = new InterProcessSemaphoreV2(a, "/semaphore", 2);
    InterProcessSemaphoreV2 second = new InterProcessSemaphoreV2(b, "/semaphore", 2);
    Lease one = first.acquire(1, TimeUnit.SECONDS);
    Lease two = second.acquire(1, TimeUnit.SECONDS);
    Main.say("semaphore of two acquired twice", one != null && two != null);
    Main.step("semaphore tried a third time", () -> second.acquire(100, TimeUnit.MILLISECONDS));
    first.returnLease(one);
    Main.step("semaphore acquired after a lease was returned", () -> second.acquire(Main.PATIENCE_SECONDS, TimeUnit.SECONDS) != null);
    Main.step("semaphore participants", () -> first.getParticipantNodes().size());
  }
}
