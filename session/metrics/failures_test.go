package metrics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
	"pulsh/session/metrics"
)

// A trouble with which no message has failed is listed, and adds nothing to the sum.
func TestATroubleIsNoFailure(t *testing.T) {
	f := metrics.NewFailures(time.Now)
	f.Add(0, broker.Moved, "the topic was reloaded")
	f.Add(2, broker.Timeout, "no receipt")
	f.Add(0, broker.Timeout, "again")
	list := f.List()
	require.Len(t, list, 2)
	require.Equal(t, int64(2), list[0].Count)
	require.Equal(t, "no receipt", list[0].First.Text)
	require.Equal(t, "again", list[0].Last.Text)
	require.Zero(t, list[1].Count)
	f.Reset()
	require.Empty(t, f.List())
}
