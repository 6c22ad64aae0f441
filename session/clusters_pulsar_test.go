package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/broker/embedded"
)

// besideAPulsar adds a broker in memory to a session on a real Pulsar.
func (l *load) besideAPulsar() {
	eu, err := embedded.Start(embedded.Config{})
	require.NoError(l.t, err)
	l.t.Cleanup(eu.Close)
	require.NoError(l.t, l.Clusters.Add(l.soon(), "eu", broker.Target{URL: eu.URL(), AdminURL: eu.AdminURL()}, false))
}

// TestARealPulsarBesideAnotherCluster has topics and subscriptions of the same names on
// both.
func TestARealPulsarBesideAnotherCluster(t *testing.T) {
	onEachEngine(t, func(_ *testing.T, l *load) {
		l.besideAPulsar()
		l.twoTopics()
	})
}

// TestACursorMovesOnARealPulsarOnly is TestACursorMovesOnItsOwnClusterOnly beside one.
func TestACursorMovesOnARealPulsarOnly(t *testing.T) {
	onEachEngine(t, func(_ *testing.T, l *load) {
		l.besideAPulsar()
		l.twoCursors()
	})
}

// TestReplicationFromARealPulsarIsMeasured copies from a real Pulsar.
func TestReplicationFromARealPulsarIsMeasured(t *testing.T) {
	onEachEngine(t, func(_ *testing.T, l *load) {
		l.besideAPulsar()
		l.replicated()
	})
}
