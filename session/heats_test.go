package session_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// TestHeatOfGroups: what a group has acked or received is in the heat of its
// distributions, in the class of its latency.
func TestHeatOfGroups(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(1000, func(s *spec.Producer) { s.Batch = 1 })
		time.Sleep(5050 * time.Millisecond) // between two samples
		v.fast()
		s := v.Snapshot()
		for _, c := range []struct {
			metric snapshot.Metric
			want   int64
		}{
			{snapshot.Metric{Group: "fast", Figure: "latency"}, s.Totals.Acked},
			{snapshot.Metric{Group: "fast", Figure: "service"}, s.Totals.Acked},
			{snapshot.Metric{Group: "sub1", Figure: "e2e"}, s.Totals.Received},
			{snapshot.Metric{Group: "sub1", Figure: "latency"}, s.Totals.Received},
		} {
			columns := v.Heat(c.metric, nil, s.At, time.Minute, 60)
			require.Len(t, columns, 60*metrics.HeatClasses)
			var n int64
			for i, count := range columns {
				n += int64(count)
				if count > 0 && c.metric.Figure == "service" {
					require.InDelta(t, 12*math.Log10(2074), float64(i%metrics.HeatClasses), 1.5, "there and back on the network")
				}
			}
			require.Equal(t, c.want, n, c.metric)
		}
		require.Nil(t, v.Heat(snapshot.Metric{Group: "fast", Figure: "e2e"}, nil, s.At, time.Minute, 60))
		require.Nil(t, v.Heat(snapshot.Metric{Group: "nobody", Figure: "latency"}, nil, s.At, time.Minute, 60))

		rate := snapshot.Metric{Group: "fast", Figure: "rate"}
		low, high := v.Extremes(rate, s.At, 4*time.Second, 2)
		require.Len(t, high, 2)
		require.LessOrEqual(t, low[1], v.History(rate, s.At, 4*time.Second, 2)[1])
		low, _ = v.Extremes(snapshot.Metric{Group: "fast", Figure: "p99"}, s.At, 4*time.Second, 2)
		require.Nil(t, low)
		low, _ = v.Extremes(snapshot.Metric{Group: "nobody", Figure: "rate"}, s.At, 4*time.Second, 2)
		require.Nil(t, low)
	})
}
