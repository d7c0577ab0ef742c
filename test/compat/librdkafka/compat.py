"""Checks a broker with librdkafka's Python client: compat.py HOST:PORT. Prints "ok TITLE" or "FAILED TITLE: why"."""
import random
import string
import sys
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic,
                                   OffsetSpec, ResourceType)
from confluent_kafka import ConsumerGroupTopicPartitions

BOOTSTRAP = sys.argv[1]
RUN = "".join(random.choices(string.ascii_lowercase, k=6))
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
passed = failed = 0


def check(title):
    def run(body):
        global passed, failed
        try:
            body()
            passed += 1
            print("ok", title, flush=True)
        except BaseException as error:  # noqa: a failed check must not end the run
            failed += 1
            print(f"FAILED {title}: {type(error).__name__} {str(error)[:300]!r}", flush=True)
    return run


def same(expected, actual):
    assert expected == actual, f"expected {expected!r} but got {actual!r}"


def topic(name, partitions=1, config=None):
    full = f"rd-{name}-{RUN}"
    admin.create_topics([NewTopic(full, partitions, 1, config=config or {})])[full].result(15)
    return full


def producer(**settings):
    return Producer({"bootstrap.servers": BOOTSTRAP, "linger.ms": 5, **{k.replace("_", "."): v for k, v in settings.items()}})


def send(p, name, values, **extra):
    failures = []
    for value in values:
        p.produce(name, value, on_delivery=lambda error, _: error and failures.append(error), **extra)
        p.poll(0)
    assert p.flush(20) == 0, "not everything was delivered"
    if failures:
        raise KafkaException(failures[0])


def consumer(group, **settings):
    return Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, **{k.replace("_", "."): v for k, v in settings.items()}})


def poll(c, count, seconds=15):
    got, end = [], time.time() + seconds
    while len(got) < count and time.time() < end:
        message = c.poll(0.2)
        if message is not None:
            if message.error():
                raise KafkaException(message.error())
            got.append(message)
    return got


def read(name, count, group=None, **settings):
    c = consumer(group or name, **settings)
    c.assign([TopicPartition(name, 0, OFFSET_BEGINNING)])
    try:
        return poll(c, count)
    finally:
        c.close()


def raises(code, body):
    try:
        body()
    except KafkaException as error:
        same(code, error.args[0].code())
        return
    raise AssertionError(f"nothing was raised, expected {code}")


@check("metadata names the broker and the controller")
def _():
    m = admin.list_topics(timeout=10)
    same([1], list(m.brokers))
    same(1, m.controller_id)


@check("a topic is created, listed and deleted")
def _():
    name = topic("made", 3)
    same(3, len(admin.list_topics(name, timeout=10).topics[name].partitions))
    admin.delete_topics([name])[name].result(10)
    fresh = AdminClient({"bootstrap.servers": BOOTSTRAP})
    assert name not in fresh.list_topics(timeout=10).topics


@check("a topic cannot be created twice, nor with a bad name or factor")
def _():
    name = topic("twice")
    raises(KafkaError.TOPIC_ALREADY_EXISTS, lambda: admin.create_topics([NewTopic(name, 1, 1)])[name].result(10))
    raises(KafkaError.TOPIC_EXCEPTION, lambda: admin.create_topics([NewTopic("a b", 1, 1)])["a b"].result(10))
    raises(KafkaError.INVALID_REPLICATION_FACTOR, lambda: admin.create_topics([NewTopic("x" + RUN, 1, 3)])["x" + RUN].result(10))


@check("partitions grow")
def _():
    name = topic("grow")
    admin.create_partitions([NewPartitions(name, 4)])[name].result(10)
    same(4, len(admin.list_topics(name, timeout=10).topics[name].partitions))


@check("the cluster and topics are described")
def _():
    name = topic("described", 2)
    same(1, len(admin.describe_cluster().result(10).nodes))
    from confluent_kafka import TopicCollection
    same(2, len(admin.describe_topics(TopicCollection([name]))[name].result(10).partitions))


@check("configs are described and altered")
def _():
    name = topic("config", config={"retention.ms": "5000"})
    resource = ConfigResource(ResourceType.TOPIC, name)
    same("5000", admin.describe_configs([resource])[resource].result(10)["retention.ms"].value)
    change = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[
        ConfigEntry("retention.ms", "7000", incremental_operation=AlterConfigOpType.SET)])
    admin.incremental_alter_configs([change])[change].result(10)
    same("7000", admin.describe_configs([resource])[resource].result(10)["retention.ms"].value)


for acks in ("0", "1", "all"):
    @check(f"a thousand records in order with acks={acks}")
    def _(acks=acks):
        name = topic("acks" + acks)
        send(producer(acks=acks), name, [f"v{i}" for i in range(1000)])
        same([f"v{i}" for i in range(1000)], [m.value().decode() for m in read(name, 1000)])

for codec in ("gzip", "snappy", "lz4", "zstd"):
    @check(f"records compressed with {codec}")
    def _(codec=codec):
        name = topic(codec)
        send(producer(compression_type=codec, linger_ms=50), name, ["some text again and again"] * 2000)
        same(2000, len(read(name, 2000)))


@check("an idempotent producer")
def _():
    name = topic("idem")
    send(producer(enable_idempotence=True), name, [str(i) for i in range(2000)])
    same([str(i) for i in range(2000)], [m.value().decode() for m in read(name, 2000)])


@check("keys, nulls, headers, timestamps")
def _():
    name = topic("whole")
    send(producer(), name, [None], key="k", timestamp=1234567, headers=[("h", b"x"), ("n", None)])
    m = read(name, 1)[0]
    same((b"k", None, 1234567, [("h", b"x"), ("n", None)]), (m.key(), m.value(), m.timestamp()[1], m.headers()))


@check("a record over max.message.bytes is refused")
def _():
    name = topic("large", config={"max.message.bytes": "1000"})
    raises(KafkaError.MSG_SIZE_TOO_LARGE, lambda: send(producer(), name, ["x" * 5000]))


@check("a topic is created by the first send")
def _():
    send(producer(), f"rd-auto-{RUN}", ["v"])
    assert f"rd-auto-{RUN}" in admin.list_topics(timeout=10).topics


@check("watermarks and offsets by time")
def _():
    name = topic("times")
    p = producer()
    for i in range(5):
        p.produce(name, "v", partition=0, timestamp=1_700_000_000_000 + i * 1000)
    p.flush(10)
    c = consumer(name)
    same((0, 5), c.get_watermark_offsets(TopicPartition(name, 0), timeout=10))
    same(3, c.offsets_for_times([TopicPartition(name, 0, 1_700_000_002_500)], timeout=10)[0].offset)
    c.close()
    where = TopicPartition(name, 0)
    same(4, admin.list_offsets({where: OffsetSpec.max_timestamp()})[where].result(10).offset)


@check("records are deleted from the start")
def _():
    name = topic("trim")
    send(producer(), name, ["a", "b", "c"])
    where = TopicPartition(name, 0, 2)
    same(2, list(admin.delete_records([where]).values())[0].result(10).low_watermark)
    same([b"c"], [m.value() for m in read(name, 1)])


@check("a group commits and goes on")
def _():
    name = topic("group")
    send(producer(), name, ["a", "b", "c"])
    c = consumer(name)
    c.subscribe([name])
    same(3, len(poll(c, 3)))
    c.commit(asynchronous=False)
    c.close()
    send(producer(), name, ["d"])
    c = consumer(name)
    c.subscribe([name])
    same([b"d"], [m.value() for m in poll(c, 1)])
    c.close()


def split(strategy, group_protocol="classic"):
    name = topic("split-" + (strategy or group_protocol), 4)
    settings = {"group_protocol": "consumer"} if group_protocol == "consumer" else {"partition_assignment_strategy": strategy}
    a, b = consumer(name, **settings), consumer(name, **settings)
    a.subscribe([name])
    b.subscribe([name])
    end = time.time() + 25
    while time.time() < end and not (len(a.assignment()) == 2 and len(b.assignment()) == 2):
        a.poll(0.1)
        b.poll(0.1)
    same((2, 2), (len(a.assignment()), len(b.assignment())))
    a.close()
    b.close()


for strategy in ("range", "roundrobin", "cooperative-sticky"):
    check(f"two members split the partitions: {strategy}")(lambda strategy=strategy: split(strategy))


@check("a static member comes back without a rebalance")
def _():
    name = topic("static")
    members = []
    for _ in range(2):
        c = consumer(name, group_instance_id="i1")
        c.subscribe([name])
        end = time.time() + 15
        while not c.assignment() and time.time() < end:
            c.poll(0.1)
        members.append(len(c.assignment()))
        c.close()
    same([1, 1], members)


@check("groups are listed, described, altered and deleted")
def _():
    name = topic("groups")
    send(producer(), name, ["a", "b"])
    asked = ConsumerGroupTopicPartitions(name, [TopicPartition(name, 0, 1)])
    admin.alter_consumer_group_offsets([asked])[name].result(10)
    assert any(g.group_id == name for g in admin.list_consumer_groups().result(10).valid)
    same("EMPTY", admin.describe_consumer_groups([name])[name].result(10).state.name)
    got = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(name)])[name].result(10)
    same(1, got.topic_partitions[0].offset)
    admin.delete_consumer_groups([name])[name].result(10)
    raises(KafkaError.GROUP_ID_NOT_FOUND, lambda: admin.delete_consumer_groups([name])[name].result(10))


@check("an offset out of range is reported")
def _():
    name = topic("range")
    send(producer(), name, ["a"])
    c = consumer(name, auto_offset_reset="error")
    c.assign([TopicPartition(name, 0, 99)])
    raises(KafkaError._AUTO_OFFSET_RESET, lambda: poll(c, 1, 10))
    c.close()


@check("a transaction is committed, another aborted; read_committed sees the first")
def _():
    name = topic("tx")
    p = producer(transactional_id=name)
    p.init_transactions(15)
    for value, end in (("seen", p.commit_transaction), ("hidden", p.abort_transaction), ("seen too", p.commit_transaction)):
        p.begin_transaction()
        p.produce(name, value, partition=0)
        p.flush(10)
        end(15)
    same([b"seen", b"seen too"], [m.value() for m in read(name, 2, isolation_level="read_committed")])
    same(3, len(read(name, 3, isolation_level="read_uncommitted")))


@check("offsets travel with the transaction")
def _():
    name = topic("txoffsets")
    send(producer(), name, ["a", "b"])
    c = consumer(name)
    c.subscribe([name])
    same(2, len(poll(c, 2)))
    p = producer(transactional_id=name)
    p.init_transactions(15)
    p.begin_transaction()
    p.send_offsets_to_transaction(c.position(c.assignment()), c.consumer_group_metadata(), 15)
    p.commit_transaction(15)
    same(2, c.committed([TopicPartition(name, 0)], timeout=10)[0].offset)
    c.close()


@check("a second producer with the id fences the first")
def _():
    name = topic("fence")
    old, new = producer(transactional_id=name), producer(transactional_id=name)
    old.init_transactions(15)
    old.begin_transaction()
    old.produce(name, "lost", partition=0)
    old.flush(10)
    new.init_transactions(20)
    try:
        old.commit_transaction(15)
        raise AssertionError("the old producer could commit")
    except KafkaException as error:
        assert error.args[0].code() in (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED), error


@check("the consumer group protocol of KIP-848 splits the partitions")
def _():
    split(None, "consumer")


@check("a long poll is woken by a record")
def _():
    name = topic("wake")
    c = consumer(name, fetch_wait_max_ms=5000)
    c.assign([TopicPartition(name, 0, OFFSET_BEGINNING)])
    c.poll(1)
    threading.Timer(0.5, lambda: send(producer(), name, ["now"])).start()
    start = time.time()
    same(1, len(poll(c, 1)))
    assert time.time() - start < 4
    c.close()


print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
