package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/payload"
)

func TestStatusLine(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)
	fast := session.GroupSnapshot{Name: "fast", Kind: session.Produce, State: session.Running, Producer: &session.ProducerSnapshot{
		Rate: 41e3, Target: pacing.Rate(50e3), Failed: 31,
		Latency: session.Latencies{Recent: metrics.Quantiles{Count: 9, P99: 4800 * time.Microsecond}}}}
	sub := session.GroupSnapshot{Name: "sub1", Kind: session.Consume, State: session.Running, Consumer: &session.ConsumerSnapshot{
		Rate: 61.3e3, Backlog: session.Backlog{Known: true, Messages: 8_200_000}, Ledger: payload.Totals{Lost: 7, Duplicated: 2000}}}
	s := &session.Snapshot{At: at, Elapsed: 72 * time.Second, Cluster: session.Cluster{State: session.Up, Name: "local"}}
	line := func() string { return StatusLine(s, at) }
	require.Equal(t, "00:01:12 no groups", line())
	s.Groups = []session.GroupSnapshot{fast, sub}
	require.Equal(t, "00:01:12 fast 41.0k/50.0k/s p99 4.8ms 31 failed | sub1 61.3k/s e2e p99 – 8.20M behind 7 lost 2.00k dup", line())
	s.Cluster.State, s.Cluster.Since = session.Reconnecting, at.Add(-3*time.Second)
	fastest, paused, ended, stopped, unknown := fast, fast, fast, fast, sub
	p, c := *fast.Producer, *sub.Consumer
	p.Target, c.Backlog.Known, c.Ledger = pacing.Max(), false, payload.Totals{}
	fastest.Producer, unknown.Consumer = &p, &c
	paused.State, stopped.State = session.Paused, session.Stopped
	ended.State, ended.LastError = session.Failed, "not authorised\nto send"
	s.Groups = []session.GroupSnapshot{fastest, paused, ended, stopped, unknown}
	require.Equal(t, "00:01:12 local reconnecting 3s fast 41.0k/s max p99 4.8ms 31 failed | fast paused 41.0k/50.0k/s p99 4.8ms 31 failed | "+
		"fast failed: not authorised to send | fast stopped | sub1 61.3k/s e2e p99 –", line())
	s.Cluster, s.Groups = session.Cluster{State: session.Unconnected}, nil
	require.Equal(t, "00:01:12 not connected no groups", line())
	require.Empty(t, StatusLine(nil, at))
}
