// Checks a broker with Apache Kafka's own Java client: java -cp "$KAFKA_ROOT/libs/*" Compat.java HOST:PORT
// Prints "ok TITLE" or "FAILED TITLE: why" per check; exits with 1 when one failed.
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

public class Compat {
  static String bootstrap;
  static int failed = 0, passed = 0;
  static final String RUN = Long.toString(System.nanoTime(), 36);
  static Admin admin;

  interface Check { void run() throws Exception; }

  static void check(String title, Check body) {
    try {
      body.run();
      passed++;
      System.out.println("ok " + title);
    } catch (Throwable e) {
      failed++;
      System.out.println("FAILED " + title + ": " + e + (e.getStackTrace().length > 0 ? " at " + Arrays.stream(e.getStackTrace()).filter(f -> f.getClassName().equals("Compat")).findFirst().orElse(null) : ""));
    }
  }

  static void same(Object expected, Object actual) {
    if (!Objects.equals(expected, actual)) throw new AssertionError("expected " + expected + " but got " + actual);
  }

  static <T extends Throwable> void fails(Class<T> type, Callable<?> body) throws Exception {
    try {
      body.call();
    } catch (ExecutionException e) {
      if (type.isInstance(e.getCause())) return;
      throw new AssertionError("expected " + type.getSimpleName() + " but got " + e.getCause());
    } catch (Exception e) {
      if (type.isInstance(e)) return;
      throw new AssertionError("expected " + type.getSimpleName() + " but got " + e);
    }
    throw new AssertionError("expected " + type.getSimpleName() + ", nothing was thrown");
  }

  static String topic(String name, int partitions, Map<String, String> configs) throws Exception {
    String topic = "java-" + name + "-" + RUN;
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
    return topic;
  }

  static KafkaProducer<String, String> producer(Object... settings) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    for (int i = 0; i < settings.length; i += 2) p.put(settings[i], settings[i + 1]);
    return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<String, String> consumer(Object... settings) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("auto.offset.reset", "earliest");
    for (int i = 0; i < settings.length; i += 2) p.put(settings[i], settings[i + 1]);
    return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
  }

  static List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> c, int count) {
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    long end = System.currentTimeMillis() + 15000;
    while (all.size() < count && System.currentTimeMillis() < end) c.poll(Duration.ofMillis(200)).forEach(all::add);
    return all;
  }

  static List<String> values(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }

  static void send(String topic, String... values) throws Exception {
    try (var p = producer("linger.ms", 0)) {
      for (String v : values) p.send(new ProducerRecord<>(topic, v)).get();
    }
  }

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
    check("the cluster describes itself", () -> {
      var d = admin.describeCluster();
      same(1, d.nodes().get().size());
      same(22, d.clusterId().get().length());
    });
    check("a topic is created, listed and described", () -> {
      String t = topic("made", 3, Map.of("retention.ms", "5000"));
      same(true, admin.listTopics().names().get().contains(t));
      TopicDescription d = admin.describeTopics(List.of(t)).allTopicNames().get().get(t);
      same(3, d.partitions().size());
      same(false, d.topicId().equals(Uuid.ZERO_UUID));
      same(t, admin.describeTopics(TopicCollection.ofTopicIds(List.of(d.topicId()))).allTopicIds().get().get(d.topicId()).name());
    });
    check("creating a topic twice fails", () -> {
      String t = topic("twice", 1, Map.of());
      fails(TopicExistsException.class, () -> admin.createTopics(List.of(new NewTopic(t, 1, (short) 1))).all().get());
    });
    check("bad names, factors, counts and configs are refused", () -> {
      fails(InvalidTopicException.class, () -> admin.createTopics(List.of(new NewTopic("a b", 1, (short) 1))).all().get());
      fails(InvalidReplicationFactorException.class, () -> admin.createTopics(List.of(new NewTopic("x" + RUN, 1, (short) 3))).all().get());
      fails(InvalidPartitionsException.class, () -> admin.createTopics(List.of(new NewTopic("x" + RUN, 0, (short) 1))).all().get());
      fails(InvalidConfigurationException.class, () -> admin.createTopics(List.of(new NewTopic("x" + RUN, 1, (short) 1).configs(Map.of("no.such", "1")))).all().get());
    });
    check("partitions grow and never shrink", () -> {
      String t = topic("grow", 1, Map.of());
      admin.createPartitions(Map.of(t, NewPartitions.increaseTo(4))).all().get();
      same(4, admin.describeTopics(List.of(t)).allTopicNames().get().get(t).partitions().size());
      fails(InvalidPartitionsException.class, () -> admin.createPartitions(Map.of(t, NewPartitions.increaseTo(2))).all().get());
    });
    check("a deleted topic is gone", () -> {
      String t = topic("gone", 1, Map.of());
      admin.deleteTopics(List.of(t)).all().get();
      same(false, admin.listTopics().names().get().contains(t));
      fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(t)).all().get());
    });
    check("topic configs are altered and described with their source", () -> {
      String t = topic("config", 1, Map.of());
      ConfigResource r = new ConfigResource(ConfigResource.Type.TOPIC, t);
      admin.incrementalAlterConfigs(Map.of(r, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "777"), AlterConfigOp.OpType.SET)))).all().get();
      ConfigEntry e = admin.describeConfigs(List.of(r)).all().get().get(r).get("retention.ms");
      same("777", e.value());
      same(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, e.source());
      admin.incrementalAlterConfigs(Map.of(r, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE)))).all().get();
      same("604800000", admin.describeConfigs(List.of(r)).all().get().get(r).get("retention.ms").value());
    });
    check("broker configs are described and altered", () -> {
      ConfigResource r = new ConfigResource(ConfigResource.Type.BROKER, "1");
      same("1", admin.describeConfigs(List.of(r)).all().get().get(r).get("node.id").value());
      admin.incrementalAlterConfigs(Map.of(r, List.of(new AlterConfigOp(new ConfigEntry("log.cleaner.threads", "1"), AlterConfigOp.OpType.SET)))).all().get();
    });
    for (String acks : List.of("0", "1", "all"))
      check("records arrive in order with acks=" + acks, () -> {
        String t = topic("acks" + acks, 1, Map.of());
        try (var p = producer("acks", acks, "enable.idempotence", "false")) {
          for (int i = 0; i < 1000; i++) p.send(new ProducerRecord<>(t, "v" + i));
        }
        try (var c = consumer()) {
          c.assign(List.of(new TopicPartition(t, 0)));
          c.seekToBeginning(c.assignment());
          var got = values(poll(c, 1000));
          for (int i = 0; i < 1000; i++) same("v" + i, got.get(i));
        }
      });
    check("an idempotent producer gets dense offsets", () -> {
      String t = topic("idem", 1, Map.of());
      try (var p = producer("enable.idempotence", "true", "linger.ms", 0)) {
        for (int i = 0; i < 50; i++) same((long) i, p.send(new ProducerRecord<>(t, "v" + i)).get().offset());
      }
    });
    for (String codec : List.of("gzip", "snappy", "lz4", "zstd"))
      check("records compressed with " + codec + " come back", () -> {
        String t = topic(codec, 1, Map.of());
        try (var p = producer("compression.type", codec, "linger.ms", 50)) {
          for (int i = 0; i < 500; i++) p.send(new ProducerRecord<>(t, "some text that repeats itself " + i % 7));
        }
        try (var c = consumer()) {
          c.assign(List.of(new TopicPartition(t, 0)));
          same(500, poll(c, 500).size());
        }
      });
    check("compression at the broker", () -> {
      String t = topic("recompress", 1, Map.of("compression.type", "gzip"));
      send(t, "a", "b");
      try (var c = consumer()) {
        c.assign(List.of(new TopicPartition(t, 0)));
        same(List.of("a", "b"), values(poll(c, 2)));
      }
    });
    check("keys, nulls, headers and timestamps survive", () -> {
      String t = topic("whole", 1, Map.of());
      try (var p = producer()) {
        p.send(new ProducerRecord<>(t, 0, 1234567L, "k", null, List.of(new RecordHeader("h", "x".getBytes()), new RecordHeader("n", (byte[]) null)))).get();
      }
      try (var c = consumer()) {
        c.assign(List.of(new TopicPartition(t, 0)));
        var r = poll(c, 1).get(0);
        same("k", r.key());
        same(null, r.value());
        same(1234567L, r.timestamp());
        same("x", new String(r.headers().lastHeader("h").value(), StandardCharsets.UTF_8));
        same(null, r.headers().lastHeader("n").value());
      }
    });
    check("LogAppendTime stamps records", () -> {
      String t = topic("appendtime", 1, Map.of("message.timestamp.type", "LogAppendTime"));
      long before = System.currentTimeMillis();
      try (var p = producer()) {
        same(true, p.send(new ProducerRecord<>(t, 0, 5L, "k", "v")).get().timestamp() >= before - 1000);
      }
    });
    check("a record over max.message.bytes is refused", () -> {
      String t = topic("large", 1, Map.of("max.message.bytes", "1000"));
      try (var p = producer()) {
        fails(RecordTooLargeException.class, () -> p.send(new ProducerRecord<>(t, "x".repeat(5000))).get());
      }
    });
    check("a record without a key is refused on a compacted topic", () -> {
      String t = topic("compact", 1, Map.of("cleanup.policy", "compact"));
      try (var p = producer()) {
        fails(InvalidRecordException.class, () -> p.send(new ProducerRecord<>(t, "v")).get());
      }
    });
    check("a topic is created by the first send", () -> {
      String t = "java-auto-" + RUN;
      send(t, "v");
      same(true, admin.listTopics().names().get().contains(t));
    });
    check("offsets by time, first and last", () -> {
      String t = topic("times", 1, Map.of());
      try (var p = producer()) {
        for (int i = 0; i < 10; i++) p.send(new ProducerRecord<>(t, 0, 1_700_000_000_000L + i * 1000, null, "v")).get();
      }
      TopicPartition tp = new TopicPartition(t, 0);
      try (var c = consumer()) {
        same(4L, c.offsetsForTimes(Map.of(tp, 1_700_000_003_500L)).get(tp).offset());
        same(null, c.offsetsForTimes(Map.of(tp, 1_800_000_000_000L)).get(tp));
        same(0L, c.beginningOffsets(List.of(tp)).get(tp));
        same(10L, c.endOffsets(List.of(tp)).get(tp));
      }
      same(9L, admin.listOffsets(Map.of(tp, OffsetSpec.maxTimestamp())).all().get().get(tp).offset());
    });
    check("records are deleted from the start", () -> {
      String t = topic("trim", 1, Map.of());
      send(t, "a", "b", "c", "d");
      TopicPartition tp = new TopicPartition(t, 0);
      same(3L, admin.deleteRecords(Map.of(tp, RecordsToDelete.beforeOffset(3))).lowWatermarks().get(tp).get().lowWatermark());
      try (var c = consumer()) {
        c.assign(List.of(tp));
        c.seekToBeginning(List.of(tp));
        same(List.of("d"), values(poll(c, 1)));
      }
    });
    check("an offset out of range is reset or reported", () -> {
      String t = topic("range", 1, Map.of());
      send(t, "a");
      try (var c = consumer("auto.offset.reset", "none")) {
        c.assign(List.of(new TopicPartition(t, 0)));
        c.seek(new TopicPartition(t, 0), 99);
        fails(org.apache.kafka.clients.consumer.OffsetOutOfRangeException.class, () -> poll(c, 1));
      }
    });
    check("a group commits and goes on", () -> {
      String t = topic("group", 2, Map.of());
      send(t, "a", "b", "c");
      try (var c = consumer("group.id", t)) {
        c.subscribe(List.of(t));
        same(3, poll(c, 3).size());
        c.commitSync();
      }
      send(t, "d");
      try (var c = consumer("group.id", t)) {
        c.subscribe(List.of(t));
        same(List.of("d"), values(poll(c, 1)));
      }
    });
    for (String assignor : List.of("RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor"))
      check("two members split the partitions: " + assignor, () -> {
        String t = topic(assignor, 4, Map.of());
        Object[] s = {"group.id", t, "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor, "heartbeat.interval.ms", 200};
        try (var a = consumer(s); var b = consumer(s)) {
          a.subscribe(List.of(t));
          b.subscribe(List.of(t));
          long end = System.currentTimeMillis() + 20000;
          while (System.currentTimeMillis() < end && !(a.assignment().size() == 2 && b.assignment().size() == 2)) {
            a.poll(Duration.ofMillis(100));
            b.poll(Duration.ofMillis(100));
          }
          same(2, a.assignment().size());
          same(2, b.assignment().size());
        }
      });
    check("a static member comes back without a rebalance", () -> {
      String t = topic("static", 1, Map.of());
      Object[] s = {"group.id", t, "group.instance.id", "i1"};
      try (var a = consumer(s)) {
        a.subscribe(List.of(t));
        while (a.assignment().isEmpty()) a.poll(Duration.ofMillis(100));
      }
      int generation;
      try (var b = consumer(s)) {
        b.subscribe(List.of(t));
        while (b.assignment().isEmpty()) b.poll(Duration.ofMillis(100));
        generation = b.groupMetadata().generationId();
      }
      same(1, generation);
    });
    check("groups are listed, described, altered and deleted", () -> {
      String t = topic("admin", 1, Map.of());
      TopicPartition tp = new TopicPartition(t, 0);
      send(t, "a", "b");
      admin.alterConsumerGroupOffsets(t, Map.of(tp, new OffsetAndMetadata(1, "note"))).all().get();
      same(true, admin.listGroups().all().get().stream().anyMatch(g -> g.groupId().equals(t)));
      same(GroupState.EMPTY, admin.describeConsumerGroups(List.of(t)).all().get().get(t).groupState());
      OffsetAndMetadata o = admin.listConsumerGroupOffsets(t).partitionsToOffsetAndMetadata().get().get(tp);
      same(1L, o.offset());
      same("note", o.metadata());
      admin.deleteConsumerGroupOffsets(t, Set.of(tp)).all().get();
      admin.deleteConsumerGroups(List.of(t)).all().get();
      fails(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(t)).all().get());
    });
    check("a group with members cannot be deleted", () -> {
      String t = topic("busy", 1, Map.of());
      try (var c = consumer("group.id", t)) {
        c.subscribe(List.of(t));
        while (c.assignment().isEmpty()) c.poll(Duration.ofMillis(100));
        fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(t)).all().get());
        MemberDescription m = admin.describeConsumerGroups(List.of(t)).all().get().get(t).members().iterator().next();
        same(1, m.assignment().topicPartitions().size());
        same("/127.0.0.1", m.host());
      }
    });
    check("a pattern subscription finds topics", () -> {
      String t = topic("pattern", 1, Map.of());
      send(t, "a");
      try (var c = consumer("group.id", t)) {
        c.subscribe(java.util.regex.Pattern.compile("java-pattern-" + RUN + ".*"));
        same(List.of("a"), values(poll(c, 1)));
      }
    });
    check("a group of the consumer protocol (KIP-848) commits and goes on", () -> {
      String t = topic("kip848", 2, Map.of());
      send(t, "a", "b", "c");
      try (var c = consumer("group.id", t, "group.protocol", "consumer")) {
        c.subscribe(List.of(t));
        same(3, poll(c, 3).size());
        c.commitSync();
        var group = admin.describeConsumerGroups(List.of(t)).all().get().get(t);
        same(GroupType.CONSUMER, group.type());
        same("uniform", group.partitionAssignor());
        same(Optional.of(true), group.members().iterator().next().upgraded());
      }
      send(t, "d");
      try (var c = consumer("group.id", t, "group.protocol", "consumer")) {
        c.subscribe(List.of(t));
        same(List.of("d"), values(poll(c, 1)));
      }
    });
    check("a pattern in RE2's syntax finds topics (KIP-848)", () -> {
      String t = topic("re2", 1, Map.of());
      send(t, "a");
      try (var c = consumer("group.id", t, "group.protocol", "consumer")) {
        c.subscribe(new SubscriptionPattern("java-(?:re2|nothing)-\\Q" + RUN + "\\E"));
        same(List.of("a"), values(poll(c, 1)));
      }
      try (var c = consumer("group.id", t + "-wrong", "group.protocol", "consumer")) {
        c.subscribe(new SubscriptionPattern("java-("));
        fails(InvalidRegularExpression.class, () -> poll(c, 1));
      }
    });
    check("members of both protocols share a group, which follows them (KIP-848)", () -> {
      String t = topic("both", 3, Map.of());
      Object[] classic = {"group.id", t, "heartbeat.interval.ms", 200};
      try (var a = consumer(classic)) {
        a.subscribe(List.of(t));
        while (a.assignment().size() < 3) a.poll(Duration.ofMillis(100));
        try (var b = consumer("group.id", t, "group.protocol", "consumer")) {
          b.subscribe(List.of(t));
          long end = System.currentTimeMillis() + 20000;
          while (System.currentTimeMillis() < end && (b.assignment().isEmpty() || a.assignment().size() + b.assignment().size() != 3)) {
            a.poll(Duration.ofMillis(50));
            b.poll(Duration.ofMillis(50));
          }
          same(3, a.assignment().size() + b.assignment().size());
          same(GroupType.CONSUMER, admin.describeConsumerGroups(List.of(t)).all().get().get(t).type());
        }
        long end = System.currentTimeMillis() + 20000;
        while (System.currentTimeMillis() < end && a.assignment().size() < 3) a.poll(Duration.ofMillis(50));
        same(3, a.assignment().size());
        same(GroupType.CLASSIC, admin.describeConsumerGroups(List.of(t)).all().get().get(t).type());
      }
    });
    check("log directories tell sizes", () -> {
      String t = topic("dirs", 1, Map.of());
      send(t, "a");
      var dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
      same(true, dirs.values().stream().flatMap(d -> d.replicaInfos().entrySet().stream()).anyMatch(e -> e.getKey().topic().equals(t) && e.getValue().size() > 60));
    });
    check("a long poll is woken by a record", () -> {
      String t = topic("wake", 1, Map.of());
      try (var c = consumer("fetch.max.wait.ms", 5000)) {
        c.assign(List.of(new TopicPartition(t, 0)));
        c.poll(Duration.ofMillis(500));
        new Thread(() -> {
          try {
            Thread.sleep(500);
            send(t, "now");
          } catch (Exception e) {
            throw new RuntimeException(e);
          }
        }).start();
        long start = System.currentTimeMillis();
        same(1, poll(c, 1).size());
        same(true, System.currentTimeMillis() - start < 4000);
      }
    });
    admin.close();
    System.out.println(passed + " passed, " + failed + " failed");
    System.exit(failed > 0 ? 1 : 0);
  }
}
