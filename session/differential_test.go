package session_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/broker"
	"pulsh/session/broker/admin"
	"pulsh/session/broker/embedded"
	"pulsh/session/broker/memory/fault"
	"pulsh/session/broker/protocol"
	"pulsh/session/dial"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// operation is one step of a recorded sequence: what a user does, or what goes wrong.
type operation struct {
	name string
	do   func(tr *trial)
	// again says that messages may be stored or delivered a second time; how many
	// depends on the instant of the fault.
	again bool
}

// trial is a sequence on one engine and a broker of its own.
type trial struct {
	*load
	broker  *embedded.Broker
	stored  int64 // messages so far
	earlier int64 // messages of the periods before
	sent    spec.Producer
	again   bool // an operation before or this one was so
	events  []string
}

// outcome is what must be the same on both engines.
func (tr *trial) outcome(op operation) string {
	p, c := tr.group("fast"), tr.group("sub1")
	d := c.Consumer.Delivery
	text := fmt.Sprintf("%s: fast %s sent=%d acked=%d failed=%d unknown=%d producers=%d connections=%d; sub1 %s consumers=%d connections=%d unique=%d missing=%d outside=%d order=%d period=%d",
		op.name, p.State, p.Producer.Sent, p.Producer.Acked, p.Producer.Failed, p.Producer.Unknown, p.Producer.Producers, p.Connections,
		c.State, c.Consumer.Consumers, c.Connections, d.Unique(), d.Missing(), d.OutsideWindow, d.OutOfOrder, d.Period)
	if !tr.again {
		text += fmt.Sprintf(" duplicated=%d redelivered=%d received=%d", d.Duplicated, d.Redelivered, c.Consumer.Received)
	}
	return text
}

// run does a step, waits until everything has arrived, and notes the outcome.
func (tr *trial) run(op operation) {
	op.do(tr)
	tr.again = tr.again || op.again
	tr.broker.Faults.Clear()
	arrived := func() bool {
		c := tr.sub1()
		return int64(c.Delivery.Unique()) == tr.earlier+tr.stored && c.Delivery.Missing() == 0 && c.InFlight == 0 && tr.group("sub1").Connections > 0
	}
	for begin := time.Now(); !arrived(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > soon {
			require.FailNow(tr.t, "not all arrives", "%d stored; %s after %q", tr.stored, tr.outcome(op), tr.events)
		}
	}
	tr.sampled(time.Now().Add(2 * metrics.SampleEvery)) // what comes twice has come
	tr.events = append(tr.events, tr.outcome(op))
}

// sampled waits for a sample that was taken after an instant.
func (tr *trial) sampled(after time.Time) {
	tr.until("a sample", func() bool { return tr.Snapshot().At.After(after) })
}

// send sends n messages with a change of the settings, and something that goes wrong
// meanwhile.
func (tr *trial) send(n int64, change func(*spec.Producer), wrong func()) {
	if change != nil {
		change(&tr.sent)
	}
	tr.sent.Count = n
	_, err := tr.SetProducer(tr.soon(), "fast", tr.sent)
	require.NoError(tr.t, err)
	before := *tr.fast() // figures go on with each start
	require.NoError(tr.t, tr.Start(tr.soon(), "fast"))
	tr.sampled(time.Now())
	if wrong != nil {
		tr.until("some are sent", func() bool { return tr.fast().Acked > before.Acked+n/10 || tr.group("fast").State == snapshot.Done })
		wrong()
	}
	tr.until("the end of the group", func() bool {
		g := tr.group("fast")
		return g.State == snapshot.Done && g.Producer.Sent == before.Sent+n && g.Producer.Acked+g.Producer.Failed == before.Acked+before.Failed+n
	})
	tr.stored += tr.fast().Acked - before.Acked
}

func (tr *trial) setConsumer(change func(*spec.Consumer)) {
	c, _ := tr.Consumer("sub1")
	change(&c)
	_, err := tr.SetConsumer(tr.soon(), "sub1", c)
	require.NoError(tr.t, err)
}

// operations returns all steps that a sequence is made of.
func operations() []operation {
	send := func(name string, change func(*spec.Producer)) operation {
		return operation{name: name, do: func(tr *trial) { tr.send(400, change, nil) }}
	}
	under := func(name string, wrong func(*trial)) operation {
		return operation{name: name, again: true, do: func(tr *trial) { tr.send(1000, nil, func() { wrong(tr) }) }}
	}
	return []operation{
		send("batches", func(p *spec.Producer) { p.Batch = 100 }),
		send("one message a batch", func(p *spec.Producer) { p.Batch = 1 }),
		send("zstd and sizes", func(p *spec.Producer) {
			p.Compression = "zstd"
			p.Size, _ = payload.ParseSize("40..2KiB")
		}),
		send("keys", func(p *spec.Producer) { p.Keys, _ = payload.ParseKeys("50") }),
		send("three producers on two connections", func(p *spec.Producer) { p.Workers, p.Producers, p.Connections = 3, 3, 2 }),
		send("one producer", func(p *spec.Producer) { p.Workers, p.Producers, p.Connections = 1, 1, 1 }),
		{name: "disconnect at rest", do: func(tr *trial) {
			tr.broker.Disconnect()
			tr.until("the consumer is back", func() bool {
				stats, err := tr.admin.Stats(tr.soon(), tr.topic)
				return err == nil && stats.Subscriptions["sub1"].Consumers > 0 && tr.group("sub1").Connections > 0
			})
			tr.send(100, nil, nil)
		}},
		{name: "unload at rest", do: func(tr *trial) {
			require.NoError(tr.t, tr.admin.Unload(tr.soon(), tr.topic))
			tr.send(100, nil, nil)
		}},
		{name: "begin again", do: func(tr *trial) {
			tr.earlier += tr.stored
			require.NoError(tr.t, tr.consumerGroup("sub1").SeekTime(tr.soon(), time.Unix(1, 0)))
		}},
		{name: "a longer queue", do: func(tr *trial) {
			tr.setConsumer(func(c *spec.Consumer) { c.Queue = 3000 - c.Queue })
			tr.send(100, nil, nil)
		}},
		{name: "stop and start", do: func(tr *trial) {
			require.NoError(tr.t, tr.Stop(tr.soon(), "sub1"))
			require.NoError(tr.t, tr.Start(tr.soon(), "sub1"))
			tr.send(100, nil, nil)
		}},
		{name: "slow receipts", do: func(tr *trial) {
			tr.broker.Faults.Add(fault.Rule{At: fault.Receipts, Share: 1, Delay: 3 * time.Millisecond})
			tr.send(300, nil, nil)
		}},
		{name: "slow lookups", do: func(tr *trial) {
			tr.broker.Faults.Add(fault.Rule{At: fault.Lookups, Share: 1, Delay: 20 * time.Millisecond})
			tr.send(100, nil, nil)
		}},
		under("disconnect under load", func(tr *trial) { tr.broker.Disconnect() }),
		under("unload under load", func(tr *trial) { require.NoError(tr.t, tr.admin.Unload(tr.soon(), tr.topic)) }),
		under("connections close at sends", func(tr *trial) {
			tr.broker.Faults.Add(fault.Rule{At: fault.Send, Share: 1, Close: true, Until: time.Now().Add(100 * time.Millisecond)})
		}),
		under("no producer may be created for a while", func(tr *trial) {
			tr.broker.Faults.Add(fault.Rule{At: fault.Creates, Share: 1, Refuse: true, Code: protocol.ServiceNotReady, Until: time.Now().Add(300 * time.Millisecond)})
			tr.broker.Disconnect()
		}),
	}
}

// try runs a sequence on an engine.
func try(t *testing.T, engine broker.Engine, sequence []operation) []string {
	own, err := embedded.Start(embedded.Config{})
	require.NoError(t, err)
	defer own.Close()
	l := &load{Session: session.New(dial.Cluster), t: t, topic: "recorded"}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		l.Close(ctx)
	}()
	preferences := l.Preferences()
	preferences.Engine = engine
	require.NoError(t, l.SetPreferences(preferences))
	require.NoError(t, l.Connect(l.soon(), broker.Target{URL: own.URL(), AdminURL: own.AdminURL()}))
	l.admin = l.Admin().(*admin.Admin)
	tr := &trial{load: l, broker: own, sent: spec.DefaultProducer("fast")}
	tr.sent.Topic, tr.sent.Rate, tr.sent.Workers = l.topic, pacing.Hold(5000), 1
	l.consume(func(c *spec.Consumer) { c.Type = broker.Exclusive })
	require.NoError(t, l.AddProducer("fast", tr.sent))
	for _, op := range sequence {
		tr.run(op)
	}
	return tr.events
}

// TestBothEnginesMakeTheSameOfASequence runs sequences of operations and faults on
// either engine, each with a broker of its own: states, counts and the delivery audit
// are the same after every step.
func TestBothEnginesMakeTheSameOfASequence(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 13))
			shuffled := func(list []operation) []operation {
				random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				return list
			}
			all := shuffled(slices.DeleteFunc(operations(), func(op operation) bool { return op.again }))
			all = append(all, shuffled(operations())[:10]...)
			client, wire := try(t, broker.ClientEngine, all), try(t, broker.WireEngine, all)
			require.Len(t, client, len(all))
			require.Equal(t, client, wire)
		})
	}
}
