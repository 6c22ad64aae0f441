package metrics

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker"
)

func TestAbortsAreSpreadEvenly(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  int
	}{{0, 0}, {0.01, 10}, {0.3, 300}, {0.333, 333}, {1, 1000}} {
		x := NewTransactions(NewFailures(time.Now))
		x.SetAbort(c.share)
		aborts, gap := 0, 0
		for range 1000 {
			if gap++; x.ToAbort() {
				aborts++
				require.LessOrEqual(t, float64(gap), 1/c.share+1)
				gap = 0
			}
		}
		require.Equal(t, c.want, aborts, "%g", c.share)
	}
}

func TestTransactionsAreCounted(t *testing.T) {
	failures := NewFailures(time.Now)
	x := NewTransactions(failures)
	for range 5 {
		x.Opened()
	}
	x.Ended(broker.Committed, 3*time.Millisecond, nil)
	x.Ended(broker.Aborted, 4*time.Millisecond, nil)
	x.Ended(broker.TransactionFailed, time.Second, errors.New("gone"))
	x.Refused(errors.New("no coordinator"))
	at := time.Now()
	require.Equal(t, TransactionCounts{Open: 2, Committed: 1, Aborted: 1, Failed: 1}, x.Collect(at))
	require.EqualValues(t, 1, x.Commit.Total().Count, "a failed commit is no latency")
	require.EqualValues(t, 1, x.Abort.Total().Count)
	require.Len(t, failures.List(), 1)
	x.Reset()
	x.Ended(broker.Committed, time.Millisecond, nil)
	got := x.Collect(at.Add(time.Second))
	require.Equal(t, TransactionCounts{Open: 1, Committed: 1, Rate: 1}, got)
}
