package coordinator

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

// The last answer may come as the time ends. The coordinator is not asked then, and what it was
// not asked to commit is not committed.
func TestWhatWasNotAskedForIsNotCommitted(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late := &Transaction{ended: make(chan struct{})}
	err := late.Commit(ended)
	require.Error(t, err)
	require.Equal(t, broker.Timeout, broker.Classify(err))
	require.False(t, late.Committed(t.Context()))

	aborted := &Transaction{ended: make(chan struct{})}
	require.NoError(t, aborted.Abort(ended), "the coordinator does so by itself")
	require.False(t, aborted.Committed(t.Context()))
}
