// Checks share groups (KIP-932) with Apache Kafka's own Java client:
//   java -cp "$KAFKA_ROOT/libs/*" ShareCompat.java HOST:PORT [after RUN]
// Prints "ok TITLE" or "FAILED TITLE: why" per check; exits with 1 when one failed. The last line but one is "run RUN": what
// was prepared is checked by a second call with "after RUN", between which the broker may be restarted.
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

public class ShareCompat {
  static String bootstrap;
  static String run = Long.toString(System.nanoTime(), 36);
  static Admin admin;
  static final long WAIT_MS = 45000;
  static final ExecutorService pool = Executors.newFixedThreadPool(12);
  static final Map<String, Future<?>> checks = new LinkedHashMap<>();

  interface Check { void run() throws Exception; }

  /** Checks run side by side: each waits for heartbeats most of the time. */
  static void check(String title, Check body) {
    checks.put(title, pool.submit(() -> { body.run(); return null; }));
  }

  /** Waits for the check before: what comes next must not meet it. */
  static void settled() {
    for (var one : checks.values()) {
      try {
        one.get();
      } catch (InterruptedException | ExecutionException reportedLater) {
        // Its turn comes in the report.
      }
    }
  }

  static int report() throws Exception {
    int failed = 0;
    for (var one : checks.entrySet()) {
      try {
        one.getValue().get();
        System.out.println("ok " + one.getKey());
      } catch (ExecutionException e) {
        failed++;
        Throwable cause = e.getCause();
        var where = Arrays.stream(cause.getStackTrace()).filter(f -> f.getClassName().startsWith("ShareCompat")).findFirst();
        System.out.println("FAILED " + one.getKey() + ": " + cause + where.map(f -> " at " + f).orElse(""));
      }
    }
    return failed;
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
    }
    throw new AssertionError("expected " + type.getSimpleName() + ", nothing was thrown");
  }

  static String topic(String name, int partitions) throws Exception {
    String topic = "share-" + name + "-" + run;
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    return topic;
  }

  /** A topic and a group of the same name that starts at the beginning. */
  static String prepared(String name, int partitions, String... configs) throws Exception {
    String topic = topic(name, partitions);
    configure(topic, "share.auto.offset.reset", "earliest");
    for (int i = 0; i < configs.length; i += 2) configure(topic, configs[i], configs[i + 1]);
    return topic;
  }

  static void configure(String group, String name, String value) throws Exception {
    var op = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), List.of(op))).all().get();
  }

  static KafkaProducer<String, String> producer(Object... settings) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    for (int i = 0; i < settings.length; i += 2) p.put(settings[i], settings[i + 1]);
    return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
  }

  /** One record batch per value. */
  static void send(String topic, String... values) throws Exception {
    try (var p = producer("linger.ms", 0)) {
      for (String v : values) p.send(new ProducerRecord<>(topic, v)).get();
    }
  }

  /** All values in one record batch. */
  static void sendTogether(String topic, String... values) throws Exception {
    try (var p = producer("linger.ms", 200)) {
      List<Future<?>> sent = new ArrayList<>();
      for (String v : values) sent.add(p.send(new ProducerRecord<>(topic, v)));
      p.flush();
      for (var one : sent) one.get();
    }
  }

  static KafkaShareConsumer<String, String> consumer(String group, Object... settings) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("group.id", group);
    for (int i = 0; i < settings.length; i += 2) p.put(settings[i], settings[i + 1]);
    var c = new KafkaShareConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    c.subscribe(List.of(group));
    return c;
  }

  static KafkaShareConsumer<String, String> explicit(String group, Object... settings) {
    Object[] all = Arrays.copyOf(settings, settings.length + 2);
    all[settings.length] = "share.acknowledgement.mode";
    all[settings.length + 1] = "explicit";
    return consumer(group, all);
  }

  /** The records of the first polls that bring any, until there are so many. */
  static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> c, int count) {
    return poll(c, count, AcknowledgeType.ACCEPT, WAIT_MS);
  }

  /** Explicit acknowledgements are made with `type`; implicit ones by the next poll. */
  static List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> c, int count, AcknowledgeType type, long ms) {
    List<ConsumerRecord<String, String>> all = new ArrayList<>();
    long end = System.currentTimeMillis() + ms;
    while (all.size() < count && System.currentTimeMillis() < end) {
      for (var r : c.poll(Duration.ofMillis(300))) {
        all.add(r);
        if (type != null) try {
          c.acknowledge(r, type);
        } catch (IllegalStateException implicit) {
          type = null;
        }
      }
    }
    return all;
  }

  /** "value x deliveries", sorted. */
  static String counts(List<ConsumerRecord<String, String>> records) {
    return records.stream().map(r -> r.value() + "x" + r.deliveryCount().get()).sorted().collect(Collectors.joining(" "));
  }

  static void commit(KafkaShareConsumer<String, String> c) {
    c.commitSync().forEach((partition, error) -> error.ifPresent(e -> { throw e; }));
  }

  static List<ConsumerRecord<String, String>> none(KafkaShareConsumer<String, String> c, long ms) {
    return poll(c, 1, AcknowledgeType.ACCEPT, ms);
  }

  static SharePartitionOffsetInfo offsets(String group, int partition) throws Exception {
    var spec = Map.of(group, new ListShareGroupOffsetsSpec());
    return admin.listShareGroupOffsets(spec).partitionsToOffsetInfo(group).get().get(new TopicPartition(group, partition));
  }

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
    if (args.length > 2) {
      run = args[2];
      after();
    } else before();
    int failed = report();
    admin.close();
    if (args.length < 3) System.out.println("run " + run);
    System.out.println((checks.size() - failed) + " passed, " + failed + " failed");
    System.exit(failed > 0 ? 1 : 0);
  }

  static void before() {
    check("a group that starts at the beginning gets what was there, delivered once", () -> {
      String t = prepared("earliest", 1);
      send(t, "a", "b", "c");
      try (var c = consumer(t)) {
        same("ax1 bx1 cx1", counts(poll(c, 3)));
      }
    });
    // The first group of a broker makes the internal topics, which takes its time.
    settled();
    check("a group starts at the end unless told otherwise, and a long poll is woken", () -> {
      String t = topic("latest", 1);
      send(t, "old");
      try (var c = consumer(t)) {
        same("", counts(none(c, 9000)));
        send(t, "new");
        long start = System.currentTimeMillis();
        same("newx1", counts(poll(c, 1)));
        same(true, System.currentTimeMillis() - start < 3000);
      }
    });
    check("a group may start some time back", () -> {
      String t = topic("duration", 1);
      configure(t, "share.auto.offset.reset", "by_duration:PT1H");
      try (var p = producer()) {
        p.send(new ProducerRecord<>(t, 0, System.currentTimeMillis() - 7_200_000, null, "older")).get();
        p.send(new ProducerRecord<>(t, "younger")).get();
      }
      try (var c = consumer(t)) {
        same("youngerx1", counts(poll(c, 1)));
      }
    });
    check("keys, headers, timestamps and partitions come as they were sent", () -> {
      String t = prepared("whole", 2);
      // Not so old that retention takes it away.
      long timestamp = System.currentTimeMillis() - 3_600_000;
      try (var p = producer()) {
        var r = new ProducerRecord<>(t, 1, timestamp, "k", "v");
        r.headers().add("h", new byte[] {1, 2});
        p.send(r).get();
      }
      try (var c = consumer(t)) {
        var r = poll(c, 1).get(0);
        same(List.of("k", "v", 1, timestamp), List.of(r.key(), r.value(), r.partition(), r.timestamp()));
        same(2, r.headers().lastHeader("h").value().length);
      }
    });
    check("every compression is passed on", () -> {
      String t = prepared("codecs", 1);
      List<String> codecs = List.of("none", "gzip", "snappy", "lz4", "zstd");
      for (String codec : codecs) {
        try (var p = producer("compression.type", codec)) {
          p.send(new ProducerRecord<>(t, codec.repeat(200))).get();
        }
      }
      try (var c = consumer(t)) {
        same(codecs.stream().map(one -> one.repeat(200)).toList(), poll(c, 5).stream().map(ConsumerRecord::value).toList());
      }
    });
    check("accepted records do not come again, also for the next member", () -> {
      String t = prepared("accept", 1);
      send(t, "a", "b");
      try (var c = explicit(t)) {
        poll(c, 2);
        commit(c);
        same(0L, offsets(t, 0).lag().get());
      }
      send(t, "c");
      try (var c = explicit(t)) {
        same("cx1", counts(poll(c, 1)));
      }
    });
    check("polling again accepts what the poll before gave", () -> {
      String t = prepared("implicit", 1);
      send(t, "a");
      try (var c = consumer(t)) {
        poll(c, 1);
        c.poll(Duration.ofMillis(500));
        send(t, "b");
        poll(c, 1);
        c.commitSync();
        same(0L, offsets(t, 0).lag().get());
      }
    });
    check("a released record comes again with the next delivery count", () -> {
      String t = prepared("release", 1);
      send(t, "a");
      try (var c = explicit(t)) {
        same("ax1", counts(poll(c, 1, AcknowledgeType.RELEASE, WAIT_MS)));
        commit(c);
        same("ax2", counts(poll(c, 1, AcknowledgeType.RELEASE, WAIT_MS)));
        commit(c);
        same("ax3", counts(poll(c, 1)));
        commit(c);
        same("", counts(none(c, 1500)));
      }
    });
    check("a rejected record does not come again", () -> {
      String t = prepared("reject", 1);
      send(t, "a");
      try (var c = explicit(t)) {
        same("ax1", counts(poll(c, 1, AcknowledgeType.REJECT, WAIT_MS)));
        commit(c);
        send(t, "b");
        same("bx1", counts(poll(c, 1)));
      }
    });
    check("each record of a batch goes its own way", () -> {
      String t = prepared("mixed", 1);
      sendTogether(t, "a", "b", "c", "d", "e", "f");
      try (var c = explicit(t)) {
        List<ConsumerRecord<String, String>> all = poll(c, 6, null, WAIT_MS);
        var types = List.of(AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT);
        for (int i = 0; i < 6; i++) c.acknowledge(all.get(i), types.get(i % 3));
        commit(c);
        same("bx2 ex2", counts(poll(c, 2)));
        commit(c);
        same(0L, offsets(t, 0).lag().get());
      }
    });
    check("a record is given up after share.delivery.count.limit deliveries", () -> {
      String t = prepared("limit", 1, "share.delivery.count.limit", "2");
      send(t, "bad");
      try (var c = explicit(t)) {
        same("badx1", counts(poll(c, 1, AcknowledgeType.RELEASE, WAIT_MS)));
        commit(c);
        same("badx2", counts(poll(c, 1, AcknowledgeType.RELEASE, WAIT_MS)));
        commit(c);
        send(t, "good");
        same("goodx1", counts(poll(c, 1)));
      }
    });
    check("records that fail often come in smaller batches, the last attempt alone", () -> {
      String t = prepared("throttle", 1);
      String[] values = IntStream.range(0, 8).mapToObj(i -> "v" + i).toArray(String[]::new);
      sendTogether(t, values);
      try (var c = explicit(t)) {
        List<Integer> sizes = new ArrayList<>();
        long end = System.currentTimeMillis() + 40000;
        while (sizes.size() < 6 && System.currentTimeMillis() < end) {
          var records = c.poll(Duration.ofMillis(500));
          if (records.isEmpty()) continue;
          sizes.add(records.count());
          records.forEach(r -> c.acknowledge(r, r.deliveryCount().get() < 4 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT));
          commit(c);
        }
        same(List.of(8, 8, 8), sizes.subList(0, 3));
        same(true, sizes.get(3) < 8);
      }
    });
    check("a lock runs out: the record goes to another member, and the late acknowledgement is refused", () -> {
      String t = prepared("lock", 1, "share.record.lock.duration.ms", "15000");
      send(t, "a");
      try (var c = explicit(t); var d = explicit(t)) {
        var mine = poll(c, 1, null, WAIT_MS).get(0);
        same(15000, c.acquisitionLockTimeoutMs().get());
        same("ax2", counts(poll(d, 1, AcknowledgeType.ACCEPT, WAIT_MS)));
        c.acknowledge(mine);
        var late = c.commitSync().values().stream().flatMap(Optional::stream).findFirst();
        same(InvalidRecordStateException.class, late.map(Object::getClass).orElse(null));
        commit(d);
      }
    });
    check("a renewed lock holds longer", () -> {
      String t = prepared("renew", 1, "share.record.lock.duration.ms", "15000");
      send(t, "a");
      try (var c = explicit(t); var d = explicit(t)) {
        var mine = poll(c, 1, null, WAIT_MS).get(0);
        long acquired = System.currentTimeMillis();
        none(d, acquired + 9000 - System.currentTimeMillis());
        c.acknowledge(mine, AcknowledgeType.RENEW);
        commit(c);
        same("", counts(none(d, acquired + 20000 - System.currentTimeMillis())));
        for (var r : c.poll(Duration.ofMillis(1000))) c.acknowledge(r);
        commit(c);
        same(0L, offsets(t, 0).lag().get());
      }
    });
    check("two members share one partition, and each record goes to one of them", () -> {
      String t = prepared("two", 1);
      try (var c = consumer(t, "max.poll.records", 10); var d = consumer(t, "max.poll.records", 10)) {
        none(c, 7000);
        none(d, 7000);
        String[] values = IntStream.range(0, 200).mapToObj(Integer::toString).toArray(String[]::new);
        send(t, values);
        Set<String> seen = new TreeSet<>();
        int[] each = new int[2];
        long end = System.currentTimeMillis() + 25000;
        while (seen.size() < 200 && System.currentTimeMillis() < end) {
          for (var r : c.poll(Duration.ofMillis(100))) { seen.add(r.value()); each[0]++; }
          for (var r : d.poll(Duration.ofMillis(100))) { seen.add(r.value()); each[1]++; }
        }
        same(200, seen.size());
        same(200, each[0] + each[1]);
        same(true, each[0] > 0 && each[1] > 0);
      }
    });
    check("closing frees what was not acknowledged", () -> {
      String t = prepared("close", 1);
      send(t, "a");
      try (var d = explicit(t)) {
        try (var c = explicit(t)) {
          same(1, poll(c, 1, null, WAIT_MS).size());
        }
        long start = System.currentTimeMillis();
        same("ax2", counts(poll(d, 1)));
        same(true, System.currentTimeMillis() - start < 14000);
      }
    });
    check("a strict limit cuts a batch, the usual one does not", () -> {
      String t = prepared("strict", 1);
      sendTogether(t, "a", "b", "c", "d", "e");
      try (var c = explicit(t, "max.poll.records", 2, "share.acquire.mode", "record_limit")) {
        same(2, poll(c, 1, AcknowledgeType.RELEASE, WAIT_MS).size());
        commit(c);
      }
      try (var c = explicit(t, "max.poll.records", 2)) {
        same(5, poll(c, 5).size());
      }
    });
    check("no more records than share.partition.max.record.locks are under way", () -> {
      String t = prepared("inflight", 1, "share.partition.max.record.locks", "100");
      String[] values = IntStream.range(0, 150).mapToObj(Integer::toString).toArray(String[]::new);
      send(t, values);
      try (var c = explicit(t); var d = explicit(t)) {
        List<ConsumerRecord<String, String>> held = poll(c, 100, null, WAIT_MS);
        same(true, held.size() <= 100);
        int others = none(d, 8000).size();
        same(true, held.size() + others <= 101);
        held.forEach(c::acknowledge);
        commit(c);
        if (others > 0) commit(d);
        Set<String> rest = new HashSet<>();
        long end = System.currentTimeMillis() + 20000;
        while (rest.size() + held.size() + others < 150 && System.currentTimeMillis() < end) {
          for (var r : c.poll(Duration.ofMillis(100))) { rest.add(r.value()); c.acknowledge(r); }
          for (var r : d.poll(Duration.ofMillis(100))) { rest.add(r.value()); d.acknowledge(r); }
        }
        same(150, rest.size() + held.size() + others);
      }
    });
    check("committed reads give nothing of aborted transactions, and wait for open ones", () -> {
      String t = prepared("committed", 1, "share.isolation.level", "read_committed");
      try (var p = producer("transactional.id", t)) {
        p.initTransactions();
        p.beginTransaction();
        p.send(new ProducerRecord<>(t, "aborted")).get();
        p.abortTransaction();
        p.beginTransaction();
        p.send(new ProducerRecord<>(t, "committed")).get();
        try (var c = consumer(t)) {
          same("", counts(none(c, 8000)));
          p.commitTransaction();
          same("committedx1", counts(poll(c, 1)));
        }
      }
    });
    check("uncommitted reads give all", () -> {
      String t = prepared("uncommitted", 1);
      try (var p = producer("transactional.id", t)) {
        p.initTransactions();
        p.beginTransaction();
        p.send(new ProducerRecord<>(t, "aborted")).get();
        p.abortTransaction();
      }
      send(t, "plain");
      try (var c = consumer(t)) {
        same("abortedx1 plainx1", counts(poll(c, 2)));
      }
    });
    check("partitions that a topic gains are read", () -> {
      String t = prepared("grow", 1);
      try (var c = consumer(t)) {
        send(t, "a");
        poll(c, 1);
        admin.createPartitions(Map.of(t, NewPartitions.increaseTo(2))).all().get();
        Thread.sleep(1000);
        try (var p = producer()) {
          p.send(new ProducerRecord<>(t, 1, null, "b")).get();
        }
        same("bx1", counts(poll(c, 1, AcknowledgeType.ACCEPT, WAIT_MS)));
      }
    });
    check("deleted records are passed over", () -> {
      String t = prepared("deleted", 1);
      send(t, "a", "b", "c");
      try (var c = explicit(t)) {
        var held = poll(c, 3, null, WAIT_MS);
        same(3, held.size());
        for (var r : held) c.acknowledge(r, AcknowledgeType.RELEASE);
        commit(c);
      }
      admin.deleteRecords(Map.of(new TopicPartition(t, 0), RecordsToDelete.beforeOffset(2))).all().get();
      try (var c = explicit(t)) {
        same("cx2", counts(poll(c, 1)));
      }
    });
    check("a group is described with its members and what they fetch", () -> {
      String t = prepared("described", 2);
      try (var c = consumer(t, "client.id", "one")) {
        send(t, "a");
        poll(c, 1);
        ShareGroupDescription d = admin.describeShareGroups(List.of(t)).all().get().get(t);
        same(GroupState.STABLE, d.groupState());
        ShareMemberDescription m = d.members().iterator().next();
        same("one", m.clientId());
        same(Set.of(new TopicPartition(t, 0), new TopicPartition(t, 1)), m.assignment().topicPartitions());
        same(d.groupEpoch(), m.memberEpoch());
      }
      same(GroupState.EMPTY, admin.describeShareGroups(List.of(t)).all().get().get(t).groupState());
      fails(GroupIdNotFoundException.class, () -> admin.describeShareGroups(List.of("nobody-" + run)).all().get());
    });
    check("groups are listed by type and state", () -> {
      String t = prepared("listed", 1);
      try (var c = consumer(t)) {
        send(t, "a");
        poll(c, 1);
        var all = admin.listGroups(ListGroupsOptions.forShareGroups()).all().get();
        GroupListing g = all.stream().filter(one -> one.groupId().equals(t)).findFirst().get();
        same(Optional.of(GroupType.SHARE), g.type());
        same("share", g.protocol());
        same(Optional.of(GroupState.STABLE), g.groupState());
        var empty = admin.listGroups(ListGroupsOptions.forShareGroups().inGroupStates(Set.of(GroupState.EMPTY))).all().get();
        same(false, empty.stream().anyMatch(one -> one.groupId().equals(t)));

      }
    });
    check("a consumer cannot join a share group, nor a share consumer a consumer group", () -> {
      String t = prepared("kinds", 1);
      send(t, "a");
      try (var c = consumer(t)) {
        poll(c, 1);
        Properties p = new Properties();
        p.putAll(Map.of("bootstrap.servers", bootstrap, "group.id", t));
        try (var other = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
          other.subscribe(List.of(t));
          fails(InconsistentGroupProtocolException.class, () -> {
            try {
              for (int i = 0; i < 20; i++) other.poll(Duration.ofMillis(500));
            } catch (KafkaException e) {
              throw new ExecutionException(e);
            }
            return null;
          });
        }
      }
    });
    check("offsets are listed, set, and the group goes on from there", () -> {
      String t = prepared("offsets", 1);
      send(t, "a", "b", "c", "d");
      try (var c = explicit(t)) {
        poll(c, 4);
        commit(c);
        fails(GroupNotEmptyException.class, () -> admin.alterShareGroupOffsets(t, Map.of(new TopicPartition(t, 0), 0L)).all().get());
      }
      same(0L, offsets(t, 0).lag().get());
      admin.alterShareGroupOffsets(t, Map.of(new TopicPartition(t, 0), 2L)).all().get();
      same(2L, offsets(t, 0).startOffset());
      same(2L, offsets(t, 0).lag().get());
      try (var c = explicit(t)) {
        same("cx1 dx1", counts(poll(c, 2)));
      }
    });
    check("offsets are deleted, and the group starts anew", () -> {
      String t = prepared("forgotten", 1);
      send(t, "a", "b");
      try (var c = explicit(t)) {
        poll(c, 2);
        commit(c);
      }
      admin.deleteShareGroupOffsets(t, Set.of(t)).all().get();
      same(null, offsets(t, 0));
      try (var c = explicit(t)) {
        same("ax1 bx1", counts(poll(c, 2)));
      }
    });
    check("a group without members is deleted with all it knew", () -> {
      String t = prepared("gone", 1);
      send(t, "a");
      try (var c = explicit(t)) {
        poll(c, 1);
        commit(c);
        fails(GroupNotEmptyException.class, () -> admin.deleteShareGroups(List.of(t)).all().get());
      }
      admin.deleteShareGroups(List.of(t)).all().get();
      fails(GroupIdNotFoundException.class, () -> admin.describeShareGroups(List.of(t)).all().get());
      fails(GroupIdNotFoundException.class, () -> admin.deleteShareGroups(List.of(t)).all().get());
      try (var c = explicit(t)) {
        same("ax1", counts(poll(c, 1)));
      }
    });
    check("group configs are described, and held to their limits", () -> {
      String t = prepared("configs", 1);
      var r = new ConfigResource(ConfigResource.Type.GROUP, t);
      Config config = admin.describeConfigs(List.of(r)).all().get().get(r);
      same("earliest", config.get("share.auto.offset.reset").value());
      same("30000", config.get("share.record.lock.duration.ms").value());
      same("read_uncommitted", config.get("share.isolation.level").value());
      fails(InvalidConfigurationException.class, () -> { configure(t, "share.record.lock.duration.ms", "1"); return null; });
      fails(InvalidConfigurationException.class, () -> { configure(t, "share.isolation.level", "serializable"); return null; });
    });
    check("prepared for a restart: accepted, released, set", () -> {
      String t = prepared("restart", 1);
      sendTogether(t, "a", "b", "c", "d");
      try (var c = explicit(t)) {
        List<ConsumerRecord<String, String>> all = poll(c, 4, null, WAIT_MS);
        for (var r : all) c.acknowledge(r, r.value().matches("[ac]") ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
        commit(c);
      }
      String s = prepared("restart-set", 1);
      send(s, "a", "b", "c");
      admin.alterShareGroupOffsets(s, Map.of(new TopicPartition(s, 0), 1L)).all().get();
    });
  }

  static void after() {
    check("after a restart the group is there, without members", () -> {
      String t = "share-restart-" + run;
      same(GroupState.EMPTY, admin.describeShareGroups(List.of(t)).all().get().get(t).groupState());
      same(2L, offsets(t, 0).lag().get());
    });
    settled();
    check("after a restart released records come with their counts, accepted ones do not", () -> {
      try (var c = explicit("share-restart-" + run)) {
        same("bx2 dx2", counts(poll(c, 2)));
        commit(c);
        same("", counts(none(c, 1500)));
      }
    });
    check("after a restart offsets are what they were set to", () -> {
      String t = "share-restart-set-" + run;
      same(1L, offsets(t, 0).startOffset());
      try (var c = explicit(t)) {
        same("bx1 cx1", counts(poll(c, 2)));
      }
    });
  }
}
