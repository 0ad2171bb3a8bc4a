import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;

/** Who leads, and who comes next. */
final class Elections {
  private Elections() {}

  static void latches(CuratorFramework a, CuratorFramework b) throws Exception {
    LeaderLatch first = new LeaderLatch(a, "/latch", "ann");
    LeaderLatch second = new LeaderLatch(b, "/latch", "bob");
    first.start();
    Main.say("latch of ann leads", first.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    second.start();
    Main.waitFor("two stand", () -> a.getChildren().forPath("/latch").size() == 2);
    Main.step("latch of bob leads", second::hasLeadership);
    Main.step("latch participants", () -> first.getParticipants().stream().map(Participant::getId).sorted().collect(Collectors.toList()));
    Main.step("latch leader seen by bob", () -> second.getLeader().getId());
    first.close();
    Main.say("latch of bob leads when ann resigned", second.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    CuratorFramework dies = Main.client();
    LeaderLatch third = new LeaderLatch(dies, "/latch", "cid");
    third.start();
    Main.waitFor("two stand", () -> a.getChildren().forPath("/latch").size() == 2);
    second.close();
    Main.say("latch of cid leads when bob resigned", third.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    LeaderLatch fourth = new LeaderLatch(a, "/latch", "dan");
    fourth.start();
    Main.waitFor("two stand", () -> a.getChildren().forPath("/latch").size() == 2);
    dies.close();
    Main.say("latch of dan leads when cid's session ended", fourth.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    Main.cut();
    Main.say("latch of dan leads again after a cut", fourth.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS));
    fourth.close();
  }

  static void selectors(CuratorFramework a, CuratorFramework b) throws Exception {
    List<String> led = new CopyOnWriteArrayList<>();
    CountDownLatch resign = new CountDownLatch(1);
    LeaderSelector first = selector(a, "ann", led, resign);
    LeaderSelector second = selector(b, "bob", led, resign);
    first.start();
    Main.waitFor("ann leads", () -> led.size() == 1);
    second.start();
    Main.waitFor("two stand", () -> second.getParticipants().size() == 2);
    Main.step("election leader", () -> second.getLeader().getId());
    Main.step("election candidates", () -> first.getParticipants().stream().map(Participant::getId).sorted().collect(Collectors.toList()));
    resign.countDown();
    Main.waitFor("both led", () -> led.size() == 2);
    Main.say("election led by", led);
    first.close();
    second.close();
  }

  private static LeaderSelector selector(CuratorFramework client, String id, List<String> led, CountDownLatch resign) {
    LeaderSelector selector = new LeaderSelector(client, "/selector", new LeaderSelectorListenerAdapter() {
      @Override
      public void takeLeadership(CuratorFramework ignored) throws InterruptedException {
        led.add(id);
        resign.await(Main.PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    });
    selector.setId(id);
    return selector;
  }
}
