import static org.apache.zookeeper.ZooDefs.Ids.CREATOR_ALL_ACL;
import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;
import static org.apache.zookeeper.ZooDefs.Ids.READ_ACL_UNSAFE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/** Who may do what. */
final class Access {
  private Access() {}

  static void run() throws Exception {
    Steps.scenario("permissions", Access::permissions);
    Steps.scenario("each permission alone", Access::each);
    Steps.scenario("odd permissions", Access::odd);
    Steps.scenario("super user", Access::superUser);
    Steps.scenario("who am I", Access::whoAmI);
    Steps.scenario("refused authentication", Access::refused);
    Steps.scenario("reconfiguration", Access::reconfiguration);
  }

  private static void permissions() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      Steps.step("create by nobody in particular", () -> a.zk.create("/p", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT));
      Steps.step("auth digest of a", () -> a.zk.addAuthInfo("digest", Steps.bytes("ann:pw")));
      Steps.step("create /p", () -> a.zk.create("/p", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT));
      Stat stat = new Stat();
      Steps.step("getACL /p by a", () -> a.zk.getACL("/p", stat));
      Steps.say("getACL /p its stat", stat);
      Steps.step("getACL /p by b", () -> b.zk.getACL("/p", null));
      Steps.step("exists /p by b", () -> b.zk.exists("/p", false) != null);
      Steps.step("getData /p by b", () -> b.zk.getData("/p", false, null));
      Steps.step("getAllChildrenNumber /p by b", () -> b.zk.getAllChildrenNumber("/p"));
      List<ACL> readable = new ArrayList<>(CREATOR_ALL_ACL);
      readable.addAll(READ_ACL_UNSAFE);
      Steps.step("setACL /p 7", () -> a.zk.setACL("/p", readable, 7));
      Steps.step("setACL /p 0", () -> a.zk.setACL("/p", readable, 0));
      Steps.step("getACL /p by b, masked", () -> b.zk.getACL("/p", null));
      Steps.step("getData /p by b", () -> b.zk.getData("/p", false, null));
      Steps.step("setACL /p by b", () -> b.zk.setACL("/p", OPEN_ACL_UNSAFE, -1));
      b.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      Steps.step("getACL /p by b, authenticated", () -> b.zk.getACL("/p", null));
      a.zk.addAuthInfo("digest", Steps.bytes("bob:pw"));
      Steps.step("create /p/two with two identities", () -> a.zk.create("/p/two", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT));
      // In which order the identities are written down is nobody's promise.
      Steps.step("getACL /p/two", () -> {
        List<String> all = new ArrayList<>();
        a.zk.getACL("/p/two", null).forEach(acl -> all.add(Steps.text(acl)));
        return Steps.sorted(all);
      });
      Steps.step("setACL /nowhere", () -> a.zk.setACL("/nowhere", OPEN_ACL_UNSAFE, -1));
      Steps.step("getACL /nowhere", () -> a.zk.getACL("/nowhere", null));
      String id = Steps.session(b.zk);
      Steps.order("cut");
      Steps.waitFor("b is back", () -> b.session.take().getState() == KeeperState.SyncConnected);
      Steps.say("session is the same", id.equals(Steps.session(b.zk)));
      Steps.step("setData /p by b after a cut", () -> b.zk.setData("/p", null, -1).getVersion());
    }
  }

  private static void each() throws Exception {
    try (Steps.Client owner = new Steps.Client(); Steps.Client a = new Steps.Client()) {
      owner.zk.addAuthInfo("digest", Steps.bytes("owner:pw"));
      int[] all = {0, Perms.READ, Perms.WRITE, Perms.CREATE, Perms.DELETE, Perms.ADMIN};
      for (int perms : all) {
        String path = "/each" + perms;
        owner.zk.create(path, null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        owner.zk.create(path + "/x", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        List<ACL> acl = Arrays.asList(new ACL(31, new Id("auth", "")), new ACL(perms, new Id("world", "anyone")));
        owner.zk.setACL(path, acl, -1);
        Steps.step("exists with " + perms, () -> a.zk.exists(path, false) != null);
        Steps.step("getData with " + perms, () -> a.zk.getData(path, false, null));
        Steps.step("getChildren with " + perms, () -> a.zk.getChildren(path, false));
        Steps.step("getACL with " + perms, () -> a.zk.getACL(path, null));
        Steps.step("setData with " + perms, () -> a.zk.setData(path, null, -1).getVersion());
        Steps.step("create with " + perms, () -> a.zk.create(path + "/y", null, OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        Steps.step("delete with " + perms, () -> a.zk.delete(path + "/x", -1));
        Steps.step("setACL with " + perms, () -> a.zk.setACL(path, acl.subList(1, 2), -1).getAversion());
      }
    }
  }

  private static void odd() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      int number = 0;
      for (Id id : new Id[] {new Id("ldap", "x"), new Id("world", "nobody"), new Id("digest", "no colon"), new Id("digest", "a:b:c"),
          new Id("ip", "127.0.0.1"), new Id("ip", "127.0.0.1/8"), new Id("ip", "127.0.0.1/33"), new Id("ip", "10.0.0.0/8"),
          new Id("ip", "::1"), new Id("ip", "localhost"), new Id("auth", ""), new Id("", ""), new Id("world", ""), new Id("x509", "CN=x"),
          new Id("super", "x"), new Id("sasl", "x")}) {
        String path = "/odd" + number++;
        String name = id.getScheme() + ":" + id.getId();
        Steps.step("create for " + name, () -> a.zk.create(path, null, Collections.singletonList(new ACL(31, id)), CreateMode.PERSISTENT));
        Steps.step("getData for " + name, () -> a.zk.getData(path, false, null));
      }
      Steps.step("create with permissions beyond all", () -> a.zk.create("/beyond", null,
          Collections.singletonList(new ACL(255, new Id("world", "anyone"))), CreateMode.PERSISTENT));
      Steps.step("getACL of permissions beyond all", () -> a.zk.getACL("/beyond", null));
    }
  }

  private static void superUser() throws Exception {
    try (Steps.Client a = new Steps.Client(); Steps.Client b = new Steps.Client()) {
      a.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      a.zk.create("/su", Steps.bytes("mine"), CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      b.zk.addAuthInfo("digest", Steps.bytes("super:wrong"));
      Steps.step("getData /su with a wrong password", () -> b.zk.getData("/su", false, null));
      b.zk.addAuthInfo("digest", Steps.bytes("super:secret"));
      Steps.step("getData /su as super", () -> b.zk.getData("/su", false, null));
      Steps.step("getACL /su as super", () -> b.zk.getACL("/su", null));
      Steps.step("setACL /su as super", () -> b.zk.setACL("/su", OPEN_ACL_UNSAFE, 0));
    }
  }

  private static void whoAmI() throws Exception {
    try (Steps.Client a = new Steps.Client()) {
      Steps.step("whoAmI", () -> a.zk.whoAmI());
      a.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      a.zk.addAuthInfo("digest", Steps.bytes("bob:pw"));
      a.zk.addAuthInfo("digest", Steps.bytes("ann:pw"));
      Steps.step("whoAmI after digests", () -> {
        List<String> all = new ArrayList<>();
        a.zk.whoAmI().forEach(info -> all.add(Steps.text(info)));
        return Steps.sorted(all);
      });
    }
  }

  private static void refused() throws Exception {
    Steps.Client a = new Steps.Client();
    Steps.step("auth of an unknown scheme", () -> a.zk.addAuthInfo("ldap", Steps.bytes("x")));
    a.session.next("of the session");
    Steps.step("exists /", () -> a.zk.exists("/", false));
    Steps.say("session state", a.zk.getState());
    a.close();
    // The words of this scheme have to have a colon.
    Steps.Client b = new Steps.Client();
    Steps.step("auth digest without a password", () -> b.zk.addAuthInfo("digest", Steps.bytes("ann")));
    Steps.step("create as such", () -> b.zk.create("/ann", null, CREATOR_ALL_ACL, CreateMode.PERSISTENT));
    Steps.step("getACL as such", () -> b.zk.getACL("/ann", null));
    b.close();
  }

  private static void reconfiguration() throws Exception {
    try (ZooKeeperAdmin admin = new ZooKeeperAdmin(Steps.endpoint, Steps.SESSION_MS, event -> { })) {
      Steps.step("reconfig", () -> admin.reconfigure("server.2=127.0.0.1:1:2;3", null, null, -1, new Stat()));
      ZooKeeper zk = admin;
      Steps.step("getACL /zookeeper/config", () -> zk.getACL("/zookeeper/config", null));
      Stat stat = new Stat();
      Steps.step("getData /zookeeper/config", () -> zk.getConfig(false, stat));
      Steps.say("getData its stat", stat);
      Steps.step("setData /zookeeper/config", () -> zk.setData("/zookeeper/config", null, -1));
    }
  }
}
