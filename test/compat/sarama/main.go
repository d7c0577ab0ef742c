// Checks a broker with sarama: go run . HOST:PORT. Prints "ok TITLE" or "FAILED TITLE: why"; exits with 1 when one failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

var (
	bootstrap      string
	run            = fmt.Sprint(time.Now().UnixNano() % 1e9)
	admin          sarama.ClusterAdmin
	passed, failed int
)

func check(title string, body func() error) {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("%v", r)
			}
		}()
		done <- body()
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(40 * time.Second):
		err = errors.New("no end within 40 s")
	}
	if err != nil {
		failed++
		fmt.Printf("FAILED %s: %v\n", title, err)
		return
	}
	passed++
	fmt.Println("ok", title)
}

func same[T comparable](expected, actual T) error {
	if expected != actual {
		return fmt.Errorf("expected %v but got %v", expected, actual)
	}
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.MaxVersion
	c.Producer.Return.Successes = true
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Metadata.AllowAutoTopicCreation = false
	return c
}

func topic(name string, partitions int32, configs map[string]*string) string {
	full := "sarama-" + name + "-" + run
	detail := &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: configs}
	if err := admin.CreateTopic(full, detail, false); err != nil {
		panic(err)
	}
	return full
}

func send(c *sarama.Config, topic string, values ...string) error {
	p, err := sarama.NewSyncProducer([]string{bootstrap}, c)
	if err != nil {
		return err
	}
	defer p.Close()
	for _, v := range values {
		if _, _, err := p.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(v)}); err != nil {
			return err
		}
	}
	return nil
}

// read gives what a partition holds from an offset on, until so many came or nothing did for a while.
func read(c *sarama.Config, topic string, partition int32, offset int64, count int) ([]*sarama.ConsumerMessage, error) {
	consumer, err := sarama.NewConsumer([]string{bootstrap}, c)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	pc, err := consumer.ConsumePartition(topic, partition, offset)
	if err != nil {
		return nil, err
	}
	defer pc.Close()
	var found []*sarama.ConsumerMessage
	for len(found) < count {
		select {
		case m := <-pc.Messages():
			found = append(found, m)
		case <-time.After(3 * time.Second):
			return found, nil
		}
	}
	return found, nil
}

func values(messages []*sarama.ConsumerMessage) string {
	var all []string
	for _, m := range messages {
		all = append(all, string(m.Value))
	}
	return strings.Join(all, ",")
}

// member is one consumer of a group that writes down what it gets.
type member struct {
	group  sarama.ConsumerGroup
	cancel context.CancelFunc
	ended  chan struct{}
	mutex  sync.Mutex
	values []string
	claims map[string][]int32
}

func (m *member) Setup(s sarama.ConsumerGroupSession) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.claims = s.Claims()
	return nil
}
func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (m *member) ConsumeClaim(s sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			m.mutex.Lock()
			m.values = append(m.values, string(message.Value))
			m.mutex.Unlock()
			s.MarkMessage(message, "seen")
		case <-s.Context().Done():
			return nil
		}
	}
}

func join(c *sarama.Config, group string, topics ...string) *member {
	ctx, cancel := context.WithCancel(context.Background())
	m := &member{group: must(sarama.NewConsumerGroup([]string{bootstrap}, group, c)), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(m.ended)
		for ctx.Err() == nil {
			if err := m.group.Consume(ctx, topics, m); err != nil {
				time.Sleep(100 * time.Millisecond)
			}
		}
	}()
	return m
}

func (m *member) leave() {
	m.cancel()
	<-m.ended
	m.group.Close()
}

func (m *member) seen() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	all := append([]string{}, m.values...)
	sort.Strings(all)
	return all
}

func (m *member) partitionCount() (count int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, partitions := range m.claims {
		count += len(partitions)
	}
	return count
}

func eventually(why string, holds func() bool) error {
	for begin := time.Now(); time.Since(begin) < 25*time.Second; time.Sleep(20 * time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return errors.New("never: " + why)
}

func committed(group, topic string, partition int32) int64 {
	answer := must(admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {partition}}))
	return answer.GetBlock(topic, partition).Offset
}

func numbers(from, count int) (all []string) {
	for i := range count {
		all = append(all, fmt.Sprint(from+i))
	}
	return all
}

func main() {
	bootstrap = os.Args[1]
	admin = must(sarama.NewClusterAdmin([]string{bootstrap}, config()))
	defer admin.Close()

	check("metadata names the broker and the controller", func() error {
		brokers, controller, err := admin.DescribeCluster()
		if err != nil {
			return err
		}
		return same(brokers[0].ID(), controller)
	})

	check("a topic is created, listed, described, gets partitions, goes", func() error {
		name := topic("life", 2, nil)
		if detail := must(admin.ListTopics())[name]; detail.NumPartitions != 2 {
			return fmt.Errorf("listed with %d partitions", detail.NumPartitions)
		}
		if err := admin.CreatePartitions(name, 4, nil, false); err != nil {
			return err
		}
		if described := must(admin.DescribeTopics([]string{name})); len(described[0].Partitions) != 4 {
			return fmt.Errorf("described with %d partitions", len(described[0].Partitions))
		}
		if err := admin.DeleteTopic(name); err != nil {
			return err
		}
		if _, isThere := must(admin.ListTopics())[name]; isThere {
			return errors.New("still listed")
		}
		return nil
	})

	check("a topic that is there is not created again", func() error {
		name := topic("twice", 1, nil)
		err := admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, false)
		if !errors.Is(err, sarama.ErrTopicAlreadyExists) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})

	check("configs are described and altered", func() error {
		day := "86400000"
		name := topic("configs", 1, map[string]*string{"retention.ms": &day})
		resource := sarama.ConfigResource{Type: sarama.TopicResource, Name: name, ConfigNames: []string{"retention.ms"}}
		if err := same(day, must(admin.DescribeConfig(resource))[0].Value); err != nil {
			return err
		}
		hour := "3600000"
		change := map[string]sarama.IncrementalAlterConfigsEntry{
			"retention.ms": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &hour},
		}
		if err := admin.IncrementalAlterConfig(sarama.TopicResource, name, change, false); err != nil {
			return err
		}
		return same(hour, must(admin.DescribeConfig(resource))[0].Value)
	})

	for _, one := range []struct {
		codec sarama.CompressionCodec
		name  string
	}{{sarama.CompressionNone, "none"}, {sarama.CompressionGZIP, "gzip"}, {sarama.CompressionSnappy, "snappy"}, {sarama.CompressionLZ4, "lz4"}, {sarama.CompressionZSTD, "zstd"}} {
		check("what is sent with "+one.name+" comes back", func() error {
			name := topic("codec-"+one.name, 1, nil)
			c := config()
			c.Producer.Compression = one.codec
			if err := send(c, name, "a", strings.Repeat("b", 5000), "c"); err != nil {
				return err
			}
			messages, err := read(config(), name, 0, sarama.OffsetOldest, 3)
			if err != nil {
				return err
			}
			return same("a,"+strings.Repeat("b", 5000)+",c", values(messages))
		})
	}

	check("keys, headers, timestamps and tombstones survive", func() error {
		name := topic("parts", 1, nil)
		p := must(sarama.NewSyncProducer([]string{bootstrap}, config()))
		defer p.Close()
		at := time.UnixMilli(1_700_000_000_123)
		message := &sarama.ProducerMessage{
			Topic: name, Key: sarama.StringEncoder("k"), Value: nil, Timestamp: at,
			Headers: []sarama.RecordHeader{{Key: []byte("h"), Value: []byte("v")}, {Key: []byte("e"), Value: nil}},
		}
		if _, offset, err := p.SendMessage(message); err != nil || offset != 0 {
			return fmt.Errorf("offset %d, %v", offset, err)
		}
		messages := must(read(config(), name, 0, 0, 1))
		m := messages[0]
		if m.Value != nil || string(m.Key) != "k" || !m.Timestamp.Equal(at) || len(m.Headers) != 2 {
			return fmt.Errorf("got %+v", m)
		}
		return same("v", string(m.Headers[0].Value))
	})

	for _, acks := range []sarama.RequiredAcks{sarama.NoResponse, sarama.WaitForLocal, sarama.WaitForAll} {
		check(fmt.Sprintf("acks %d", acks), func() error {
			name := topic(fmt.Sprintf("acks%d", acks), 1, nil)
			c := config()
			c.Producer.RequiredAcks = acks
			if err := send(c, name, numbers(0, 20)...); err != nil {
				return err
			}
			messages := must(read(config(), name, 0, 0, 20))
			return same(strings.Join(numbers(0, 20), ","), values(messages))
		})
	}

	check("an async producer sends ten thousand in batches, each once", func() error {
		name := topic("async", 3, nil)
		c := config()
		c.Producer.Flush.Messages = 500
		c.Producer.Flush.Frequency = 20 * time.Millisecond
		p := must(sarama.NewAsyncProducer([]string{bootstrap}, c))
		go func() {
			for _, v := range numbers(0, 10_000) {
				p.Input() <- &sarama.ProducerMessage{Topic: name, Key: sarama.StringEncoder(v), Value: sarama.StringEncoder(v)}
			}
		}()
		for range 10_000 {
			select {
			case <-p.Successes():
			case err := <-p.Errors():
				return err
			}
		}
		p.Close()
		client := must(sarama.NewClient([]string{bootstrap}, config()))
		defer client.Close()
		var total int64
		for partition := range int32(3) {
			total += must(client.GetOffset(name, partition, sarama.OffsetNewest))
		}
		return same(int64(10_000), total)
	})

	check("an idempotent producer", func() error {
		name := topic("idempotent", 1, nil)
		c := config()
		c.Producer.Idempotent = true
		c.Producer.RequiredAcks = sarama.WaitForAll
		c.Net.MaxOpenRequests = 1
		if err := send(c, name, numbers(0, 50)...); err != nil {
			return err
		}
		messages := must(read(config(), name, 0, 0, 50))
		return same(strings.Join(numbers(0, 50), ","), values(messages))
	})

	check("too large a message is refused, the next is taken", func() error {
		limit := "2000"
		name := topic("large", 1, map[string]*string{"max.message.bytes": &limit})
		if err := send(config(), name, strings.Repeat("x", 5000)); !errors.Is(err, sarama.ErrMessageSizeTooLarge) {
			return fmt.Errorf("got %v", err)
		}
		return send(config(), name, "small")
	})

	check("an unknown topic is an error", func() error {
		err := send(config(), "sarama-nowhere-"+run, "x")
		if !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})

	check("offsets by time, oldest and newest", func() error {
		name := topic("times", 1, nil)
		p := must(sarama.NewSyncProducer([]string{bootstrap}, config()))
		defer p.Close()
		begin := time.UnixMilli(1_700_000_000_000)
		for i := range 5 {
			m := &sarama.ProducerMessage{Topic: name, Value: sarama.StringEncoder("x"), Timestamp: begin.Add(time.Duration(i) * time.Second)}
			if _, _, err := p.SendMessage(m); err != nil {
				return err
			}
		}
		client := must(sarama.NewClient([]string{bootstrap}, config()))
		defer client.Close()
		found := fmt.Sprint(
			must(client.GetOffset(name, 0, sarama.OffsetOldest)),
			must(client.GetOffset(name, 0, sarama.OffsetNewest)),
			must(client.GetOffset(name, 0, begin.UnixMilli()+1500)),
		)
		return same("0 5 2", found)
	})

	check("an offset beyond the end is out of range", func() error {
		name := topic("beyond", 1, nil)
		_, err := read(config(), name, 0, 17, 1)
		if !errors.Is(err, sarama.ErrOffsetOutOfRange) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})

	check("deleted records are gone", func() error {
		name := topic("deleted", 1, nil)
		if err := send(config(), name, numbers(0, 10)...); err != nil {
			return err
		}
		if err := admin.DeleteRecords(name, map[int32]int64{0: 6}); err != nil {
			return err
		}
		return same("6,7,8,9", values(must(read(config(), name, 0, sarama.OffsetOldest, 4))))
	})

	for name, strategy := range map[string]sarama.BalanceStrategy{
		"range": sarama.NewBalanceStrategyRange(), "roundrobin": sarama.NewBalanceStrategyRoundRobin(), "sticky": sarama.NewBalanceStrategySticky(),
	} {
		check("two members share a topic by "+name+"; one takes over when the other leaves", func() error {
			source := topic("group-"+name, 4, nil)
			c := config()
			c.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy}
			c.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
			group := "sarama-" + name + "-" + run
			first, second := join(c, group, source), join(c, group, source)
			if err := eventually("two partitions each", func() bool { return first.partitionCount() == 2 && second.partitionCount() == 2 }); err != nil {
				return err
			}
			p := config()
			p.Producer.Partitioner = sarama.NewRoundRobinPartitioner
			if err := send(p, source, numbers(0, 40)...); err != nil {
				return err
			}
			if err := eventually("every record once", func() bool { return len(first.seen())+len(second.seen()) == 40 }); err != nil {
				return err
			}
			second.leave()
			err := eventually("all partitions at one", func() bool { return first.partitionCount() == 4 })
			first.leave()
			if err != nil {
				return err
			}
			return same(int64(10), committed(group, source, 0))
		})
	}

	check("a static member comes back without a rebalance", func() error {
		source := topic("static", 2, nil)
		group := "sarama-static-" + run
		c := config()
		c.Consumer.Group.InstanceId = "one"
		m := join(c, group, source)
		if err := eventually("an assignment", func() bool { return m.partitionCount() == 2 }); err != nil {
			return err
		}
		described := must(admin.DescribeConsumerGroups([]string{group}))[0]
		for id, one := range described.Members {
			if one.GroupInstanceId == nil || *one.GroupInstanceId != "one" {
				return fmt.Errorf("member %s has no instance id", id)
			}
		}
		m.leave()
		again := join(c, group, source)
		defer again.leave()
		return eventually("the assignment again", func() bool { return again.partitionCount() == 2 })
	})

	check("groups are listed, described and deleted with their offsets", func() error {
		source := topic("admin-group", 1, nil)
		group := "sarama-admin-" + run
		if err := send(config(), source, "a", "b"); err != nil {
			return err
		}
		m := join(config(), group, source)
		if err := eventually("two records", func() bool { return len(m.seen()) == 2 }); err != nil {
			return err
		}
		if must(admin.ListConsumerGroups())[group] != "consumer" {
			return errors.New("not listed")
		}
		if err := same("Stable", must(admin.DescribeConsumerGroups([]string{group}))[0].State); err != nil {
			return err
		}
		if err := admin.DeleteConsumerGroup(group); !errors.Is(err, sarama.ErrNonEmptyGroup) {
			return fmt.Errorf("deleted while in use: %v", err)
		}
		m.leave()
		if err := same(int64(2), committed(group, source, 0)); err != nil {
			return err
		}
		if err := admin.DeleteConsumerGroupOffset(group, source, 0); err != nil {
			return err
		}
		if err := same(int64(-1), committed(group, source, 0)); err != nil {
			return err
		}
		return admin.DeleteConsumerGroup(group)
	})

	transactional := func(id string) (*sarama.Config, sarama.AsyncProducer) {
		c := config()
		c.Producer.Idempotent = true
		c.Producer.RequiredAcks = sarama.WaitForAll
		c.Net.MaxOpenRequests = 1
		c.Producer.Transaction.ID = id + run
		return c, must(sarama.NewAsyncProducer([]string{bootstrap}, c))
	}
	inTransaction := func(p sarama.AsyncProducer, topic string, values ...string) error {
		if err := p.BeginTxn(); err != nil {
			return err
		}
		for _, v := range values {
			p.Input() <- &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(v)}
			select {
			case <-p.Successes():
			case err := <-p.Errors():
				return err
			}
		}
		return nil
	}
	readCommitted := func() *sarama.Config {
		c := config()
		c.Consumer.IsolationLevel = sarama.ReadCommitted
		return c
	}

	check("what a transaction commits is read, what one aborts is not", func() error {
		name := topic("transactions", 1, nil)
		_, p := transactional("sarama-txn-")
		defer p.Close()
		if err := inTransaction(p, name, "a", "b"); err != nil {
			return err
		}
		if err := p.CommitTxn(); err != nil {
			return err
		}
		if err := inTransaction(p, name, "lost"); err != nil {
			return err
		}
		if err := p.AbortTxn(); err != nil {
			return err
		}
		if err := inTransaction(p, name, "c"); err != nil {
			return err
		}
		if err := p.CommitTxn(); err != nil {
			return err
		}
		return same("a,b,c", values(must(read(readCommitted(), name, 0, 0, 4))))
	})

	check("an open transaction holds readers of committed records back", func() error {
		name := topic("open", 1, nil)
		_, p := transactional("sarama-open-")
		defer p.Close()
		if err := inTransaction(p, name, "later"); err != nil {
			return err
		}
		if err := send(config(), name, "behind"); err != nil {
			return err
		}
		if found := must(read(readCommitted(), name, 0, 0, 1)); len(found) > 0 {
			return fmt.Errorf("saw %s", values(found))
		}
		if err := p.CommitTxn(); err != nil {
			return err
		}
		return same("later,behind", values(must(read(readCommitted(), name, 0, 0, 2))))
	})

	check("a second producer with the same id fences the first", func() error {
		name := topic("fenced", 1, nil)
		_, first := transactional("sarama-fence-")
		if err := inTransaction(first, name, "zombie"); err != nil {
			return err
		}
		_, second := transactional("sarama-fence-")
		defer second.Close()
		err := first.CommitTxn()
		first.Close()
		if err == nil {
			return errors.New("the first one could commit")
		}
		if err := inTransaction(second, name, "living"); err != nil {
			return err
		}
		if err := second.CommitTxn(); err != nil {
			return err
		}
		return same("living", values(must(read(readCommitted(), name, 0, 0, 2))))
	})

	check("offsets committed in a transaction", func() error {
		source := topic("offsets", 1, nil)
		group := "sarama-offsets-" + run
		_, p := transactional("sarama-offsets-")
		defer p.Close()
		commit := func(offset int64, end func() error) error {
			if err := inTransaction(p, source, "x"); err != nil {
				return err
			}
			metadata := "m"
			offsets := map[string][]*sarama.PartitionOffsetMetadata{source: {{Partition: 0, Offset: offset, Metadata: &metadata}}}
			if err := p.AddOffsetsToTxn(offsets, group); err != nil {
				return err
			}
			return end()
		}
		if err := commit(7, p.CommitTxn); err != nil {
			return err
		}
		if err := commit(9, p.AbortTxn); err != nil {
			return err
		}
		return eventually("the offset of the committed one", func() bool { return committed(group, source, 0) == 7 })
	})

	check("log directories are described", func() error {
		source := topic("dirs", 1, nil)
		if err := send(config(), source, "x"); err != nil {
			return err
		}
		brokers, _, err := admin.DescribeCluster()
		if err != nil {
			return err
		}
		for _, dirs := range must(admin.DescribeLogDirs([]int32{brokers[0].ID()})) {
			for _, dir := range dirs {
				for _, one := range dir.Topics {
					if one.Topic == source && one.Partitions[0].Size > 0 {
						return nil
					}
				}
			}
		}
		return errors.New("the topic is in no directory")
	})

	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
