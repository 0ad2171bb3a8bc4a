import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What a user of Kafka does, one thing at a time: `create`, `topics`, `produce` and `consume`. */
public final class Main {
  private static final int PATIENCE_MS = 300_000;

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    switch (arguments[1]) {
      case "create": create(servers, arguments[2], Integer.parseInt(arguments[3]), Short.parseShort(arguments[4])); break;
      case "topics": topics(servers); break;
      case "produce": produce(servers, arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4])); break;
      case "consume": consume(servers, arguments[2], arguments[3], Integer.parseInt(arguments[4])); break;
      default: throw new IllegalArgumentException(arguments[1]);
    }
  }

  private static Properties properties(String servers) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", servers);
    properties.put("default.api.timeout.ms", PATIENCE_MS);
    return properties;
  }

  private static void create(String servers, String topic, int partitions, short replicas) throws Exception {
    try (Admin admin = Admin.create(properties(servers))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, replicas))).all().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Each topic with the number of its partitions. */
  private static void topics(String servers) throws Exception {
    try (Admin admin = Admin.create(properties(servers))) {
      TreeSet<String> names = new TreeSet<>(admin.listTopics().names().get(PATIENCE_MS, TimeUnit.MILLISECONDS));
      Map<String, TopicDescription> all = admin.describeTopics(names).allTopicNames().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
      for (String name : names) System.out.println(name + " " + all.get(name).partitions().size());
    }
  }

  /** Messages with these numbers, each of them acknowledged. */
  private static void produce(String servers, String topic, int from, int until) throws Exception {
    Properties properties = properties(servers);
    properties.put("acks", "all");
    properties.put("delivery.timeout.ms", PATIENCE_MS);
    properties.put("request.timeout.ms", PATIENCE_MS / 4);
    properties.put("key.serializer", StringSerializer.class.getName());
    properties.put("value.serializer", StringSerializer.class.getName());
    KafkaProducer<String, String> producer = new KafkaProducer<>(properties);
    try {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int number = from; number < until; number++) {
        sent.add(producer.send(new ProducerRecord<>(topic, "key-" + number, "message-" + number)));
      }
      for (Future<RecordMetadata> each : sent) each.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
      System.out.println("produced " + sent.size());
    } finally {
      producer.close(Duration.ofSeconds(1)); // Without a limit it would wait on for what is never taken.
    }
  }

  /** The next messages of a group, as many as are wanted, in the order of their names. */
  private static void consume(String servers, String topic, String group, int count) {
    Properties properties = properties(servers);
    properties.put("group.id", group);
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    properties.put("key.deserializer", StringDeserializer.class.getName());
    properties.put("value.deserializer", StringDeserializer.class.getName());
    TreeSet<String> read = new TreeSet<>();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
      consumer.subscribe(List.of(topic));
      while (read.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) read.add(record.value());
      }
      consumer.commitSync();
    }
    read.forEach(System.out::println);
  }
}
