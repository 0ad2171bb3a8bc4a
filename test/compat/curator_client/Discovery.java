import java.util.List;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.x.discovery.ServiceCache;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.curator.x.discovery.ServiceProvider;

/** Services that announce themselves, and clients that find them. */
final class Discovery {
  private Discovery() {}

  private static ServiceDiscovery<Void> discovery(CuratorFramework client) throws Exception {
    ServiceDiscovery<Void> discovery = ServiceDiscoveryBuilder.builder(Void.class).client(client).basePath("/services").build();
    discovery.start();
    return discovery;
  }

  private static ServiceInstance<Void> instance(String id, int port) throws Exception {
    return ServiceInstance.<Void>builder().name("worker").id(id).address("host-" + id).port(port).build();
  }

  private static List<String> ids(ServiceDiscovery<Void> discovery) throws Exception {
    return discovery.queryForInstances("worker").stream().map(each -> each.getId() + ":" + each.getPort()).sorted().collect(Collectors.toList());
  }

  static void run(CuratorFramework a, CuratorFramework b) throws Exception {
    CuratorFramework dies = Main.client();
    ServiceDiscovery<Void> announces = discovery(a);
    ServiceDiscovery<Void> dying = discovery(dies);
    ServiceDiscovery<Void> looks = discovery(b);
    announces.registerService(instance("one", 1));
    dying.registerService(instance("two", 2));
    Main.step("discovery of names", looks::queryForNames);
    Main.step("discovery of instances", () -> ids(looks));
    ServiceCache<Void> cache = looks.serviceCacheBuilder().name("worker").build();
    cache.start();
    ServiceProvider<Void> provider = looks.serviceProviderBuilder().serviceName("worker").build();
    provider.start();
    Main.step("discovery by a cache", () -> cache.getInstances().size());
    Main.step("discovery of some instance", () -> provider.getInstance() != null);
    dies.close();
    Main.waitFor("one has gone", () -> cache.getInstances().size() == 1);
    Main.step("discovery when one died", () -> ids(looks));
    announces.registerService(instance("three", 3));
    Main.waitFor("one has come", () -> cache.getInstances().size() == 2);
    Main.step("discovery when one came", () -> ids(looks));
    announces.unregisterService(instance("one", 1));
    Main.waitFor("one has gone", () -> cache.getInstances().size() == 1);
    Main.step("discovery when one left", () -> ids(looks));
    provider.close();
    cache.close();
    looks.close();
    announces.close();
  }
}
