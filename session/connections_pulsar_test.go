package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// TestGroupsHaveAsManyConnectionsAsTheyAreSetTo counts the connections before, after and
// between changes under load, through which no message is lost or doubled.
func TestGroupsHaveAsManyConnectionsAsTheyAreSetTo(t *testing.T) {
	onEachEngine(t, func(t *testing.T, l *load) {
		l.consume(func(c *spec.Consumer) { c.Workers = 3 })
		l.produce(func(p *spec.Producer) { p.Workers, p.Producers = 6, spec.ProducersEach })
		connections := func(group string, n int) {
			t.Helper()
			l.until("connections", func() bool { return l.group(group).Connections == n })
			l.acked(500)
		}
		connections("fast", 1)
		connections("sub1", 1)
		set := func(change func(*spec.Sharing)) {
			t.Helper()
			p, _ := l.Producer("fast")
			change(&p.Sharing)
			rebuild, err := l.SetProducer(l.soon(), "fast", p)
			require.NoError(t, err)
			require.True(t, rebuild.Done)
			c, _ := l.Consumer("sub1")
			change(&c.Sharing)
			_, err = l.SetConsumer(l.soon(), "sub1", c)
			require.NoError(t, err)
		}
		set(func(s *spec.Sharing) { s.Connections = 2 })
		connections("fast", 2)
		connections("sub1", 2)
		set(func(s *spec.Sharing) { s.Connections, s.Isolated = 1, true })
		connections("fast", 6)
		connections("sub1", 3)
		set(func(s *spec.Sharing) { s.Isolated = false })
		connections("fast", 1)
		connections("sub1", 1)
		l.clean()
		l.until("the connections of a group that has stopped", func() bool { return l.group("fast").Connections == 0 })
		require.Equal(t, snapshot.Stopped, l.group("fast").State)
	})
}

func TestAThousandProducersOnEightConnections(t *testing.T) {
	l := newLoad(t)
	l.consume(nil)
	l.produce(func(p *spec.Producer) {
		p.Engine, p.Workers, p.Producers, p.Connections = "wire", 1000, spec.ProducersEach, 8
	})
	l.acked(5000)
	g := l.group("fast")
	require.Equal(t, 8, g.Connections)
	require.Equal(t, 1000, g.Producer.Producers)
	l.clean()
}
