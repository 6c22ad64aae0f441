package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/protocol"
	"pulsh/session/broker/wire/connect"
	"pulsh/session/metrics"
	"pulsh/session/payload"
)

// rig is an engine connected to a scripted broker.
type rig struct {
	*scriptedBroker
	engine *Engine
	shards *metrics.SendShards
	base   time.Time
	doubts []uint64
	ends   []error
	mu     sync.Mutex
}

func newRig(t *testing.T, change func(*connect.Options)) *rig {
	return rigAt(t, newScriptedBroker(t), change)
}

func rigAt(t *testing.T, s *scriptedBroker, change func(*connect.Options)) *rig {
	r := &rig{scriptedBroker: s, base: time.Now(), shards: metrics.NewSendShards(time.Now)}
	o := connect.Options{URL: s.url(), Clock: func() int64 { return int64(time.Since(r.base)) }}
	if change != nil {
		change(&o)
	}
	var err error
	r.engine, err = New(o)
	require.NoError(t, err)
	t.Cleanup(r.engine.Close)
	return r
}

func (r *rig) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) spec(change func(*broker.ProducerSpec)) broker.ProducerSpec {
	size, err := payload.FixedSize(100)
	require.NoError(r.t, err)
	spec := broker.ProducerSpec{
		Topic: "t", Name: "p", ID: 1, Batch: broker.Batch{Messages: 10, Bytes: 128 << 10, Delay: time.Millisecond},
		Pending: 100, Timeout: soon, Bodies: payload.Spec{Size: size}, Clock: r.engine.Clock, Base: r.base, Recorder: r.shards.Attach(),
		SendFailed: func(sequence uint64) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.doubts = append(r.doubts, sequence)
		},
		Ended: func(cause error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.ends = append(r.ends, cause)
		},
	}
	if change != nil {
		change(&spec)
	}
	return spec
}

func (r *rig) producer(change func(*broker.ProducerSpec)) *producer {
	p, err := r.engine.OpenProducer(r.within(), r.spec(change))
	require.NoError(r.t, err)
	return p.(*producer)
}

func (r *rig) counts() metrics.SendCounts {
	r.shards.Collect()
	return r.shards.Counts()
}

func (r *rig) answered(p broker.Producer) {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return p.InFlight() == 0 }, soon, time.Millisecond)
}

func TestEachMessageKeepsItsOwnTimes(t *testing.T) {
	r := newRig(t, nil)
	p := r.producer(func(s *broker.ProducerSpec) { s.Batch.Messages, s.Batch.Delay = 100, time.Hour })
	now := r.engine.Clock()
	for range 10 { // one batch of ten runs, due from 1 to 100 s ago
		dues := make([]int64, 10)
		for i := range dues {
			dues[i] = now - int64(100*time.Second) + int64(i)*int64(10*time.Second)
		}
		require.Equal(t, 10, p.Send(dues))
	}
	r.answered(p)
	counts := r.counts()
	require.EqualValues(t, 100, counts.Acked)
	require.EqualValues(t, 1, counts.Batches)
	latency := r.shards.Latency.Total()
	require.EqualValues(t, 100, latency.Count)
	require.InDelta(t, 55*time.Second, latency.Mean, float64(2*time.Second), "the mean of 10, 20 … 100 s")
	require.InDelta(t, 55*time.Second, r.shards.Lag.Total().Mean, float64(2*time.Second))
	require.Less(t, r.shards.Service.Total().Mean, time.Second)
	require.NoError(t, p.Close(r.within()))
	sends := commandsOf[*protocol.Send](r.scriptedBroker)
	require.Len(t, sends, 1)
	require.EqualValues(t, 100, sends[0].Messages)
	require.EqualValues(t, 99, sends[0].HighestSequence)
}

func TestEverythingUnansweredIsSentAgainWithItsNumbers(t *testing.T) {
	for name, breakIt := range map[string]func(r *rig, p *peer){
		"the connection breaks": func(r *rig, p *peer) { r.closeConnections() },
		"the broker closes it": func(r *rig, p *peer) {
			p.send(&protocol.CloseProducer{ProducerID: 1, Numbered: protocol.Numbered{RequestID: 1<<64 - 1}})
		},
		"the broker cannot store": func(r *rig, p *peer) {
			p.send(&protocol.SendError{ProducerID: 1, Sequence: 9, Error: protocol.PersistenceError, Message: "m"})
		},
		"a receipt is left out": func(r *rig, p *peer) { p.send(&protocol.SendReceipt{ProducerID: 1, Sequence: 10}) },
		"a frame that is none": func(r *rig, p *peer) {
			p.send(&protocol.SendReceipt{ProducerID: 1})
			p.socket.Write([]byte("HTTP/1.1 400"))
		},
		"the broker wants it to wait": func(r *rig, p *peer) {
			p.send(&protocol.Error{Numbered: protocol.Numbered{RequestID: 1<<64 - 1}, Error: protocol.ServiceNotReady})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			var at *peer
			r.on(protocol.TypeSend, func(p *peer, _ protocol.Body, _ []byte) bool {
				r.mu.Lock()
				defer r.mu.Unlock()
				at = p
				return true
			})
			p := r.producer(nil)
			require.Equal(t, 50, p.Send(r.dues(50)))
			awaitCommands[*protocol.Send](r.scriptedBroker, 5)
			r.on(protocol.TypeSend, nil)
			r.mu.Lock()
			peer := at
			r.mu.Unlock()
			breakIt(r, peer)
			r.answered(p)
			require.EqualValues(t, 50, r.counts().Acked)
			require.EqualValues(t, 50, p.Answered())
			var numbers []uint64
			for _, m := range commandsOf[*protocol.Send](r.scriptedBroker) {
				numbers = append(numbers, m.Sequence)
			}
			again := numbers[5:]
			require.Subset(t, []uint64{0, 10, 20, 30, 40}, again)
			require.EqualValues(t, 40, again[len(again)-1])
			producers := commandsOf[*protocol.Producer](r.scriptedBroker)
			require.Greater(t, len(producers), 1)
			require.Equal(t, producers[0].ProducerID, producers[1].ProducerID)
			require.Equal(t, producers[0].Epoch+1, producers[1].Epoch)
			require.NoError(t, p.Close(r.within()))
			require.Empty(t, r.doubts)
			require.Empty(t, r.ends)
		})
	}
}

func (r *rig) dues(n int) []int64 {
	dues := make([]int64, n)
	for i := range dues {
		dues[i] = r.engine.Clock()
	}
	return dues
}

func TestTheBrokerMaySayWhereToGo(t *testing.T) {
	r, other := newRig(t, nil), newScriptedBroker(t)
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.CloseProducer{ProducerID: m.(*protocol.Send).ProducerID, Numbered: protocol.Numbered{RequestID: 1<<64 - 1}, URL: other.url()})
		return true
	})
	p := r.producer(nil)
	require.Equal(t, 10, p.Send(r.dues(10)))
	r.answered(p)
	require.Len(t, commandsOf[*protocol.Lookup](r.scriptedBroker), 1, "nobody asks where it is")
	require.Empty(t, commandsOf[*protocol.Lookup](other))
	require.Len(t, commandsOf[*protocol.Send](other), 1)
	require.NoError(t, p.Close(r.within()))
}

func TestASilentBrokerLeavesMessagesInDoubt(t *testing.T) {
	r := newRig(t, nil)
	r.on(protocol.TypeSend, noAnswer)
	p := r.producer(func(s *broker.ProducerSpec) { s.Timeout = 200 * time.Millisecond })
	require.Equal(t, 15, p.Send(r.dues(15)))
	r.answered(p)
	failures := r.shards.Failures.List()
	require.Len(t, failures, 1)
	require.Equal(t, broker.Timeout, failures[0].Category)
	require.EqualValues(t, 15, failures[0].Count)
	require.ElementsMatch(t, upTo(15), r.doubts)
	sends := commandsOf[*protocol.Send](r.scriptedBroker)
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
		for _, late := range sends {
			p.send(receiptOf(late)) // too late: nothing may happen
		}
		p.send(receiptOf(m.(*protocol.Send)))
		return true
	})
	require.Equal(t, 10, p.Send(r.dues(10)))
	r.answered(p)
	require.EqualValues(t, 10, r.counts().Acked)
	require.NoError(t, p.Close(r.within()))
}

// TestReceiptsAroundTheTimeout lets receipts arrive just before and just after the
// timeout of their messages: each message is answered once, on both engines. With the
// timeout of the Go client itself the process ends.
func TestReceiptsAroundTheTimeout(t *testing.T) {
	for _, name := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const timeout = 200 * time.Millisecond
			s := newScriptedBroker(t)
			type late struct {
				p  *peer
				m  *protocol.Send
				at time.Time
			}
			queue := make(chan late, 100_000)
			defer close(queue)
			go func() { // ends with the channel
				for one := range queue {
					time.Sleep(time.Until(one.at))
					one.p.send(receiptOf(one.m))
				}
			}()
			s.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
				send := m.(*protocol.Send)
				delay := timeout - 30*time.Millisecond
				if send.Sequence/300%2 == 1 {
					delay += 60 * time.Millisecond
				}
				queue <- late{p, send, time.Now().Add(delay)}
				return true
			})
			r := rigAt(t, s, nil)
			engine := open(t, name, s.url(), r.engine.Clock)
			p, err := engine.OpenProducer(r.within(), r.spec(func(s *broker.ProducerSpec) {
				s.Timeout, s.Pending, s.Batch.Messages = timeout, 5000, 1
			}))
			require.NoError(t, err)
			sent := 0
			for range 300 {
				sent += p.Send(r.dues(20))
				time.Sleep(5 * time.Millisecond)
			}
			r.answered(p)
			require.Eventually(t, func() bool {
				failed := int64(0)
				for _, f := range r.shards.Failures.List() {
					require.Equal(t, broker.Timeout, f.Category)
					failed += f.Count
				}
				return r.counts().Acked+failed == int64(sent) && failed > 0 && r.counts().Acked > 0
			}, 10*time.Second, 10*time.Millisecond)
			r.mu.Lock()
			require.EqualValues(t, int64(sent)-r.counts().Acked, len(r.doubts), "each message that failed is in doubt")
			r.mu.Unlock()
			require.NoError(t, p.Close(r.within()))
		})
	}
}

func TestWhatABrokerRefuses(t *testing.T) {
	for code, want := range map[protocol.ServerError]struct {
		failed   int // of three batches of ten, the first of which is refused
		category broker.Category
		ends     bool
	}{
		protocol.NotAllowedError:               {10, broker.Other, false},
		protocol.ProducerBlockedQuotaException: {30, broker.BacklogFull, false},
		protocol.TopicTerminatedError:          {30, broker.TopicTerminated, true},
		protocol.AuthorizationError:            {30, broker.NotAuthorised, true},
		protocol.ProducerFenced:                {30, broker.Busy, true},
		protocol.ChecksumError:                 {0, broker.Other, false},
	} {
		t.Run(code.String(), func(t *testing.T) {
			r := newRig(t, nil)
			r.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
				if m.(*protocol.Send).Sequence == 20 {
					r.on(protocol.TypeSend, nil)
					p.send(&protocol.SendError{ProducerID: 1, Sequence: 9, Error: code, Message: "no"})
					if code == protocol.NotAllowedError {
						p.send(&protocol.SendReceipt{ProducerID: 1, Sequence: 10}, &protocol.SendReceipt{ProducerID: 1, Sequence: 20})
					}
				}
				return true
			})
			p := r.producer(nil)
			require.Equal(t, 30, p.Send(r.dues(30)))
			r.answered(p)
			counts := r.counts()
			require.EqualValues(t, want.failed, counts.Failed)
			require.EqualValues(t, 30-want.failed, counts.Acked)
			if want.failed > 0 {
				require.Equal(t, want.category, r.shards.Failures.List()[0].Category)
			}
			if want.ends {
				require.Eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.ends) == 1 }, soon, time.Millisecond)
				require.Equal(t, want.category, broker.Classify(r.ends[0]))
				sending := make(chan int)
				go func() { sending <- p.Send(r.dues(1)) }() // ends below, by Release
				require.Never(t, func() bool { return len(sending) > 0 }, 50*time.Millisecond, 10*time.Millisecond)
				p.Release()
				require.Zero(t, <-sending, "there is no room in what has ended")
			} else {
				require.Equal(t, 10, p.Send(r.dues(10)))
				r.answered(p)
				require.EqualValues(t, 40-want.failed, r.counts().Acked)
			}
			require.NoError(t, p.Close(r.within()))
		})
	}
}

func TestNothingIsForgottenWhenAProducerEndsUnderItsSenders(t *testing.T) {
	r := newRig(t, nil)
	p := r.producer(func(s *broker.ProducerSpec) { s.Pending = 1000 })
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for p.Send(r.dues(7)) == 7 {
			}
		})
	}
	awaitCommands[*protocol.Send](r.scriptedBroker, 20)
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.SendError{ProducerID: 1, Sequence: m.(*protocol.Send).Sequence, Error: protocol.TopicTerminatedError, Message: "over"})
		return true
	})
	require.Eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.ends) == 1 }, soon, time.Millisecond)
	p.Release()
	all.Wait()
	r.answered(p)
	counts := r.counts()
	require.Greater(t, counts.Failed, int64(0))
	require.Equal(t, counts.Sent, counts.Acked+counts.Failed)
	require.Len(t, r.doubts, int(counts.Failed))
	require.NoError(t, p.Close(r.within()))
}

func TestATopicThatIsGoneOnReconnectEndsTheProducer(t *testing.T) {
	r := newRig(t, nil)
	r.on(protocol.TypeSend, noAnswer)
	p := r.producer(nil)
	require.Equal(t, 20, p.Send(r.dues(20)))
	awaitCommands[*protocol.Send](r.scriptedBroker, 2)
	r.on(protocol.TypeProducer, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.Error{Numbered: m.(*protocol.Producer).Numbered, Error: protocol.TopicTerminatedError, Message: "over"})
		return true
	})
	r.closeConnections()
	r.answered(p)
	require.EqualValues(t, 20, r.counts().Failed)
	require.Eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.ends) == 1 }, soon, time.Millisecond)
	require.EqualError(t, r.ends[0], "topic t is terminated and accepts no more messages")
	require.NoError(t, p.Close(r.within()))
}

func TestRoomIsBoundedAndReleased(t *testing.T) {
	r := newRig(t, nil)
	r.on(protocol.TypeSend, noAnswer)
	p := r.producer(nil)
	sending := make(chan int)
	go func() { sending <- p.Send(r.dues(1000)) }() // ends below, by Release
	require.Eventually(t, func() bool { return p.InFlight() == 100 }, soon, time.Millisecond)
	p.Release()
	require.Equal(t, 100, <-sending)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.Error(t, p.Close(ctx), "what is in flight cannot be flushed")
	require.Equal(t, 100, p.InFlight())
}

func TestKeysGoWhereTheJavaClientSendsThem(t *testing.T) {
	r := newRig(t, nil)
	r.on(protocol.TypePartitionedMetadata, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.PartitionedMetadataAnswer{Numbered: m.(*protocol.PartitionedMetadata).Numbered, Partitions: 5, Error: protocol.NoError})
		return true
	})
	var mu sync.Mutex
	seen := map[uint64][]string{} // keys by producer
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, rest []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		send := m.(*protocol.Send)
		e, err := protocol.ParseEntry(rest)
		if err == nil && e.Verify() {
			var single protocol.Single
			for left := e.Payload; len(left) > 0; {
				if _, left, err = protocol.NextInBatch(left, &single); err != nil {
					break
				}
				seen[send.ProducerID] = append(seen[send.ProducerID], string(single.PartitionKey))
			}
		}
		return false
	})
	keys, err := payload.ParseKeys("100")
	require.NoError(t, err)
	p := r.producer(func(s *broker.ProducerSpec) { s.Keys, s.Pending = payload.NewKeyTable(keys), 10_000 })
	require.Equal(t, 5000, p.Send(r.dues(5000)))
	r.answered(p)
	topics := map[uint64]string{}
	for _, m := range commandsOf[*protocol.Producer](r.scriptedBroker) {
		topics[m.ProducerID] = m.Topic
	}
	require.Len(t, topics, 5)
	n := 0
	for id, all := range seen {
		for _, key := range all {
			require.Equal(t, protocol.PartitionName("persistent://public/default/t", protocol.JavaString.Partition(key, 5)), topics[id], key)
			n++
		}
	}
	require.Equal(t, 5000, n)

	r.on(protocol.TypePartitionedMetadata, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.PartitionedMetadataAnswer{Numbered: m.(*protocol.PartitionedMetadata).Numbered, Partitions: 7, Error: protocol.NoError})
		return true
	})
	p.grow("persistent://public/default/t")
	require.Len(t, *p.parts.Load(), 7, "partitions that are new are used")
	require.NoError(t, p.Close(r.within()))
}

func TestBatchesByKeyHoldOneKeyEach(t *testing.T) {
	r := newRig(t, nil)
	var mu sync.Mutex
	batches := 0
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, rest []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		e, err := protocol.ParseEntry(rest)
		var meta protocol.Metadata
		if err != nil || meta.Decode(e.Metadata) != nil {
			return false
		}
		var single protocol.Single
		for left := e.Payload; len(left) > 0; {
			if _, left, err = protocol.NextInBatch(left, &single); err != nil || string(single.PartitionKey) != string(meta.PartitionKey) {
				return true // it will be missed
			}
		}
		batches++
		return false
	})
	keys, err := payload.ParseKeys("5")
	require.NoError(t, err)
	p := r.producer(func(s *broker.ProducerSpec) {
		s.Keys, s.Batch.ByKey, s.Batch.Messages, s.Pending = payload.NewKeyTable(keys), true, 100, 1000
	})
	require.Equal(t, 1000, p.Send(r.dues(1000)))
	r.answered(p)
	mu.Lock()
	require.GreaterOrEqual(t, batches, 50, "five for each hundred")
	require.LessOrEqual(t, batches, 60)
	mu.Unlock()
	require.NoError(t, p.Close(r.within()))
}

func TestAMixedBatchHasTheKeyOfItsFirstMessage(t *testing.T) {
	r := newRig(t, nil)
	checked := make(chan bool, 1)
	r.on(protocol.TypeSend, func(p *peer, m protocol.Body, rest []byte) bool {
		e, err := protocol.ParseEntry(rest)
		var meta protocol.Metadata
		var single protocol.Single
		same := err == nil && meta.Decode(e.Metadata) == nil
		if same {
			_, _, err = protocol.NextInBatch(e.Payload, &single)
		}
		checked <- same && err == nil && len(meta.PartitionKey) > 0 && string(meta.PartitionKey) == string(single.PartitionKey)
		return false
	})
	keys, err := payload.ParseKeys("50")
	require.NoError(t, err)
	p := r.producer(func(s *broker.ProducerSpec) {
		s.Keys, s.Batch.Messages, s.Batch.Delay = payload.NewKeyTable(keys), 20, time.Hour
	})
	require.Equal(t, 20, p.Send(r.dues(20)))
	require.True(t, <-checked)
	require.NoError(t, p.Close(r.within()))
}

func TestMessagesThatAreTooLargeFailAlone(t *testing.T) {
	r := newRig(t, nil)
	r.onGreet(func(p *peer, m *protocol.Connect) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.c.Accept(2000, protocol.Version)
		return true
	})
	p := r.producer(func(s *broker.ProducerSpec) {
		s.Bodies.Size, _ = payload.ParseSize("1000..3000")
		s.Bodies.Kind = payload.RandomKind
	})
	require.Equal(t, 100, p.Send(r.dues(100)))
	r.answered(p)
	counts := r.counts()
	require.EqualValues(t, 100, counts.Acked+counts.Failed)
	require.Greater(t, counts.Failed, int64(30))
	require.Greater(t, counts.Acked, int64(20))
	require.Equal(t, broker.TooLarge, r.shards.Failures.List()[0].Category)
	require.NoError(t, p.Close(r.within()))
}

func TestAThousandProducersShareAConnection(t *testing.T) {
	r := newRig(t, nil)
	all := make([]broker.Producer, 1000)
	var opening sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range all {
		slots <- struct{}{}
		opening.Go(func() {
			defer func() { <-slots }()
			spec := r.spec(func(s *broker.ProducerSpec) { s.Name, s.Pending = fmt.Sprint("p", i), 10 })
			p, err := r.engine.OpenProducer(r.within(), spec)
			require.NoError(t, err)
			all[i] = p
		})
	}
	opening.Wait()
	require.Len(t, r.peers, 1)
	for _, p := range all {
		require.Equal(t, 5, p.Send(r.dues(5)))
	}
	for _, p := range all {
		require.NoError(t, p.Close(r.within()))
	}
	require.EqualValues(t, 5000, r.counts().Acked)
	require.Len(t, commandsOf[*protocol.CloseProducer](r.scriptedBroker), 1000)
}

func TestHowAClusterIsEntered(t *testing.T) {
	secret := "first"
	r := newRig(t, func(o *connect.Options) {
		o.Auth, o.Tuning.Listener = connect.Token(func() (string, error) { return secret, nil }), "outside"
	})
	p := r.producer(nil)
	via := commandsOf[*protocol.Connect](r.scriptedBroker)[0]
	require.Equal(t, "token", via.AuthMethod)
	require.Equal(t, "first", string(via.AuthData))
	require.EqualValues(t, protocol.Version, via.ProtocolVersion)
	require.True(t, via.Flags.AuthRefresh)
	require.Equal(t, "outside", commandsOf[*protocol.Lookup](r.scriptedBroker)[0].Listener)
	secret = "second"
	r.scriptedBroker.mu.Lock()
	at := r.peers[0]
	r.scriptedBroker.mu.Unlock()
	at.send(&protocol.AuthChallenge{Challenge: &protocol.AuthData{Method: "token", Data: []byte("PulsarAuthRefresh")}})
	require.Equal(t, "second", string(awaitCommands[*protocol.AuthResponse](r.scriptedBroker, 1)[0].Response.Data))
	require.NoError(t, p.Close(r.within()))

	r = newRig(t, func(o *connect.Options) { o.Auth = connect.Basic("user", "word") })
	require.NoError(t, r.producer(nil).Close(r.within()))
	require.Equal(t, "user:word", string(commandsOf[*protocol.Connect](r.scriptedBroker)[0].AuthData))
	r = newRig(t, func(o *connect.Options) { o.Auth = connect.Certificate() })
	require.NoError(t, r.producer(nil).Close(r.within()))
	require.Equal(t, "tls", commandsOf[*protocol.Connect](r.scriptedBroker)[0].AuthMethod)
}

func TestLookupsLeadFromBrokerToBroker(t *testing.T) {
	a, b, c := newScriptedBroker(t), newScriptedBroker(t), newScriptedBroker(t)
	a.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: b.url(), Response: protocol.LookupRedirect, Authoritative: true, Error: protocol.NoError})
		return true
	})
	b.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: c.url(), Response: protocol.LookupConnect, Error: protocol.NoError})
		return true
	})
	r := rigAt(t, a, nil)
	p := r.producer(nil)
	require.True(t, commandsOf[*protocol.Lookup](b)[0].Authoritative)
	require.Len(t, commandsOf[*protocol.Producer](c), 1)
	require.NoError(t, p.Close(r.within()))

	b.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: b.url(), Response: protocol.LookupRedirect, Error: protocol.NoError})
		return true
	})
	_, err := r.engine.OpenProducer(r.within(), r.spec(nil))
	require.ErrorContains(t, err, "without an end")
}

func TestAProxyLeadsToItsBrokers(t *testing.T) {
	r := newRig(t, nil)
	r.on(protocol.TypeLookup, func(p *peer, m protocol.Body, _ []byte) bool {
		p.send(&protocol.LookupAnswer{Numbered: m.(*protocol.Lookup).Numbered, URL: "pulsar://broker-7:6650", Response: protocol.LookupConnect, Proxied: true, Error: protocol.NoError})
		return true
	})
	p := r.producer(nil)
	connects := commandsOf[*protocol.Connect](r.scriptedBroker)
	require.Len(t, connects, 2)
	require.Empty(t, connects[0].ProxyToBroker)
	require.Equal(t, "broker-7:6650", connects[1].ProxyToBroker)
	require.NoError(t, p.Close(r.within()))
}

func TestSeveralHostsAreTriedInTurn(t *testing.T) {
	r := newRig(t, func(o *connect.Options) { o.URL = "pulsar://127.0.0.1:1," + o.URL[len("pulsar://"):] })
	require.NoError(t, r.producer(nil).Close(r.within()))
}

// answers is a server that sends the same bytes to everybody.
func answers(t *testing.T, text string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Write([]byte(text))
			defer c.Close()
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return l.Addr().String()
}

func TestWhatCannotBeReachedIsASentence(t *testing.T) {
	web, secure := answers(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), answers(t, "\x15\x03\x01\x00\x02\x02\x46\x00") // an alert of TLS
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { mute.Close() })
	refuses := newScriptedBroker(t)
	refuses.onGreet(func(p *peer, _ *protocol.Connect) bool {
		p.send(&protocol.Error{Numbered: protocol.Numbered{RequestID: 1<<64 - 1}, Error: protocol.AuthenticationError, Message: "token is expired"})
		return true
	})
	for _, c := range []struct {
		url      string
		category broker.Category
		says     string
	}{
		{"pulsar://127.0.0.1:1", broker.Disconnected, "the broker cannot be reached"},
		{"pulsar://no.such.host.invalid:6650", broker.Disconnected, "the broker cannot be reached"},
		{"pulsar://" + web, broker.Other, "answers in HTTP: it is a port for admin requests, not for messages"},
		{"pulsar+ssl://" + web, broker.Disconnected, "does not speak TLS; without it the URL begins with pulsar://"},
		{"pulsar://" + secure, broker.Disconnected, "speaks TLS; its URL begins with pulsar+ssl://"},
		{"pulsar://" + mute.Addr().String(), broker.Timeout, "the broker does not answer"},
		{refuses.url(), broker.NotAuthorised, "not authorised for topic t"},
	} {
		t.Run(c.url, func(t *testing.T) {
			e, err := New(connect.Options{URL: c.url, Clock: func() int64 { return 0 }})
			require.NoError(t, err)
			defer e.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err = e.Partitions(ctx, "t")
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "failed")
			var said *broker.Error
			require.True(t, errors.As(err, &said))
			require.Equal(t, c.category, said.Category)
		})
	}
	for _, url := range []string{"http://x", "pulsar://", "pulsar://a,,b", "x"} {
		_, err := New(connect.Options{URL: url})
		require.ErrorContains(t, err, "no address of a Pulsar")
	}
	a, err := connect.ParseAddress("pulsar+ssl://one,two:7000/,[::1]")
	require.NoError(t, err)
	require.Equal(t, connect.Address{Secure: true, Hosts: []string{"one:6651", "two:7000"}}, connect.Address{Secure: a.Secure, Hosts: a.Hosts[:2]})
}
