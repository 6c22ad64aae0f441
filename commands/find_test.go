package commands

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/find"
	"pulsh/commands/host"
	"pulsh/commands/report"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/snapshot"
)

// searched runs a search on a cluster in memory that takes limit messages a second.
func searched(t *testing.T, limit float64, lines string, see func(c *host.Host, err error, out string)) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		if limit > 0 {
			cluster.Throttle(int(limit))
		}
		c := world(t, dialled(cluster))
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650; consume start sub1 topic=fast; produce start fast rate=100 workers=2", &out))
		err := c.Execute(t.Context(), lines, &out)
		see(c, err, out.String())
	})
}

func TestFindMeetsAKnownPublishLimit(t *testing.T) {
	for _, limit := range []float64{1500, 3000, 5200} {
		searched(t, limit, "find fast.rate where fast.p99<100ms and sub1.backlog<5k", func(c *host.Host, err error, out string) {
			require.NoError(t, err, out)
			t.Log(out)
			found := find.Results(c)
			require.Len(t, found, 1)
			best := float64(found[0].Best)
			require.LessOrEqual(t, best, limit*1.1, out) // brokers let a second of the rate through at once
			require.GreaterOrEqual(t, best, limit*0.92, out)
			require.Contains(t, found[0].Limit, "broker", out)
			time.Sleep(5 * time.Second)
			s := c.Env.Session.Snapshot()
			g, _ := s.Group("fast")
			sub, _ := s.Group("sub1")
			require.Equal(t, snapshot.Running, g.State)
			require.InDelta(t, best, g.Producer.Rate, 0.02*best+5, "the group keeps the best rate")
			require.Less(t, g.Producer.InFlight, 500, "no debt is left")
			require.Less(t, sub.Consumer.Backlog.Messages, int64(1000))
			require.Zero(t, g.Producer.Missed)
			for _, schedule := range host.Schedules(c) {
				require.False(t, schedule.Behind, schedule.String())
			}
			marks := 0
			for _, m := range s.Marks {
				if strings.HasPrefix(m.Text, "find ") && (strings.HasSuffix(m.Text, " holds") || strings.HasSuffix(m.Text, " fails")) {
					marks++
				}
			}
			require.Equal(t, len(found[0].Probes), marks)
			finds := report.ReportNow(c).Finds
			require.Len(t, finds, 1)
			require.InDelta(t, best, finds[0].Best, 0)
			require.Len(t, finds[0].Probes, len(found[0].Probes))
		})
	}
}

// A slow consumer ends the search by its backlog.
func TestFindBacksOffWhenTheBacklogGrows(t *testing.T) {
	searched(t, 0, "rate sub1 2k; find fast.rate where fast.p99<1s hold=4s within=10%", func(c *host.Host, err error, out string) {
		require.NoError(t, err, out)
		t.Log(out)
		best := float64(find.Results(c)[0].Best)
		require.InDelta(t, 2000, best, 350, out)
		require.Contains(t, out, "the backlog of sub1 grows")
	})
}

func TestFindWithALimitAboveAndNoneAtAll(t *testing.T) {
	searched(t, 0, "find fast.rate where fast.p99<1s hold=1s from=500 to=3k", func(c *host.Host, err error, out string) {
		require.NoError(t, err)
		require.EqualValues(t, 3000, find.Results(c)[0].Best)
		require.Contains(t, out, "fast holds 3.00k/s with fast.p99 < 1s; no higher rate was tried")
	})
	searched(t, 0, "find fast.rate where fast.p99<1ms hold=1s from=100", func(_ *host.Host, err error, out string) {
		require.ErrorContains(t, err, "no rate from", out)
	})
}
