package scrape

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pulsh/session/export"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample is a session with a group of each kind.
func sample() *export.Report {
	recent := export.Quantiles{Count: 10, P50: 2, P90: 3, P95: 3.5, P99: 4.831, P999: 9, P9999: 10, Max: 12}
	of := func(name string) export.Distribution {
		return export.Distribution{Name: name, Recent: recent, Total: export.Quantiles{Count: 8, Mean: 3}, Counts: []export.Counted{
			{From: 0.4, To: 0.401, Count: 1}, {From: 1, To: 1.001, Count: 2}, {From: 4, To: 4.002, Count: 4}, {From: 90_000, To: 90_100, Count: 1}}}
	}
	number := func(pairs ...any) export.Table[export.Number] {
		var list export.Table[export.Number]
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, export.Entry[export.Number]{Name: pairs[i].(string), Value: export.Number(pairs[i+1].(int))})
		}
		return list
	}
	return &export.Report{
		Version: export.Version, Start: time.Unix(1795344115, 0), Environment: export.Environment{Pulsh: "0.1.0", Client: "v0.21.0"},
		Cluster: export.Cluster{Pulsar: "4.0.8", State: "up"}, Clusters: []export.Cluster{{Label: "eu", State: "up"}},
		Groups: []export.Group{
			{Name: "fast", Kind: export.Produce, State: "running", Cluster: "eu", Topic: `a "quoted\ topic`, Bytes: 4096, Figures: number("sent", 1200, "acked", 1100, "failed", 1, "due", 1201, "missed", 0, "unknown", 0,
				"target_messages_per_second", 50_000, "peak_messages_per_second", 51_000, "ratio_percent", 40, "remaining", 100, "pending", 9, "batch", 12, "producers", 4, "connections", 1, "workers", 8, "storage_bytes", 1024, "txn_open", 1, "txn_committed", 20, "txn_aborted", 2, "txn_failed", 0, "chunked", 3,
				"disconnects", 2, "disconnected_ms", 250, "disconnected_max_ms", 200, "disconnected_now", 0),
				Distributions: []export.Distribution{of("latency"), of("service"), of("lag"), of("commit"), of("abort")}, Failures: []export.Failure{{Category: "timeout", Count: 1}}},
			{Name: "sub1", Kind: export.Consume, State: "paused", Topic: "t", Figures: number("received", 1000, "acked", 990, "failed", 0, "pending", 10, "backlog", 100, "entries", 5, "unacked", 10,
				"lost", 0, "missing", 1, "duplicated", 0, "redelivered", 2, "outoforder", 0, "unstamped", 0, "consumers", 2, "connections", 1, "period", 1, "workers", 2,
				"target_messages_per_second", 100, "peak_messages_per_second", 110, "kept", 0, "waiting", 3, "nacked", 1, "dropped", 1, "released", 0, "deadlettered", 0, "retried", 0, "unforwarded", 0, "churned", 0, "removed", 0, "remaining", 10,
				"gaps", 0, "notreceived", 4, "unknown", 0, "outoforder_key", 0, "outsidewindow", 0, "aborted", 3, "aborted_received", 1, "disconnects", 1, "disconnected_ms", 250, "disconnected_max_ms", 200, "disconnected_now", 1,
				"redelivered_nack", 2, "redelivered_seek", 0, "chunked", 3, "undecrypted", 1, "undecoded", 1, "discarded", 2),
				Distributions: []export.Distribution{of("e2e"), of("processing")}},
		},
		Process: export.Group{Name: "process", Kind: export.Process, Figures: number("cpu_percent", 150, "broker_percent", 30, "memory_bytes", 1<<26, "goroutines", 40)},
		Checks:  []export.Check{{Passed: true}, {}},
	}
}

func TestMetricsFollowTheConventions(t *testing.T) {
	problems, err := testutil.GatherAndLint(NewRegistry(sample))
	require.NoError(t, err)
	for _, p := range problems {
		require.NotRegexp(t, "^pulsh_", p.Metric, p.Text)
	}
}

func TestTheFileFollowsTheConventions(t *testing.T) {
	var b strings.Builder
	require.NoError(t, export.Write(context.Background(), &b, sample(), export.Prom, func(float64) {}))
	problems, err := promlint.New(strings.NewReader(b.String())).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
	// What the server says of pulsh is what the file says, to the letter of the
	// format.
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{sample})
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(b.String())))
}

func TestEveryFamilyIsThere(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{sample})
	for _, f := range sample().Families() {
		n, err := testutil.GatherAndCount(registry, f.Name)
		require.NoError(t, err)
		require.Positive(t, n, "%s has no sample in a session with a group of each kind", f.Name)
	}
	empty := prometheus.NewRegistry()
	empty.MustRegister(collector{func() *export.Report { return &export.Report{} }})
	n, err := testutil.GatherAndCount(empty)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestBucketsAddUp(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{sample})
	got, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range got {
		if f.GetName() != "pulsh_latency_seconds" {
			continue
		}
		h := f.GetMetric()[0].GetHistogram()
		require.EqualValues(t, 8, h.GetSampleCount())
		require.InDelta(t, 0.024, h.GetSampleSum(), 1e-9)
		for _, b := range h.GetBucket() {
			want := map[float64]uint64{0.0005: 1, 0.001: 3, 0.002: 3, 0.005: 7, 60: 7}
			if n, ok := want[b.GetUpperBound()]; ok {
				require.Equal(t, n, b.GetCumulativeCount(), "%g", b.GetUpperBound())
			}
		}
		return
	}
	require.Fail(t, "no latency")
}

func TestAServerAnswersUntilItIsClosed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := Serve(l, sample)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{Path, "/"} {
		answer, err := client.Get(strings.TrimSuffix(s.URL(), Path) + path)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Contains(t, string(body), `pulsh_messages_sent_total{group="fast"} 1200`)
		require.Contains(t, string(body), "go_goroutines ")
		require.Contains(t, string(body), "process_cpu_seconds_total ")
	}
	s.Close(t.Context())
	_, err = client.Get(s.URL())
	require.Error(t, err)
}
