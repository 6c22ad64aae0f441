package serve

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/protocol"
)

func TestReceiptsAndDeliveriesInOrder(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	for i := range uint64(5) {
		r.send(1, i*10, 10, nil)
	}
	for i := range uint64(5) {
		receipt := expect[*protocol.SendReceipt](r)
		require.Equal(t, i*10, receipt.Sequence)
		require.Equal(t, i, receipt.ID.Entry)
	}
	r.silence()
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 15})
	all := r.messages(2) // entries are not split: the balance goes below zero
	require.Equal(t, []uint64{0, 1}, []uint64{all[0].ID.Entry, all[1].ID.Entry})
	r.silence()
	r.ack(1, protocol.Cumulative, all[1].ID)
	require.EqualValues(t, 3, b.backlog(topic, "s"))
	last := r.accepted(&protocol.GetLastMessageID{ConsumerID: 1}).(*protocol.GetLastMessageIDAnswer)
	require.EqualValues(t, 4, last.Last.Entry)
	require.EqualValues(t, 9, last.Last.BatchIndex)
	require.EqualValues(t, 1, last.MarkDelete.Entry)
}

func TestWhatIsRefused(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.refused(protocol.ProducerBusy, newProducer(2, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	r.refused(protocol.ConsumerBusy, newSubscribe(2, protocol.Exclusive))
	r.refused(protocol.ConsumerBusy, newSubscribe(2, protocol.Shared))
	missing := newSubscribe(3, protocol.Shared)
	missing.Topic, missing.NoCreation = "nothing", true
	r.refused(protocol.TopicNotFound, missing)
	reserved := newSubscribe(3, protocol.Shared)
	reserved.Subscription = "pulsar.repl.x"
	r.refused(protocol.NotAllowedError, reserved)
	elsewhere := newProducer(3, "x")
	elsewhere.Topic = "persistent://public/none/t"
	r.refused(protocol.TopicNotFound, elsewhere)
	compacted := newSubscribe(3, protocol.Shared)
	compacted.Subscription, compacted.ReadCompacted = "c", true
	r.refused(protocol.NotAllowedError, compacted)
	r.refused(protocol.MetadataError, &protocol.Seek{ConsumerID: 77})
	r.refused(protocol.MetadataError, &protocol.Unsubscribe{ConsumerID: 77})
	r.refused(protocol.NotAllowedError, &protocol.WatchTopicList{Watcher: 1, Namespace: "public/default", Pattern: "("})
	stats := r.ask(&protocol.ConsumerStats{ConsumerID: 77}).(*protocol.ConsumerStatsAnswer)
	require.Equal(t, protocol.ConsumerNotFound, stats.Error)
	parts := r.ask(&protocol.PartitionedMetadata{Topic: "nothing", NoCreation: true}).(*protocol.PartitionedMetadataAnswer)
	require.Equal(t, protocol.TopicNotFound, parts.Error)
	schema := r.ask(&protocol.GetSchema{Topic: topic}).(*protocol.GetSchemaAnswer)
	require.Equal(t, protocol.TopicNotFound, schema.Error)
	require.NoError(t, b.model.Create("parted", 2))
	beyond := newProducer(4, "x")
	beyond.Topic = "persistent://public/default/parted-partition-2"
	r.refused(protocol.NotAllowedError, beyond)
	r.accepted(&protocol.CloseProducer{ProducerID: 99})
	r.accepted(&protocol.CloseConsumer{ConsumerID: 99})
}

func TestACorruptEntryIsRefused(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	var builder protocol.Builder
	builder.Begin(nil, 0)
	copy(builder.ClaimAlone(5), "alone")
	frame, _ := builder.Finish(&protocol.Send{ProducerID: 1, Sequence: 7}, &protocol.Metadata{ProducerName: []byte("p"), PublishTime: 1})
	frame[len(frame)-1] ^= 1
	_, err := r.socket.Write(frame)
	require.NoError(t, err)
	refused := expect[*protocol.SendError](r)
	require.Equal(t, protocol.ChecksumError, refused.Error)
	require.EqualValues(t, 7, refused.Sequence)
	require.EqualValues(t, 0, r.sent(1, 8, 0, nil).Entry, "nothing was stored")
}

func TestSharedGivesBack(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r, other := b.connect(), b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Shared))
	other.accepted(newSubscribe(2, protocol.Shared))
	for i := range uint64(4) {
		r.sent(1, i, 0, nil)
	}
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 3})
	mine := r.messages(3)
	other.say(&protocol.Flow{ConsumerID: 2, Permits: 10})
	require.EqualValues(t, 3, other.messages(1)[0].ID.Entry)
	r.say(&protocol.Redeliver{ConsumerID: 1, IDs: []protocol.MessageID{mine[1].ID}, Epoch: protocol.NoEpoch})
	again := other.messages(1)[0]
	require.EqualValues(t, 1, again.ID.Entry)
	require.EqualValues(t, 1, again.RedeliveryCount)
	r.ack(1, protocol.Individual, mine[0].ID)
	require.EqualValues(t, 3, b.backlog(topic, "s"))
	r.accepted(&protocol.CloseConsumer{ConsumerID: 1})
	left := other.messages(1)[0]
	require.EqualValues(t, 2, left.ID.Entry, "what a consumer leaves goes to the others")
	require.Zero(t, left.RedeliveryCount, "which is not counted")
	other.ack(2, protocol.Individual, left.ID, again.ID)
	require.EqualValues(t, 1, b.backlog(topic, "s"))
	require.NoError(t, other.socket.Close())
	r.accepted(newSubscribe(3, protocol.Shared))
	r.say(&protocol.Flow{ConsumerID: 3, Permits: 10})
	require.EqualValues(t, 3, r.messages(1)[0].ID.Entry)
}

func TestTooManyUnacknowledgedMessagesBlock(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	require.NoError(t, b.model.Create("t", 0))
	require.NoError(t, b.model.SetPolicy(topic, "maxUnackedMessagesOnConsumer", json.RawMessage("4")))
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Shared))
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 100})
	for i := range uint64(6) {
		r.send(1, i, 0, nil)
	}
	all := r.messages(4)
	r.silence()
	r.ack(1, protocol.Individual, all[0].ID)
	r.silence()
	r.say(&protocol.Ack{ConsumerID: 1, IDs: []protocol.MessageID{all[1].ID}, Validation: protocol.NoValidationError})
	require.EqualValues(t, 4, r.messages(1)[0].ID.Entry, "at half as many it goes on")
}

func TestSingleMessagesOfABatchAreAcknowledged(t *testing.T) {
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			b := newBed(t, memory.Config{BatchIndexAck: on}, Options{})
			r := b.connect()
			r.accepted(newProducer(1, "p"))
			r.accepted(newSubscribe(1, protocol.Shared))
			id := r.sent(1, 0, 10, nil)
			r.say(&protocol.Flow{ConsumerID: 1, Permits: 100})
			r.messages(1)
			id.AckSet = []uint64{999} // 3 and 4 are acknowledged
			r.ack(1, protocol.Individual, id)
			id.AckSet = nil
			r.say(&protocol.Redeliver{ConsumerID: 1, IDs: []protocol.MessageID{id}, Epoch: protocol.NoEpoch})
			m := r.messages(1)[0]
			if on {
				require.Equal(t, []uint64{999}, m.AckSet)
				id.AckSet = []uint64{1<<3 | 1<<4}
				r.ack(1, protocol.Individual, id) // all the others
			} else {
				require.Empty(t, m.AckSet)
				r.ack(1, protocol.Individual, id)
			}
			require.Zero(t, b.backlog(topic, "s"))
		})
	}
}

func TestKeysMoveOnlyWhenTheirMessagesAreAcknowledged(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	one, two := b.connect(), b.connect()
	one.accepted(newProducer(1, "p"))
	one.accepted(newSubscribe(1, protocol.KeyShared))
	one.say(&protocol.Flow{ConsumerID: 1, Permits: 1000})
	key := func(k int) func(*protocol.Metadata) {
		return func(m *protocol.Metadata) { m.PartitionKey, m.KeySet = fmt.Append(nil, "key-", k), true }
	}
	const keys = 20
	first := map[uint64]protocol.MessageID{}
	for k := range keys {
		one.send(1, uint64(k), 0, key(k))
	}
	for range keys {
		m := expect[*protocol.Message](one)
		first[m.ID.Entry] = m.ID
	}
	two.accepted(newSubscribe(2, protocol.KeyShared))
	two.say(&protocol.Flow{ConsumerID: 2, Permits: 1000})
	for k := range keys {
		one.send(1, uint64(keys+k), 0, key(k))
	}
	stayed := map[uint64]bool{}
	for g := one.next(300 * time.Millisecond); g != nil; g = one.next(300 * time.Millisecond) {
		if m, ok := g.body.(*protocol.Message); ok {
			stayed[m.ID.Entry-keys] = true
		}
	}
	require.NotEmpty(t, stayed)
	require.Less(t, len(stayed), keys, "some keys have moved")
	two.silence()
	for k := range uint64(keys) {
		if stayed[k] {
			continue
		}
		one.ack(1, protocol.Individual, first[k])
		require.Equal(t, k+keys, two.messages(1)[0].ID.Entry)
	}
	ranges := b.model.Topic(topic).Stats().Subscriptions["s"].Consumers
	covered := 0
	for _, c := range ranges {
		for _, r := range c.Hashes {
			covered += int(r[1]-r[0]) + 1
		}
	}
	require.Equal(t, protocol.HashSlots-1, covered, "each slot from 1 on has one consumer")
}

func TestStickyRanges(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	sticky := func(id uint64, start, end int32) *protocol.Subscribe {
		m := newSubscribe(id, protocol.KeyShared)
		m.KeyShared = &protocol.KeySharedMeta{Sticky: true, Ranges: []protocol.HashRange{{Start: start, End: end}}}
		return m
	}
	r.accepted(sticky(1, 0, 32767))
	r.refused(protocol.ConsumerAssignError, sticky(2, 32767, 65535))
	r.refused(protocol.ConsumerBusy, newSubscribe(2, protocol.KeyShared))
	r.accepted(newProducer(1, "p"))
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 100})
	for k, name := range []string{"a", "hello", "key-0"} { // slots 27058, 64071, 63679
		r.send(1, uint64(k), 0, func(m *protocol.Metadata) { m.PartitionKey, m.KeySet = []byte(name), true })
	}
	require.EqualValues(t, 0, r.messages(1)[0].ID.Entry)
	r.silence()
	r.accepted(sticky(2, 32768, 65535))
	r.say(&protocol.Flow{ConsumerID: 2, Permits: 100})
	require.Len(t, r.messages(2), 2)
}

func TestFailoverTakesTurns(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	one, two := b.connect(), b.connect()
	one.accepted(newProducer(1, "p"))
	preferred := newSubscribe(1, protocol.Failover)
	one.accepted(preferred)
	require.True(t, expect[*protocol.ActiveConsumerChange](one).Active)
	spare := newSubscribe(2, protocol.Failover)
	spare.Priority = 1
	two.accepted(spare) // it is told before the answer that it is not the active one
	one.say(&protocol.Flow{ConsumerID: 1, Permits: 100})
	two.say(&protocol.Flow{ConsumerID: 2, Permits: 100})
	for i := range uint64(3) {
		one.send(1, i, 0, nil)
	}
	all := one.messages(3)
	one.ack(1, protocol.Individual, all[0].ID)
	require.NoError(t, one.socket.Close())
	require.True(t, expect[*protocol.ActiveConsumerChange](two).Active)
	require.EqualValues(t, 1, two.messages(2)[0].ID.Entry, "it begins at what was not acknowledged")
}

func TestAccessModes(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	one, two, three := b.connect(), b.connect(), b.connect()
	mode := func(id uint64, mode int32, epoch int64) *protocol.Producer {
		p := newProducer(id, fmt.Sprint("p", id))
		p.AccessMode, p.TopicEpoch = mode, epoch
		return p
	}
	first := one.accepted(mode(1, protocol.AccessExclusive, protocol.NoEpoch)).(*protocol.ProducerSuccess)
	require.EqualValues(t, 0, first.TopicEpoch)
	two.refused(protocol.ProducerBusy, mode(2, protocol.AccessShared, protocol.NoEpoch))
	two.refused(protocol.ProducerFenced, mode(2, protocol.AccessExclusive, protocol.NoEpoch))
	queued := two.accepted(mode(3, protocol.AccessWaitForExclusive, protocol.NoEpoch)).(*protocol.ProducerSuccess)
	require.True(t, queued.Queued)
	one.accepted(&protocol.CloseProducer{ProducerID: 1})
	ready := expect[*protocol.ProducerSuccess](two)
	require.False(t, ready.Queued)
	require.EqualValues(t, 1, ready.TopicEpoch)
	two.sent(3, 0, 0, nil)
	fencing := three.accepted(mode(4, protocol.AccessExclusiveWithFencing, protocol.NoEpoch)).(*protocol.ProducerSuccess)
	require.EqualValues(t, 2, fencing.TopicEpoch)
	require.EqualValues(t, 3, expect[*protocol.CloseProducer](two).ProducerID)
	two.send(3, 1, 0, nil) // it has not heard yet; that is dropped
	two.refused(protocol.ProducerFenced, mode(3, protocol.AccessExclusiveWithFencing, 1))
	three.sent(4, 0, 0, nil)
}

func TestDuplicatesAreDroppedOnDemand(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	require.NoError(t, b.model.SetPolicy("public/default", "deduplication", json.RawMessage("true")))
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	require.EqualValues(t, 0, r.sent(1, 5, 0, nil).Entry)
	again := r.sent(1, 5, 0, nil)
	require.Equal(t, ^uint64(0), again.Ledger)
	require.EqualValues(t, 1, r.sent(1, 6, 0, nil).Entry)
	r.accepted(&protocol.CloseProducer{ProducerID: 1})
	answer := r.accepted(newProducer(2, "p")).(*protocol.ProducerSuccess)
	require.EqualValues(t, 6, answer.LastSequence)
}

func TestAnUnloadClosesFromTheBrokersSide(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	before := r.sent(1, 0, 0, nil)
	b.model.Topic(topic).Unload()
	require.Equal(t, ^uint64(0), expect[*protocol.CloseProducer](r).RequestID)
	require.Equal(t, ^uint64(0), expect[*protocol.CloseConsumer](r).RequestID)
	r.send(1, 1, 0, nil)
	r.accepted(newProducer(1, "p"))
	after := r.sent(1, 1, 0, nil)
	require.Greater(t, after.Ledger, before.Ledger, "a loaded topic goes on in a new ledger")
	require.EqualValues(t, 0, after.Entry)
	r.accepted(newSubscribe(1, protocol.Exclusive))
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 10})
	require.Len(t, r.messages(2), 2)
	b.model.Topic(topic).Terminate()
	require.EqualValues(t, 1, expect[*protocol.CloseProducer](r).ProducerID)
	r.refused(protocol.TopicTerminatedError, newProducer(2, "q"))
	require.NoError(t, b.model.Delete(topic, true))
	require.EqualValues(t, 1, expect[*protocol.CloseConsumer](r).ConsumerID)
	used, _ := b.model.Memory()
	require.Zero(t, used, "all memory is given back")
}

func TestSeeksCloseTheConsumers(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	var ids []protocol.MessageID
	for i := range uint64(5) {
		ids = append(ids, r.sent(1, i, 0, func(m *protocol.Metadata) { m.PublishTime = 1000 + 10*i }))
	}
	from := func(seek *protocol.Seek) uint64 {
		seek.ConsumerID = 1
		r.request++
		seek.RequestID = r.request
		r.say(seek)
		require.EqualValues(t, 1, expect[*protocol.CloseConsumer](r).ConsumerID)
		expect[*protocol.Success](r)
		r.accepted(newSubscribe(1, protocol.Exclusive))
		r.say(&protocol.Flow{ConsumerID: 1, Permits: 1})
		return r.messages(1)[0].ID.Entry
	}
	require.EqualValues(t, 2, from(&protocol.Seek{ID: &ids[2]}))
	require.EqualValues(t, 0, from(&protocol.Seek{ID: &protocol.MessageID{Ledger: ^uint64(0), Entry: ^uint64(0)}}))
	require.EqualValues(t, 3, from(&protocol.Seek{PublishTime: 1025}))
	require.EqualValues(t, 0, from(&protocol.Seek{PublishTime: 1}))
	require.EqualValues(t, 5, b.backlog(topic, "s"))
}

func TestTimeToLiveAndQuotas(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	r.sent(1, 0, 0, func(m *protocol.Metadata) { m.PublishTime -= 60_000 })
	r.sent(1, 1, 0, nil)
	require.NoError(t, b.model.SetPolicy("public/default", "messageTTL", json.RawMessage("30")))
	require.Eventually(t, func() bool { return b.backlog(topic, "s") == 1 }, soon, 20*time.Millisecond)
	require.EqualValues(t, 1, b.model.Topic(topic).Stats().Subscriptions["s"].Expired)

	big := func(m *protocol.Metadata) {
		m.Properties = []protocol.Property{{Key: []byte("k"), Value: make([]byte, 900)}}
	}
	quota := func(policy string) {
		require.NoError(t, b.model.SetPolicy("public/default", "backlogQuota", fmt.Appendf(nil, `{"limitSize":2000,"policy":%q}`, policy)))
	}
	quota("producer_exception")
	for i := range uint64(3) {
		r.sent(1, 2+i, 0, big)
	}
	require.EqualValues(t, 1, expect[*protocol.CloseProducer](r).ProducerID)
	r.refused(protocol.ProducerBlockedQuotaException, newProducer(2, "q"))
	quota("producer_request_hold")
	r.refused(protocol.ProducerBlockedQuotaError, newProducer(2, "q"))
	quota("consumer_backlog_eviction")
	require.Eventually(t, func() bool { return b.model.Topic(topic).Stats().BacklogSize < 2000 }, soon, 20*time.Millisecond)
	r.accepted(newProducer(2, "q"))
}

func TestTheMemoryIsBounded(t *testing.T) {
	b := newBed(t, memory.Config{Memory: 4 << 20}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	big := func(m *protocol.Metadata) {
		m.Properties = []protocol.Property{{Key: []byte("k"), Value: make([]byte, 100_000)}}
	}
	for i := range uint64(200) { // nobody needs them: the oldest go
		r.sent(1, i, 0, big)
	}
	used, most := b.model.Memory()
	require.LessOrEqual(t, used, most+1<<20)
	r.accepted(newSubscribe(1, protocol.Exclusive))
	i := uint64(200)
	for ; i < 400; i++ {
		r.send(1, i, 0, big)
		g := r.next(soon)
		if _, isClose := g.body.(*protocol.CloseProducer); isClose {
			break
		}
	}
	require.Less(t, i, uint64(400), "what is not acknowledged is kept, so producers are held back")
	r.refused(protocol.ProducerBlockedQuotaError, newProducer(2, "q"))
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 1000})
	var last protocol.MessageID
	for g := r.next(200 * time.Millisecond); g != nil; g = r.next(200 * time.Millisecond) {
		if m, ok := g.body.(*protocol.Message); ok {
			last = m.ID
		}
	}
	r.ack(1, protocol.Cumulative, last)
	r.accepted(newProducer(2, "q"))
	r.sent(2, 0, 0, nil)
}

func TestWatchersHearOfTopics(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	require.NoError(t, b.model.Create("abc-1", 0))
	success := r.accepted(&protocol.WatchTopicList{Watcher: 3, Namespace: "public/default", Pattern: "public/default/abc.*"}).(*protocol.WatchTopicListSuccess)
	require.Equal(t, []string{"persistent://public/default/abc-1"}, success.Topics)
	require.NoError(t, b.model.Create("other", 0))
	require.NoError(t, b.model.Create("abc-2", 0))
	update := expect[*protocol.WatchTopicUpdate](r)
	require.Equal(t, []string{"persistent://public/default/abc-2"}, update.Created)
	require.NoError(t, b.model.Delete("abc-1", false))
	require.Equal(t, []string{"persistent://public/default/abc-1"}, expect[*protocol.WatchTopicUpdate](r).Deleted)
	r.accepted(&protocol.WatchTopicListClose{Watcher: 3})
}
