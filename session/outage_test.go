package session_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// outages are ways in which a cluster can be away, each with its end.
var outages = []struct {
	name       string
	begin, end func(v *inVirtual)
	movable    bool // the admin API answers
}{
	{"just killed", func(v *inVirtual) { v.cluster.Kill() }, func(v *inVirtual) { v.cluster.Restore() }, false},
	{"known to be dead", func(v *inVirtual) { v.cluster.Kill(); time.Sleep(5 * time.Second) }, func(v *inVirtual) { v.cluster.Restore() }, false},
	{"silent", func(v *inVirtual) { v.cluster.Stall(time.Minute) }, func(*inVirtual) { time.Sleep(time.Minute) }, false},
	{"refusing consumers", func(v *inVirtual) { v.cluster.Refuse(true) }, func(v *inVirtual) { v.cluster.Refuse(false) }, true},
}

// changes are commands that need other consumers.
var changes = []struct {
	name  string
	moves bool // the subscription, but not the settings
	do    func(ctx context.Context, v *inVirtual) error
}{
	{"seek", true, func(ctx context.Context, v *inVirtual) error {
		return v.consumerGroup("sub1").SeekTime(ctx, time.Now().Add(-time.Hour))
	}},
	{"rewind", true, func(ctx context.Context, v *inVirtual) error {
		_, err := v.consumerGroup("sub1").MoveBy(ctx, -100)
		return err
	}},
	{"set", false, func(ctx context.Context, v *inVirtual) error {
		settings, _ := v.Consumer("sub1")
		settings.Queue = 500
		_, err := v.SetConsumer(ctx, "sub1", settings)
		return err
	}},
}

// A command that cannot be done because the cluster is away changes nothing: the
// group keeps its state and its settings, and receives again with the others.
func TestACommandDuringAnOutageEndsNoGroup(t *testing.T) {
	for _, outage := range outages {
		for _, change := range changes {
			for _, paused := range []bool{false, true} {
				name := change.name + " while the cluster is " + outage.name
				if paused {
					name += ", paused"
				}
				t.Run(name, func(t *testing.T) {
					inVirtualTime(t, func(v *inVirtual) {
						t := v.t
						v.receive(func(s *spec.Consumer) { s.Workers = 2 })
						v.produce(1000, nil)
						time.Sleep(3 * time.Second)
						state := snapshot.Running
						if paused {
							require.NoError(t, v.Pause("sub1"))
							state = snapshot.Paused
						}
						before, _ := v.Consumer("sub1")
						outage.begin(v)
						err := change.do(t.Context(), v)
						if outage.movable && change.moves {
							require.NoError(t, err, "the subscription has been moved")
						} else {
							require.ErrorContains(t, err, "sub1")
							require.NotErrorIs(t, err, context.DeadlineExceeded, "it says more than that it took too long")
							var known *broker.Error
							require.ErrorAs(t, err, &known)
							require.NotEmpty(t, known.Try)
						}
						after, _ := v.Consumer("sub1")
						require.Equal(t, before, after)
						require.Equal(t, state, v.sub1().State, v.sub1().LastError)
						outage.end(v)
						time.Sleep(15 * time.Second)
						stats, err := v.Admin().Stats(t.Context(), "fast")
						require.NoError(t, err)
						require.Equal(t, 2, stats.Subscriptions["sub1"].Consumers)
						if paused {
							require.NoError(t, v.Resume("sub1"))
							time.Sleep(5 * time.Second)
						}
						require.Equal(t, snapshot.Running, v.sub1().State)
						require.InDelta(t, 1000, v.sub1().Consumer.Rate, 100, "it receives again")
						_, books := v.settle()
						require.Zero(t, books.Lost)
						require.Zero(t, books.Missing())
						require.LessOrEqual(t, books.Duplicated, uint64(50), "what was in flight at the kill is sent again and may be stored; a replay is none")
					})
				})
			}
		}
	}
}

// A group that cannot be changed can be stopped and started.
func TestAGroupThatLostItsConsumersToAnOutageCanBeStopped(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		ack, err := spec.ParseAck("delayed(1s)")
		require.NoError(t, err)
		v.receive(func(s *spec.Consumer) { s.Ack = ack })
		v.produce(1000, nil)
		time.Sleep(3 * time.Second)
		v.cluster.Refuse(true)
		v.cluster.Disconnect()
		time.Sleep(5 * time.Second) // several attempts to subscribe fail
		require.NoError(t, v.Stop(t.Context(), "sub1"))
		require.Equal(t, snapshot.Stopped, v.sub1().State)
		v.cluster.Refuse(false)
		require.NoError(t, v.Start(t.Context(), "sub1"))
		time.Sleep(3 * time.Second)
		_, books := v.settle()
		require.Zero(t, books.Missing())
	})
}
