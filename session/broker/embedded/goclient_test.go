package embedded_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"github.com/apache/pulsar-client-go/pulsar/log"
	"github.com/stretchr/testify/require"

	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local/localtest"
)

// official is a server and the official Go client. With PULSH_TEST_SERVER=real it is
// a real Pulsar, so that the same lines hold both.
type official struct {
	pulsar.Client
	*admin.Admin
	t *testing.T
	n int
}

func connectOfficial(t *testing.T) *official {
	var url, adminURL string
	if os.Getenv(localtest.ServerVariable) == "real" {
		s := localtest.Start(t)
		url, adminURL = s.URL(), s.AdminURL()
	} else {
		b, err := embedded.Start(embedded.Config{})
		require.NoError(t, err)
		t.Cleanup(b.Close)
		url, adminURL = b.URL(), b.AdminURL()
	}
	c, err := pulsar.NewClient(pulsar.ClientOptions{URL: url, Logger: log.DefaultNopLogger(), OperationTimeout: soon})
	require.NoError(t, err)
	a, err := admin.New(adminURL, admin.Options{})
	require.NoError(t, err)
	t.Cleanup(func() {
		c.Close()
		a.Close()
	})
	return &official{Client: c, Admin: a, t: t}
}

// topic is a new name.
func (o *official) topic() string {
	o.n++
	return fmt.Sprintf("persistent://public/default/%s-%d-%d", strings.ReplaceAll(o.t.Name(), "/", "-"), time.Now().UnixNano(), o.n)
}

func (o *official) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	o.t.Cleanup(cancel)
	return ctx
}

func (o *official) producer(p pulsar.ProducerOptions) pulsar.Producer {
	o.t.Helper()
	p.SendTimeout = -1 // a timeout leaves a goroutine behind
	made, err := o.CreateProducer(p)
	require.NoError(o.t, err)
	o.t.Cleanup(made.Close)
	return made
}

func (o *official) consumer(c pulsar.ConsumerOptions) pulsar.Consumer {
	o.t.Helper()
	if c.SubscriptionName == "" {
		c.SubscriptionName = "s"
	}
	if c.SubscriptionInitialPosition == pulsar.SubscriptionPositionLatest {
		c.SubscriptionInitialPosition = pulsar.SubscriptionPositionEarliest
	}
	made, err := o.Subscribe(c)
	require.NoError(o.t, err)
	o.t.Cleanup(made.Close)
	return made
}

// send sends texts and returns their ids.
func (o *official) send(p pulsar.Producer, texts ...string) (ids []pulsar.MessageID) {
	o.t.Helper()
	for _, text := range texts {
		id, err := p.Send(o.ctx(), &pulsar.ProducerMessage{Payload: []byte(text)})
		require.NoError(o.t, err)
		ids = append(ids, id)
	}
	return ids
}

func (o *official) receive(c pulsar.Consumer) pulsar.Message {
	o.t.Helper()
	m, err := c.Receive(o.ctx())
	require.NoError(o.t, err)
	return m
}

// texts receives and acknowledges n messages.
func (o *official) texts(c pulsar.Consumer, n int) (all []string) {
	o.t.Helper()
	for range n {
		m := o.receive(c)
		all = append(all, string(m.Payload()))
		require.NoError(o.t, c.Ack(m))
	}
	return all
}

// nothing asserts that nothing comes for a moment.
func (o *official) nothing(c pulsar.Consumer) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	m, err := c.Receive(ctx)
	require.Error(o.t, err, "%v", m)
}

func TestGoClientBatchesChunksAndTheEnd(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic, BatchingMaxPublishDelay: 20 * time.Millisecond})
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Exclusive})
	for i := range 100 {
		p.SendAsync(o.ctx(), &pulsar.ProducerMessage{Payload: fmt.Append(nil, i), Properties: map[string]string{"n": fmt.Sprint(i)}, Key: "k", EventTime: time.UnixMilli(int64(i + 1))}, func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { require.NoError(t, err) })
	}
	require.NoError(t, p.FlushWithCtx(o.ctx()))
	for i := range 100 {
		m := o.receive(c)
		require.Equal(t, fmt.Sprint(i), string(m.Payload()))
		require.Equal(t, fmt.Sprint(i), m.Properties()["n"])
		require.Equal(t, "k", m.Key())
		require.EqualValues(t, i+1, m.EventTime().UnixMilli())
		require.NoError(t, c.AckCumulative(m))
	}
	big := strings.Repeat("chunk ", 2_000_000)
	chunked := o.producer(pulsar.ProducerOptions{Topic: topic, DisableBatching: true, EnableChunking: true})
	o.send(chunked, big)
	require.Equal(t, []string{big}, o.texts(c, 1))
	id, err := c.GetLastMessageIDs()
	require.NoError(t, err)
	require.Len(t, id, 1)
	require.Eventually(t, func() bool {
		stats, err := o.Stats(o.ctx(), topic)
		return err == nil && stats.Subscriptions["s"].BacklogEntries == 0
	}, soon, 20*time.Millisecond)
	require.NoError(t, c.Unsubscribe())
	subs, err := o.Subscriptions(o.ctx(), topic)
	require.NoError(t, err)
	require.Empty(t, subs)
}

func TestGoClientGivesBackAndDeadLetters(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic})
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Shared, NackRedeliveryDelay: 50 * time.Millisecond,
		DLQ: &pulsar.DLQPolicy{MaxDeliveries: 3, DeadLetterTopic: topic + "-dead", InitialSubscriptionName: "watch"}})
	dead := o.consumer(pulsar.ConsumerOptions{Topic: topic + "-dead", SubscriptionName: "watch", Type: pulsar.Shared})
	o.send(p, "poison", "good")
	for deliveries := map[string]int{}; deliveries["poison"] < 3; {
		m := o.receive(c)
		require.EqualValues(t, deliveries[string(m.Payload())], m.RedeliveryCount())
		deliveries[string(m.Payload())]++
		if string(m.Payload()) == "good" {
			require.NoError(t, c.Ack(m))
			continue
		}
		c.Nack(m)
	}
	require.Equal(t, []string{"poison"}, o.texts(dead, 1))
	o.nothing(c)
}

func TestGoClientRetriesLater(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic})
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Shared, RetryEnable: true, DLQ: &pulsar.DLQPolicy{MaxDeliveries: 5, RetryLetterTopic: topic + "-retry", DeadLetterTopic: topic + "-dlq"}})
	o.send(p, "later")
	began := time.Now()
	c.ReconsumeLater(o.receive(c), 1500*time.Millisecond)
	m := o.receive(c)
	require.Equal(t, "later", string(m.Payload()))
	require.Greater(t, time.Since(began), 400*time.Millisecond, "Pulsar is up to a tick early")
	require.NoError(t, c.Ack(m))
}

func TestGoClientDelays(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic})
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Shared})
	_, err := p.Send(o.ctx(), &pulsar.ProducerMessage{Payload: []byte("second"), DeliverAfter: 2 * time.Second})
	require.NoError(t, err)
	o.send(p, "first")
	require.Equal(t, []string{"first"}, o.texts(c, 1))
	o.nothing(c)
	require.Equal(t, []string{"second"}, o.texts(c, 1))
}

func TestGoClientReadsAndSeeks(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic, DisableBatching: true})
	ids := o.send(p, "0", "1", "2")
	time.Sleep(20 * time.Millisecond)
	between := time.Now()
	time.Sleep(20 * time.Millisecond)
	ids = append(ids, o.send(p, "3", "4")...)
	read := func(r pulsar.Reader) (all []string) {
		for r.HasNext() {
			m, err := r.Next(o.ctx())
			require.NoError(t, err)
			all = append(all, string(m.Payload()))
		}
		return all
	}
	r, err := o.CreateReader(pulsar.ReaderOptions{Topic: topic, StartMessageID: pulsar.EarliestMessageID()})
	require.NoError(t, err)
	defer r.Close()
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, read(r))
	require.NoError(t, r.Seek(ids[2]))
	require.Equal(t, []string{"2", "3", "4"}, readIncluding(t, read(r)))
	require.NoError(t, r.SeekByTime(between))
	require.Equal(t, []string{"3", "4"}, read(r))
	after, err := o.CreateReader(pulsar.ReaderOptions{Topic: topic, StartMessageID: ids[1]})
	require.NoError(t, err)
	defer after.Close()
	require.Equal(t, []string{"2", "3", "4"}, read(after))
	latest, err := o.CreateReader(pulsar.ReaderOptions{Topic: topic, StartMessageID: pulsar.LatestMessageID()})
	require.NoError(t, err)
	defer latest.Close()
	require.False(t, latest.HasNext())
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Exclusive})
	require.Len(t, o.texts(c, 5), 5)
	require.NoError(t, c.SeekByTime(between))
	require.Equal(t, []string{"3", "4"}, o.texts(c, 2))
	require.NoError(t, c.SeekByTime(between.Add(-time.Hour)))
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, o.texts(c, 5))
}

// readIncluding lets the message that a seek names be there or not: that is the
// client's doing.
func readIncluding(t *testing.T, got []string) []string {
	if len(got) == 2 {
		return append([]string{"2"}, got...)
	}
	return got
}

func TestGoClientFindsTopicsByPattern(t *testing.T) {
	o := connectOfficial(t)
	base := o.topic()
	first := o.producer(pulsar.ProducerOptions{Topic: base + "-a"})
	c := o.consumer(pulsar.ConsumerOptions{TopicsPattern: base + "-.*", Type: pulsar.Shared, AutoDiscoveryPeriod: 100 * time.Millisecond})
	require.NoError(t, o.CreateTopic(o.ctx(), base+"-b", 3))
	second := o.producer(pulsar.ProducerOptions{Topic: base + "-b"})
	o.send(first, "a")
	o.send(second, "b", "b", "b")
	require.ElementsMatch(t, []string{"a", "b", "b", "b"}, o.texts(c, 4))
}

func TestGoClientSharesKeys(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic, BatcherBuilderType: pulsar.KeyBasedBatchBuilder})
	consumers := []pulsar.Consumer{}
	for i := range 3 {
		consumers = append(consumers, o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.KeyShared, Name: fmt.Sprint("c", i)}))
	}
	const keys, each = 30, 10
	for n := range each {
		for k := range keys {
			p.SendAsync(o.ctx(), &pulsar.ProducerMessage{Payload: fmt.Append(nil, n), Key: fmt.Sprint("key-", k)}, func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { require.NoError(t, err) })
		}
	}
	require.NoError(t, p.FlushWithCtx(o.ctx()))
	owner, next, all := map[string]int{}, map[string]int{}, 0
	for all < keys*each {
		for i, c := range consumers {
			select {
			case m := <-c.Chan():
				if known, ok := owner[m.Key()]; ok {
					require.Equal(t, known, i, "a key has one consumer")
				}
				owner[m.Key()] = i
				require.Equal(t, fmt.Sprint(next[m.Key()]), string(m.Payload()), "in order")
				next[m.Key()]++
				all++
				require.NoError(t, c.Ack(m))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	used := map[int]bool{}
	for _, i := range owner {
		used[i] = true
	}
	require.Len(t, used, 3)
	_, err := o.Subscribe(pulsar.ConsumerOptions{Topic: topic, SubscriptionName: "s", Type: pulsar.Shared})
	require.ErrorContains(t, err, "ConsumerBusy")
}

func TestGoClientAccessModes(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	only := o.producer(pulsar.ProducerOptions{Topic: topic, ProducerAccessMode: pulsar.ProducerAccessModeExclusive})
	for _, mode := range []pulsar.ProducerAccessMode{pulsar.ProducerAccessModeShared, pulsar.ProducerAccessModeExclusive} {
		_, err := o.CreateProducer(pulsar.ProducerOptions{Topic: topic, ProducerAccessMode: mode, SendTimeout: -1})
		require.Error(t, err)
	}
	waiting := make(chan pulsar.Producer)
	go func() {
		p, err := o.CreateProducer(pulsar.ProducerOptions{Topic: topic, ProducerAccessMode: pulsar.ProducerAccessModeWaitForExclusive, SendTimeout: -1})
		if err == nil {
			waiting <- p
		}
		close(waiting)
	}()
	o.send(only, "first")
	select {
	case <-waiting:
		t.Fatal("it did not wait")
	case <-time.After(200 * time.Millisecond):
	}
	only.Close()
	next := <-waiting
	require.NotNil(t, next)
	defer next.Close()
	o.send(next, "second")
}

func TestGoClientSchemas(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	type order struct{ ID int }
	first := pulsar.NewJSONSchema(`{"type":"record","name":"order","fields":[{"name":"ID","type":"int"}]}`, nil)
	p := o.producer(pulsar.ProducerOptions{Topic: topic, Schema: first})
	c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Schema: first})
	_, err := p.Send(o.ctx(), &pulsar.ProducerMessage{Value: &order{7}})
	require.NoError(t, err)
	var got order
	require.NoError(t, o.receive(c).GetSchemaValue(&got))
	require.Equal(t, 7, got.ID)
	_, err = o.CreateProducer(pulsar.ProducerOptions{Topic: topic, Schema: pulsar.NewStringSchema(nil), SendTimeout: -1})
	require.ErrorContains(t, err, "IncompatibleSchema")
	_, err = o.CreateProducer(pulsar.ProducerOptions{Topic: topic, SendTimeout: -1,
		Schema: pulsar.NewJSONSchema(`{"type":"record","name":"order","fields":[{"name":"ID","type":"string"}]}`, nil)})
	require.ErrorContains(t, err, "IncompatibleSchema")
	o.producer(pulsar.ProducerOptions{Topic: topic,
		Schema: pulsar.NewJSONSchema(`{"type":"record","name":"order","fields":[{"name":"ID","type":"int"},{"name":"Note","type":["null","string"],"default":null}]}`, nil)})
}

func TestGoClientReadsCompacted(t *testing.T) {
	for _, batching := range []bool{true, false} {
		t.Run(fmt.Sprint("batching=", batching), func(t *testing.T) {
			o := connectOfficial(t)
			topic := o.topic()
			p := o.producer(pulsar.ProducerOptions{Topic: topic, DisableBatching: !batching, BatchingMaxPublishDelay: 50 * time.Millisecond, CompressionType: pulsar.LZ4})
			send := func(key, text string) {
				p.SendAsync(o.ctx(), &pulsar.ProducerMessage{Key: key, Payload: []byte(text)}, func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) { require.NoError(t, err) })
			}
			for i := range 5 {
				send("a", fmt.Sprint("a", i))
				send("b", fmt.Sprint("b", i))
			}
			send("b", "")
			require.NoError(t, p.FlushWithCtx(o.ctx()))
			require.NoError(t, o.Compact(o.ctx(), topic))
			require.Eventually(t, func() bool {
				state, err := o.Compaction(o.ctx(), topic)
				return err == nil && len(state) == 1 && state[0].State == "SUCCESS"
			}, soon, 50*time.Millisecond)
			send("a", "a5")
			require.NoError(t, p.FlushWithCtx(o.ctx()))
			c := o.consumer(pulsar.ConsumerOptions{Topic: topic, ReadCompacted: true, Type: pulsar.Exclusive})
			var got []string
			for len(got) < 2 {
				if text := o.texts(c, 1)[0]; text != "" { // this client shows what was compacted out of a batch, without a body
					got = append(got, text)
				}
			}
			require.Equal(t, []string{"a4", "a5"}, got)
			all := o.consumer(pulsar.ConsumerOptions{Topic: topic, SubscriptionName: "all", Type: pulsar.Exclusive})
			require.Len(t, o.texts(all, 12), 12)
		})
	}
}

func TestGoClientNonPersistent(t *testing.T) {
	o := connectOfficial(t)
	topic := "non-" + o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic, DisableBatching: true})
	o.send(p, "nobody hears it")
	for _, kind := range []pulsar.SubscriptionType{pulsar.Exclusive, pulsar.Shared, pulsar.KeyShared} {
		c := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: kind, SubscriptionName: fmt.Sprint(kind)})
		require.Eventually(t, func() bool { // nothing is kept until the consumer is there
			o.send(p, "heard")
			return len(c.Chan()) > 0
		}, soon, 20*time.Millisecond)
		require.Equal(t, []string{"heard"}, o.texts(c, 1))
		c.Close()
	}
}

func TestGoClientFailover(t *testing.T) {
	o := connectOfficial(t)
	topic := o.topic()
	p := o.producer(pulsar.ProducerOptions{Topic: topic, DisableBatching: true})
	one := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Failover, Name: "a"})
	two := o.consumer(pulsar.ConsumerOptions{Topic: topic, Type: pulsar.Failover, Name: "b"})
	o.send(p, "0", "1")
	var active, standby pulsar.Consumer
	select {
	case m := <-one.Chan():
		active, standby = one, two
		require.NoError(t, one.Ack(m))
	case m := <-two.Chan():
		active, standby = two, one
		require.NoError(t, two.Ack(m))
	case <-time.After(soon):
		t.Fatal("nobody got the message")
	}
	time.Sleep(200 * time.Millisecond) // the acknowledgement is on its way
	active.Close()
	m := o.receive(standby)
	require.Equal(t, "1", string(m.Payload()), "what was not acknowledged comes again")
}
