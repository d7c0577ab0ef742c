// Checks a broker with franz-go: go run . HOST:PORT. Prints "ok TITLE" or "FAILED TITLE: why"; exits with 1 when one failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	bootstrap      string
	run            = fmt.Sprint(time.Now().UnixNano() % 1e9)
	admin          *kadm.Client
	passed, failed int
)

func check(title string, body func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := body(ctx); err != nil {
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

func client(opts ...kgo.Opt) *kgo.Client {
	c, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap)}, opts...)...)
	if err != nil {
		panic(err)
	}
	return c
}

func topic(ctx context.Context, name string, partitions int32, configs map[string]*string) string {
	full := "fg-" + name + "-" + run
	if _, err := admin.CreateTopic(ctx, partitions, 1, configs, full); err != nil {
		panic(err)
	}
	return full
}

func send(ctx context.Context, c *kgo.Client, topic string, values ...string) error {
	var records []*kgo.Record
	for _, v := range values {
		records = append(records, &kgo.Record{Topic: topic, Value: []byte(v)})
	}
	return c.ProduceSync(ctx, records...).FirstErr()
}

func poll(ctx context.Context, c *kgo.Client, count int) (values []string, err error) {
	for len(values) < count {
		fetches := c.PollFetches(ctx)
		if ctx.Err() != nil {
			return values, fmt.Errorf("%d of %d records: %w", len(values), count, ctx.Err())
		}
		for _, e := range fetches.Errors() {
			return values, e.Err
		}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values, nil
}

func read(ctx context.Context, topic string, count int, opts ...kgo.Opt) ([]string, error) {
	c := client(append([]kgo.Opt{kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}, opts...)...)
	defer c.Close()
	return poll(ctx, c, count)
}

func numbers(n int) (all []string) {
	for i := 0; i < n; i++ {
		all = append(all, fmt.Sprint("v", i))
	}
	return
}

func expect(ctx context.Context, topic string, want []string, opts ...kgo.Opt) error {
	got, err := read(ctx, topic, len(want), opts...)
	if err != nil {
		return err
	}
	return same(fmt.Sprint(want), fmt.Sprint(got))
}

func text(s string) *string { return &s }

func split(ctx context.Context, name string, opts ...kgo.Opt) error {
	t := topic(ctx, "split-"+name, 4, nil)
	var members []*kgo.Client
	for i := 0; i < 2; i++ {
		c := client(append([]kgo.Opt{kgo.ConsumerGroup(t), kgo.ConsumeTopics(t), kgo.HeartbeatInterval(300 * time.Millisecond)}, opts...)...)
		defer c.Close()
		members = append(members, c)
	}
	poller, stop := context.WithCancel(ctx)
	defer stop()
	for _, c := range members {
		go func() {
			for poller.Err() == nil {
				c.PollFetches(poller)
			}
		}()
	}
	for ctx.Err() == nil {
		sizes := []int{}
		if described, err := admin.DescribeGroups(ctx, t); err == nil {
			for _, m := range described[t].Members {
				if assigned, ok := m.Assigned.AsConsumer(); ok {
					for _, at := range assigned.Topics {
						sizes = append(sizes, len(at.Partitions))
					}
				}
			}
		}
		if fmt.Sprint(sizes) == "[2 2]" {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return errors.New("the members did not get two partitions each")
}

func main() {
	bootstrap = os.Args[1]
	admin = kadm.NewClient(client())
	defer admin.Close()

	check("metadata names the broker", func(ctx context.Context) error {
		m, err := admin.BrokerMetadata(ctx)
		return errors.Join(err, same(1, len(m.Brokers)))
	})
	check("a topic is created, listed and deleted", func(ctx context.Context) error {
		t := topic(ctx, "made", 3, nil)
		all, err := admin.ListTopics(ctx)
		if err == nil {
			err = same(3, len(all[t].Partitions))
		}
		_, gone := admin.DeleteTopic(ctx, t)
		fresh := kadm.NewClient(client()) // the first one remembers metadata for a while
		defer fresh.Close()
		for still := true; still && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
			after, _ := fresh.ListTopics(ctx)
			still = after.Has(t)
		}
		return errors.Join(err, gone, ctx.Err())
	})
	check("a topic cannot be created twice", func(ctx context.Context) error {
		t := topic(ctx, "twice", 1, nil)
		_, err := admin.CreateTopic(ctx, 1, 1, nil, t)
		return same(true, errors.Is(err, kerr.TopicAlreadyExists))
	})
	check("partitions grow", func(ctx context.Context) error {
		t := topic(ctx, "grow", 1, nil)
		r, err := admin.UpdatePartitions(ctx, 4, t)
		return errors.Join(err, r[t].Err)
	})
	check("configs are described and altered", func(ctx context.Context) error {
		t := topic(ctx, "config", 1, map[string]*string{"retention.ms": text("5000")})
		_, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: text("6000")}}, t)
		if err != nil {
			return err
		}
		d, err := admin.DescribeTopicConfigs(ctx, t)
		if err != nil {
			return err
		}
		for _, c := range d[0].Configs {
			if c.Key == "retention.ms" {
				return same("6000", *c.Value)
			}
		}
		return errors.New("retention.ms is missing")
	})
	for _, acks := range []struct {
		name string
		acks kgo.Acks
	}{{"none", kgo.NoAck()}, {"leader", kgo.LeaderAck()}, {"all", kgo.AllISRAcks()}} {
		check("a thousand records in order, acks of "+acks.name, func(ctx context.Context) error {
			t := topic(ctx, "acks-"+acks.name, 1, nil)
			opts := []kgo.Opt{kgo.RequiredAcks(acks.acks)}
			if acks.name != "all" {
				opts = append(opts, kgo.DisableIdempotentWrite())
			}
			p := client(opts...)
			defer p.Close()
			if err := send(ctx, p, t, numbers(1000)...); err != nil {
				return err
			}
			return expect(ctx, t, numbers(1000))
		})
	}
	for name, codec := range map[string]kgo.CompressionCodec{"gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()} {
		check("records compressed with "+name, func(ctx context.Context) error {
			t := topic(ctx, name, 1, nil)
			p := client(kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(20*time.Millisecond))
			defer p.Close()
			if err := send(ctx, p, t, numbers(2000)...); err != nil {
				return err
			}
			return expect(ctx, t, numbers(2000))
		})
	}
	check("keys, nulls, headers, timestamps", func(ctx context.Context) error {
		t := topic(ctx, "whole", 1, nil)
		p := client()
		defer p.Close()
		sent := &kgo.Record{Topic: t, Key: []byte("k"), Timestamp: time.UnixMilli(1234567), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("x")}}}
		if err := p.ProduceSync(ctx, sent).FirstErr(); err != nil {
			return err
		}
		c := client(kgo.ConsumeTopics(t), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
		defer c.Close()
		records := c.PollFetches(ctx).Records()
		if len(records) != 1 {
			return fmt.Errorf("%d records", len(records))
		}
		r := records[0]
		return errors.Join(same("k", string(r.Key)), same(true, r.Value == nil), same(int64(1234567), r.Timestamp.UnixMilli()), same("x", string(r.Headers[0].Value)))
	})
	check("a record over max.message.bytes is refused", func(ctx context.Context) error {
		t := topic(ctx, "large", 1, map[string]*string{"max.message.bytes": text("1000")})
		p := client(kgo.ProducerBatchCompression(kgo.NoCompression()))
		defer p.Close()
		return same(true, errors.Is(send(ctx, p, t, string(make([]byte, 5000))), kerr.MessageTooLarge))
	})
	check("a group commits and goes on", func(ctx context.Context) error {
		t := topic(ctx, "group", 1, nil)
		p := client()
		defer p.Close()
		if err := send(ctx, p, t, "a", "b"); err != nil {
			return err
		}
		opts := []kgo.Opt{kgo.ConsumerGroup(t), kgo.ConsumeTopics(t), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit()}
		first := client(opts...)
		if _, err := poll(ctx, first, 2); err != nil {
			return err
		}
		err := first.CommitUncommittedOffsets(ctx)
		first.Close()
		if err = errors.Join(err, send(ctx, p, t, "c")); err != nil {
			return err
		}
		second := client(opts...)
		defer second.Close()
		got, err := poll(ctx, second, 1)
		return errors.Join(err, same("[c]", fmt.Sprint(got)))
	})
	for name, balancer := range map[string]kgo.GroupBalancer{"range": kgo.RangeBalancer(), "roundrobin": kgo.RoundRobinBalancer(), "sticky": kgo.StickyBalancer(), "cooperative": kgo.CooperativeStickyBalancer()} {
		check("two members split the partitions: "+name, func(ctx context.Context) error { return split(ctx, name, kgo.Balancers(balancer)) })
	}
	check("group offsets are committed, fetched and deleted by the admin client", func(ctx context.Context) error {
		t := topic(ctx, "offsets", 1, nil)
		var o kadm.Offsets
		o.AddOffset(t, 0, 7, -1)
		if err := admin.CommitAllOffsets(ctx, t, o); err != nil {
			return err
		}
		got, err := admin.FetchOffsets(ctx, t)
		if err != nil {
			return err
		}
		at, _ := got.Lookup(t, 0)
		_, gone := admin.DeleteGroup(ctx, t)
		return errors.Join(same(int64(7), at.At), gone)
	})
	check("groups are listed and described", func(ctx context.Context) error {
		t := topic(ctx, "listed", 1, nil)
		var o kadm.Offsets
		o.AddOffset(t, 0, 0, -1)
		if err := admin.CommitAllOffsets(ctx, t, o); err != nil {
			return err
		}
		all, err := admin.ListGroups(ctx)
		d, err2 := admin.DescribeGroups(ctx, t)
		return errors.Join(err, err2, same("Empty", all[t].State), same("Empty", d[t].State))
	})
	check("first, last and offsets by time", func(ctx context.Context) error {
		t := topic(ctx, "times", 1, nil)
		p := client()
		defer p.Close()
		for i := 0; i < 5; i++ {
			if err := p.ProduceSync(ctx, &kgo.Record{Topic: t, Timestamp: time.UnixMilli(1_700_000_000_000 + int64(i)*1000)}).FirstErr(); err != nil {
				return err
			}
		}
		start, _ := admin.ListStartOffsets(ctx, t)
		end, _ := admin.ListEndOffsets(ctx, t)
		after, err := admin.ListOffsetsAfterMilli(ctx, 1_700_000_002_500, t)
		s, _ := start.Lookup(t, 0)
		e, _ := end.Lookup(t, 0)
		a, _ := after.Lookup(t, 0)
		return errors.Join(err, same(int64(0), s.Offset), same(int64(5), e.Offset), same(int64(3), a.Offset))
	})
	check("records are deleted from the start", func(ctx context.Context) error {
		t := topic(ctx, "trim", 1, nil)
		p := client()
		defer p.Close()
		if err := send(ctx, p, t, "a", "b", "c"); err != nil {
			return err
		}
		var o kadm.Offsets
		o.AddOffset(t, 0, 2, -1)
		if _, err := admin.DeleteRecords(ctx, o); err != nil {
			return err
		}
		return expect(ctx, t, []string{"c"})
	})
	check("log directories tell sizes", func(ctx context.Context) error {
		t := topic(ctx, "dirs", 1, nil)
		p := client()
		defer p.Close()
		if err := send(ctx, p, t, "some value"); err != nil {
			return err
		}
		all, err := admin.DescribeAllLogDirs(ctx, nil)
		if err != nil {
			return err
		}
		size := int64(0)
		all.Each(func(d kadm.DescribedLogDir) {
			d.Topics.Each(func(p kadm.DescribedLogDirPartition) {
				if p.Topic == t {
					size += p.Size
				}
			})
		})
		return same(true, size > 60)
	})
	check("a transaction is committed, another aborted; read_committed sees the first", func(ctx context.Context) error {
		t := topic(ctx, "tx", 1, nil)
		p := client(kgo.TransactionalID(t), kgo.DefaultProduceTopic(t))
		defer p.Close()
		for _, step := range []struct {
			value string
			end   kgo.TransactionEndTry
		}{{"seen", kgo.TryCommit}, {"hidden", kgo.TryAbort}, {"seen too", kgo.TryCommit}} {
			if err := p.BeginTransaction(); err != nil {
				return err
			}
			if err := p.ProduceSync(ctx, kgo.StringRecord(step.value)).FirstErr(); err != nil {
				return err
			}
			if err := p.EndTransaction(ctx, step.end); err != nil {
				return err
			}
		}
		return errors.Join(expect(ctx, t, []string{"seen", "seen too"}, kgo.FetchIsolationLevel(kgo.ReadCommitted())), expect(ctx, t, []string{"seen", "hidden", "seen too"}))
	})
	check("consume, transform, produce exactly once", func(ctx context.Context) error {
		in, out := topic(ctx, "in", 1, nil), topic(ctx, "out", 1, nil)
		p := client()
		defer p.Close()
		if err := send(ctx, p, in, numbers(100)...); err != nil {
			return err
		}
		session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(bootstrap), kgo.TransactionalID(out), kgo.ConsumerGroup(in), kgo.ConsumeTopics(in),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RequireStableFetchOffsets())
		if err != nil {
			return err
		}
		defer session.Close()
		for done := 0; done < 100; {
			fetches := session.PollFetches(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := session.Begin(); err != nil {
				return err
			}
			fetches.EachRecord(func(r *kgo.Record) { session.Produce(ctx, &kgo.Record{Topic: out, Value: r.Value}, nil); done++ })
			if committed, err := session.End(ctx, kgo.TryCommit); err != nil || !committed {
				return fmt.Errorf("committed %v: %v", committed, err)
			}
		}
		return expect(ctx, out, numbers(100), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	})
	check("transactions are listed and described", func(ctx context.Context) error {
		t := topic(ctx, "txlist", 1, nil)
		p := client(kgo.TransactionalID(t), kgo.DefaultProduceTopic(t))
		defer p.Close()
		err := errors.Join(p.BeginTransaction(), p.ProduceSync(ctx, kgo.StringRecord("x")).FirstErr())
		d, err2 := admin.DescribeTransactions(ctx, t)
		return errors.Join(err, err2, same("Ongoing", d[t].State), p.EndTransaction(ctx, kgo.TryCommit))
	})

	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
