package serve

import (
	"encoding/binary"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
)

// served asserts that a client that behaves is served while f runs.
func (b *bed) served(f func()) {
	b.t.Helper()
	const own = "persistent://public/default/good"
	sender, taker := b.connect(), b.connect()
	p, c := newProducer(1, "good"), newSubscribe(1, protocol.Exclusive)
	p.Topic, c.Topic = own, own
	sender.accepted(p)
	taker.accepted(c)
	taker.say(&protocol.Flow{ConsumerID: 1, Permits: 1 << 30})
	f()
	for i := range uint64(20) {
		began := time.Now()
		id := sender.sent(1, i, 0, nil)
		require.Equal(b.t, id.Entry, taker.messages(1)[0].ID.Entry)
		require.Less(b.t, time.Since(began), 2*time.Second)
	}
}

func TestGarbageClosesItsOwnConnectionAlone(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	b.served(func() {
		for _, bytes := range [][]byte{
			[]byte("GET / HTTP/1.1\r\n\r\n"), {0, 0, 0, 3, 1, 2, 3}, {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 0},
			protocol.Append(nil, &protocol.Ping{}), protocol.Append(nil, &protocol.Connected{ServerVersion: "x"}),
			{0, 0, 0, 8, 0, 0, 0, 4, 8, 99, 0x9a, 0x06},
		} {
			r := b.dial()
			_, err := r.socket.Write(bytes)
			require.NoError(t, err)
			r.closed()
		}
		for _, m := range []protocol.Body{
			&protocol.Flow{ConsumerID: 1}, &protocol.Connected{ServerVersion: "x"}, &protocol.Message{}, &protocol.SendReceipt{},
		} {
			r := b.connect()
			r.say(m)
			if _, answered := m.(protocol.Question); !answered {
				r.closed()
			}
		}
		r := b.connect()
		r.send(42, 0, 0, nil)
		r.closed()
	})
}

func TestHalfFramesCostNothing(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	b.served(func() {
		before := heap()
		const many = 200
		for range many {
			r := b.connect()
			var announce [4]byte
			binary.BigEndian.PutUint32(announce[:], protocol.MaxMessageSize)
			_, err := r.socket.Write(append(announce[:], 0, 0))
			require.NoError(t, err)
		}
		require.Eventually(t, func() bool { return b.Connections() >= many }, soon, time.Millisecond)
		require.Less(t, heap()-before, int64(many*64<<10), "a long frame that is announced takes no memory until it comes")
	})
}

// heap is the memory that is alive.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestSlowReadersHoldNobodyUp(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	b.served(func() {
		var slow []*raw
		for i := range uint64(20) {
			r := b.connect()
			s := newSubscribe(1, protocol.Exclusive)
			s.Subscription = string(rune('A' + i))
			r.accepted(s)
			r.say(&protocol.Flow{ConsumerID: 1, Permits: 1 << 31})
			slow = append(slow, r)
		}
		p := b.connect()
		p.accepted(newProducer(9, "fast"))
		before := heap()
		for i := range uint64(300) {
			p.sent(9, i, 1000, func(m *protocol.Metadata) {
				m.Properties = []protocol.Property{{Key: []byte("k"), Value: make([]byte, 90_000)}}
			})
		}
		used, _ := b.model.Memory()
		require.Less(t, heap()-before-used, int64(64<<20), "queues refer to what is stored")
		require.Less(t, b.queued.Load(), int64(21*(queueHigh+1<<20)))
		for _, r := range slow[:2] { // one that reads again gets the rest
			require.Len(t, r.messages(300), 300)
		}
	})
}

func TestAClientThatNeverReadsItsAnswersIsNotReadFrom(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	b.served(func() {
		r := b.connect()
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			var frames []byte
			for i := range 2000 {
				frames = protocol.Append(frames, &protocol.Lookup{Numbered: protocol.Numbered{RequestID: uint64(i)}, Topic: topic})
			}
			for {
				_ = r.socket.SetWriteDeadline(time.Now().Add(time.Second))
				if _, err := r.socket.Write(frames); err != nil {
					return
				}
			}
		}()
		<-stopped
		require.Less(t, b.queued.Load(), int64(queueMost+1<<20))
	})
}

func TestSilentConnectionsAreManyAndCheap(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	const many = 1000
	before := heap()
	var sockets []net.Conn
	defer func() {
		for _, s := range sockets {
			s.Close()
		}
	}()
	b.served(func() {
		for range many {
			s, err := net.Dial("tcp", b.listener.Addr().String())
			require.NoError(t, err)
			sockets = append(sockets, s)
		}
		require.Eventually(t, func() bool { return b.Connections() > many }, soon, time.Millisecond)
		require.Less(t, heap()-before, int64(many*24<<10))
	})
	b.mu.Lock()
	var all []*connection
	for c := range b.conns {
		all = append(all, c)
	}
	b.mu.Unlock()
	for range 2 {
		for _, c := range all {
			c.keepAlive()
		}
	}
	require.Eventually(t, func() bool { return b.Connections() <= 2 }, soon, time.Millisecond, "who does not greet is given up")
}

// TestADeadClientLosesItsPlace lets a client fall silent that has the only place at
// a subscription: another gets it after the broker has asked.
func TestADeadClientLosesItsPlace(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	dead, next := b.connect(), b.connect()
	dead.accepted(newSubscribe(1, protocol.Exclusive))
	began := time.Now()
	next.accepted(newSubscribe(2, protocol.Exclusive))
	require.GreaterOrEqual(t, time.Since(began), livenessTime)
	dead.closed()
}

func TestFaults(t *testing.T) {
	b := newBed(t, memory.Config{}, Options{})
	r := b.connect()
	r.accepted(newProducer(1, "p"))
	r.accepted(newSubscribe(1, protocol.Exclusive))
	r.say(&protocol.Flow{ConsumerID: 1, Permits: 1000})
	with := func(rule fault.Rule, test func()) {
		t.Helper()
		if rule.Share == 0 {
			rule.Share = 1
		}
		b.faults.Add(rule)
		test()
		b.faults.Clear()
	}
	with(fault.Rule{At: fault.Receipts, Delay: 200 * time.Millisecond}, func() {
		began := time.Now()
		r.send(1, 0, 0, nil)
		r.send(1, 1, 0, nil)
		require.Len(t, r.messages(2), 2)
		require.Less(t, time.Since(began), 150*time.Millisecond, "messages are not late")
		require.EqualValues(t, 0, expect[*protocol.SendReceipt](r).Sequence)
		require.EqualValues(t, 1, expect[*protocol.SendReceipt](r).Sequence)
		require.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond)
	})
	with(fault.Rule{At: fault.Send, Drop: true}, func() {
		r.send(1, 2, 0, nil)
		require.Nil(t, r.next(100*time.Millisecond))
	})
	with(fault.Rule{At: fault.Send, Refuse: true, Code: protocol.PersistenceError}, func() {
		r.send(1, 3, 0, nil)
		require.Equal(t, protocol.PersistenceError, expect[*protocol.SendError](r).Error)
	})
	with(fault.Rule{At: fault.Creates, Refuse: true, Code: protocol.ServiceNotReady}, func() {
		r.refused(protocol.ServiceNotReady, newProducer(2, "q"))
	})
	with(fault.Rule{At: fault.Send, Corrupt: true}, func() {
		r.send(1, 4, 0, nil)
		require.Equal(t, protocol.ChecksumError, expect[*protocol.SendError](r).Error)
	})
	with(fault.Rule{At: fault.Messages, Corrupt: true}, func() {
		r.send(1, 5, 0, nil)
		for {
			g := r.next(soon)
			require.NotNil(t, g)
			if _, ok := g.body.(*protocol.Message); ok {
				entry, err := protocol.ParseEntry(g.entry)
				require.NoError(t, err)
				require.False(t, entry.Verify())
				break
			}
		}
	})
	e, ok := b.model.Topic(topic).Entry(b.model.Topic(topic).LastPosition())
	require.True(t, ok)
	entry, err := protocol.ParseEntry(e.Data)
	require.NoError(t, err)
	require.True(t, entry.Verify(), "what is stored is not touched")
	with(fault.Rule{At: fault.All, Rate: 50_000}, func() {
		began := time.Now()
		r.sent(1, 6, 0, func(m *protocol.Metadata) {
			m.Properties = []protocol.Property{{Key: []byte("k"), Value: make([]byte, 20_000)}}
		})
		r.sent(1, 7, 0, nil)
		require.Greater(t, time.Since(began), 300*time.Millisecond)
	})
	require.Equal(t, 1, b.Disconnect())
	r.closed()
	other := b.connect()
	with(fault.Rule{At: fault.Lookups, Close: true, Until: time.Now().Add(time.Hour)}, func() {
		other.say(&protocol.Lookup{Topic: topic})
		other.closed()
	})
	require.Positive(t, b.faults.Hits())
}

// FuzzServer says anything to a server that holds a topic with a producer and a
// consumer. It must neither panic nor hang, and serve others on.
func FuzzServer(f *testing.F) {
	seed := func(all ...protocol.Body) {
		var frames []byte
		for _, m := range all {
			frames = protocol.Append(frames, m)
		}
		f.Add(frames, uint16(0))
	}
	seed(newProducer(1, "p"), newSubscribe(1, protocol.Shared), &protocol.Flow{ConsumerID: 1, Permits: 10}, &protocol.Redeliver{ConsumerID: 1, Epoch: protocol.NoEpoch})
	seed(newSubscribe(2, protocol.KeyShared), &protocol.Seek{ConsumerID: 2, PublishTime: 1}, &protocol.Unsubscribe{ConsumerID: 2})
	seed(&protocol.Ack{ConsumerID: 1, IDs: []protocol.MessageID{{Ledger: 1, AckSet: []uint64{1}}}}, &protocol.GetLastMessageID{ConsumerID: 1})
	seed(&protocol.WatchTopicList{Namespace: "public/default", Pattern: ".*"}, &protocol.GetTopics{Namespace: "public/default", Pattern: "("})
	seed(&protocol.GetOrCreateSchema{Topic: topic, Schema: protocol.Schema{Kind: 4, Data: []byte("{")}}, &protocol.GetSchema{Topic: topic})
	var builder protocol.Builder
	builder.Begin(nil, 0)
	copy(builder.ClaimPlain("k", 5), "alone")
	frame, _ := builder.Finish(&protocol.Send{ProducerID: 1, Sequence: 7}, &protocol.Metadata{ProducerName: []byte("p"), Batch: true, BatchSize: 1})
	f.Add(append(protocol.Append(nil, newProducer(1, "p")), frame...), uint16(3))
	model := memory.New(memory.Config{Memory: 16 << 20, BatchIndexAck: true})
	s, err := New(model, Options{})
	require.NoError(f, err)
	f.Cleanup(func() {
		s.Close()
		model.Close()
	})
	f.Fuzz(func(t *testing.T, bytes []byte, cut uint16) {
		ours, theirs := net.Pipe()
		s.Serve(theirs)
		var all sync.WaitGroup
		all.Go(func() {
			var buf [4 << 10]byte
			for {
				if _, err := ours.Read(buf[:]); err != nil {
					return
				}
			}
		})
		_ = ours.SetWriteDeadline(time.Now().Add(soon))
		greeting := protocol.Append(nil, &protocol.Connect{ClientVersion: "fuzz", ProtocolVersion: protocol.Version})
		_, err := ours.Write(greeting)
		require.NoError(t, err)
		at := int(cut) % (len(bytes) + 1)
		if _, err := ours.Write(bytes[:at]); err == nil {
			_, _ = ours.Write(bytes[at:]) // it may have been closed
		}
		if held := model.Topic(topic); held != nil {
			held.Stats()
			held.Internal()
		}
		ours.Close()
		all.Wait()
	})
}
