package snapshot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/snapshot"
)

// TestConditionsInWords reads the two conditions about a whole group.
func TestConditionsInWords(t *testing.T) {
	at := func(idle time.Duration, backlog int64) *snapshot.Snapshot {
		return &snapshot.Snapshot{Groups: []snapshot.Group{{Name: "sub1", Kind: snapshot.Consume, Idle: idle,
			Consumer: &snapshot.Consumer{Backlog: snapshot.Backlog{Known: true, Messages: backlog}}}}}
	}
	idle, err := snapshot.ParseCondition("sub1 idle 10s")
	require.NoError(t, err)
	require.False(t, idle.Holds(at(9*time.Second, 0)))
	require.True(t, idle.Holds(at(10*time.Second, 5)))
	empty, err := snapshot.ParseCondition("sub1 empty and sub1.backlog<9")
	require.NoError(t, err)
	require.False(t, empty.Holds(at(time.Second, 0)), "the count may be older than the last message")
	require.False(t, empty.Holds(at(time.Minute, 1)))
	require.True(t, empty.Holds(at(2*time.Second, 0)))
	again, err := snapshot.ParseCondition(empty.String())
	require.NoError(t, err)
	require.Equal(t, empty, again)
	for _, wrong := range []string{"sub1 idle", "sub1 idle soon", "idle 10s", "sub1 full", "empty"} {
		_, err := snapshot.ParseCondition(wrong)
		require.Error(t, err, wrong)
	}
}
