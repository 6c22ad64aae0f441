package commands

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/report"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/export"
	"pulsh/session/snapshot"
)

func TestAWarmUpIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		c := world(t, dialled(cluster))
		stalls := time.AfterFunc(2*time.Second, func() { cluster.Stall(time.Second) })
		defer stalls.Stop()
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; produce start fast rate=1k count=15k; consume start sub1 topic=fast", &out))
		require.NoError(t, c.Execute(t.Context(), "produce start gone rate=1k; guard fast.p99<100ms; warmup 5s; wait 10s", &out))
		s := c.Env.Session.Snapshot()
		p, _ := s.Group("fast")
		r, _ := s.Group("sub1")
		require.InDelta(t, 10_000, p.Producer.Sent, 300)
		require.InDelta(t, 10_000, r.Consumer.Received, 300)
		require.EqualValues(t, r.Consumer.Received, r.Consumer.Delivery.Received)
		require.Zero(t, r.Consumer.Delivery.Lost+r.Consumer.Delivery.Gaps+r.Consumer.Delivery.Duplicated)
		require.Less(t, p.Producer.Latency.Total.Max, 50*time.Millisecond, "the stall was in the warm-up")
		require.EqualValues(t, p.Producer.Due, p.Producer.Sent)
		require.Equal(t, "holds", conditions.GuardsOf(c).List()[0].Row()[2])
		for _, schedule := range host.Schedules(c) {
			require.False(t, schedule.Behind, schedule.String())
		}
		require.NoError(t, c.Execute(t.Context(), "wait done timeout=10s", &out))
		require.NoError(t, c.Execute(t.Context(), "expect fast.remaining=0 within=1s", &out), "the count goes on through a warm-up")

		full := report.ReportNow(c)
		require.InDelta(t, 5, full.Measured.Sub(full.Start).Seconds(), 0.5)
		require.False(t, full.Samples.From.Before(full.Measured))
		require.InDelta(t, 10, full.Samples.Count, 2)
		var marks []string
		for _, m := range s.Marks {
			if m.Kind == snapshot.MarkCommand && strings.HasPrefix(m.Text, "warm-up") {
				marks = append(marks, m.Text)
			}
		}
		require.Equal(t, []string{"warm-up begins", "warm-up ends"}, marks)
		var page strings.Builder
		for _, format := range []export.Format{export.JSON, export.CSV, export.HTML, export.HdrLog, export.Prom} {
			page.Reset()
			require.NoError(t, export.Write(t.Context(), &page, full, format, func(float64) {}), string(format))
		}
	})
}
