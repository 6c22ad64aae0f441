package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded"
	"pulsh/session/spec"
)

// TestAGroupThatMovesIsNotComparedWithItsOtherCluster starts groups on one cluster and then
// on another, whose counters are smaller: no topic was reloaded there.
func TestAGroupThatMovesIsNotComparedWithItsOtherCluster(t *testing.T) {
	onTwoClusters(t, func(t *testing.T, l *load, _ *embedded.Broker) {
		l.pair("eu", "fast", "sub1", 2000)
		l.until("messages", func() bool { return l.sub1().Received > 4000 && l.sub1().Broker.Messages > 4000 })
		require.NoError(t, l.Stop(l.soon(), "fast"))
		require.NoError(t, l.Stop(l.soon(), "sub1"))
		sender, err := l.ProducerGroup("fast")
		require.NoError(t, err)
		sender.Update(func(p *spec.Producer) { p.Cluster = "" })
		l.consumerGroup("sub1").Update(func(c *spec.Consumer) { c.Cluster = "" })
		require.NoError(t, l.Start(l.soon(), "sub1"))
		require.NoError(t, l.Start(l.soon(), "fast"))
		moved := time.Now()
		l.until("figures of the other cluster", func() bool { return l.sub1().Broker.At.After(moved.Add(2 * time.Second)) })
		require.Empty(t, notesAbout(l.Session, "reloaded"))
		require.Empty(t, notesAbout(l.Session, "undelivered"))
		require.Less(t, l.sub1().Broker.Messages, int64(40_000))
	})
}
