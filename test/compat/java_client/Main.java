/** What ZooKeeper's own client for Java does and is told. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Steps.endpoint = arguments[0];
    Steps.orders = Integer.parseInt(arguments[1]);
    Steps.direct = arguments[2];
    Nodes.run();
    Multi.run();
    Watches.run();
    Access.run();
    Sessions.run();
    System.exit(0); // Clients whose session was taken from them try on.
  }
}
