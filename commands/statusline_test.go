package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/answers"
	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
)

func TestStatusLine(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)
	fast := snapshot.Group{Name: "fast", Kind: snapshot.Produce, State: snapshot.Running, Producer: &snapshot.Producer{
		Rate: 41e3, Target: pacing.Rate(50e3), Failed: 31,
		Latency: snapshot.Latencies{Recent: metrics.Quantiles{Count: 9, P99: 4800 * time.Microsecond}}}}
	sub := snapshot.Group{Name: "sub1", Kind: snapshot.Consume, State: snapshot.Running, Consumer: &snapshot.Consumer{
		Rate: 61.3e3, Backlog: snapshot.Backlog{Known: true, Messages: 8_200_000}, Delivery: delivery.Totals{Lost: 7, Duplicated: 2000}}}
	s := &snapshot.Snapshot{At: at, Elapsed: 72 * time.Second, Cluster: snapshot.Cluster{State: snapshot.Up, Name: "local"}}
	line := func() string { return answers.StatusLine(s, at) }
	require.Equal(t, "00:01:12 no groups", line())
	s.Groups = []snapshot.Group{fast, sub}
	require.Equal(t, "00:01:12 fast 41.0k/50.0k/s p99 4.8ms 31 failed | sub1 61.3k/s e2e p99 – backlog 8.20M 7 lost 2.00k dup", line())
	s.Cluster.State, s.Cluster.Since = snapshot.Reconnecting, at.Add(-3*time.Second)
	fastest, paused, ended, stopped, unknown := fast, fast, fast, fast, sub
	p, c := *fast.Producer, *sub.Consumer
	p.Target, c.Backlog.Known, c.Delivery = pacing.Max(), false, delivery.Totals{}
	fastest.Producer, unknown.Consumer = &p, &c
	paused.State, stopped.State = snapshot.Paused, snapshot.Stopped
	ended.State, ended.LastError = snapshot.Failed, "not authorised\nto send"
	s.Groups = []snapshot.Group{fastest, paused, ended, stopped, unknown}
	require.Equal(t, "00:01:12 local reconnecting 3s fast 41.0k/s max p99 4.8ms 31 failed | fast paused 41.0k/50.0k/s p99 4.8ms 31 failed | "+
		"fast failed: not authorised to send | fast stopped | sub1 61.3k/s e2e p99 –", line())
	s.Cluster, s.Groups = snapshot.Cluster{State: snapshot.Unconnected}, nil
	require.Equal(t, "00:01:12 not connected no groups", line())
	require.Empty(t, answers.StatusLine(nil, at))
}
