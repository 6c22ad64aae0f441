package export

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pulsh/session/metrics"
)

// begin is when the sample runs began.
func begin() time.Time { return time.Date(2026, 11, 22, 10, 41, 55, 0, time.UTC) }

// column is a column with the metric that its name is made from.
func column(name string, unit Unit, doc string) Column {
	metric := strings.ReplaceAll(strings.TrimSuffix(name, "_"+string(unit)), "_", ".")
	return Column{name, metric, unit, doc}
}

// lived is a run of so many seconds with a producer and a consumer, whose
// latency is about so many milliseconds.
func lived(t testing.TB, seconds int, latency float64) *Report {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	columns := []Column{
		column("rate_messages_per_second", PerSecond, "messages acked a second"), column("target_messages_per_second", PerSecond, "wanted"), column("average_messages_per_second", PerSecond, "mean"),
		column("sent", Count, "messages sent"), column("acked", Count, "messages acked"), column("failed", Count, "messages refused"), column("missed", Count, "given up"),
		column("latency_p50_ms", Milliseconds, ""), column("latency_p99_ms", Milliseconds, ""), column("latency_p99_9_ms", Milliseconds, ""), column("latency_max_ms", Milliseconds, ""),
		column("lag_p50_ms", Milliseconds, ""), column("lag_p99_ms", Milliseconds, ""), column("lag_max_ms", Milliseconds, ""),
		column("received", Count, "messages received"), column("backlog", Count, ""), column("lost", Count, ""), column("duplicated", Count, ""), column("ackrate_messages_per_second", PerSecond, ""),
		column("e2e_p50_ms", Milliseconds, ""), column("e2e_p99_ms", Milliseconds, ""), column("e2e_p99_9_ms", Milliseconds, ""), column("e2e_max_ms", Milliseconds, ""), column("cpu_percent", Percent, ""),
	}
	series := func(of func(i int) float64) []Number {
		values := make([]Number, seconds)
		for i := range values {
			values[i] = Number(float32(of(i)))
		}
		return values
	}
	noise := func(v, part float64) float64 { return v * (1 + part*(random.Float64()-0.5)) }
	spike := func(i int) float64 { return 1 + 60*math.Exp(-math.Pow(float64(i-seconds*6/10)/3, 2)) }
	rate := func(i int) float64 {
		switch {
		case i < 3:
			return math.NaN()
		case i > seconds*6/10 && i < seconds*6/10+4:
			return 31_000
		}
		return noise(50_000, 0.03)
	}
	d := metrics.NewDistribution()
	h := &metrics.Histogram{}
	at := begin()
	for i := range seconds * 10 {
		for range min(200, 20_000/seconds) {
			h.Record(int64(float64(time.Millisecond) * latency * math.Exp(0.5*random.NormFloat64()) * spike(i/10)))
		}
		at = at.Add(metrics.SampleEvery)
		d.Collect(h)
		d.Log(at)
	}
	of := func(name, doc string) Distribution {
		return Distribution{Name: name, Doc: doc, Total: QuantilesOf(d.Total()), Recent: QuantilesOf(d.Recent()), Counts: CountsOf(d.Buckets()), Intervals: d.Intervals(at)}
	}
	since := begin().Add(3 * time.Second)
	fast := Group{Name: "fast", Kind: Produce, State: "running", Topic: "persistent://public/default/fast", Partitions: 4, Since: &since, RunningSeconds: float64(seconds - 3),
		Limit: "the schedule", Bytes: 3_686_821_888,
		Settings: Table[string]{{"topic", "fast"}, {"rate", "50k"}, {"workers", "8"}, {"size", "1KiB"}, {"compression", "lz4"}, {"batch", "1000"}, {"delay", "5ms"}, {"pending", "10000"}},
		Figures: Table[Number]{{"rate_messages_per_second", 49_998.5}, {"target_messages_per_second", 50_000}, {"average_messages_per_second", 49_811}, {"sent", 3_600_412}, {"acked", 3_600_409},
			{"failed", 3}, {"missed", 0}, {"latency_p99_ms", 4.831}},
		Distributions: []Distribution{of("latency", "due to acked"), of("service", "sent to acked"), of("lag", "due to sent")},
		Failures:      []Failure{{"timeout", 3, begin().Add(40 * time.Second), `no answer <in> 30 s & "more"`, begin().Add(41 * time.Second), "no answer in 30 s"}},
		Series: Table[[]Number]{{"rate_messages_per_second", series(rate)}, {"target_messages_per_second", series(func(i int) float64 {
			if i < 3 {
				return math.NaN()
			}
			return 50_000
		})}, {"failed", series(func(i int) float64 { return float64(i / 30) })},
			{"latency_p50_ms", series(func(i int) float64 { return noise(latency, 0.2) * math.Sqrt(spike(i)) })}, {"latency_p99_ms", series(func(i int) float64 { return noise(2.6*latency, 0.3) * spike(i) })},
			{"latency_p99_9_ms", series(func(i int) float64 { return noise(4*latency, 0.4) * spike(i) })}, {"latency_max_ms", series(func(i int) float64 { return noise(7*latency, 0.8) * spike(i) })},
			{"lag_p50_ms", series(func(int) float64 { return noise(0.09, 0.4) })}, {"lag_p99_ms", series(func(i int) float64 { return noise(0.3, 0.5) * math.Sqrt(spike(i)) })}, {"lag_max_ms", series(func(i int) float64 { return noise(0.6, 0.9) * spike(i) })}},
	}
	sub := Group{Name: "sub1", Kind: Consume, State: "running", Topic: "persistent://public/default/fast", Subscription: "sub1", Since: &since, RunningSeconds: float64(seconds - 3), Bytes: 3_686_000_000,
		Settings:      Table[string]{{"topic", "fast"}, {"subscription", "sub1"}, {"type", "shared"}, {"workers", "2"}, {"ack", "batched"}},
		Figures:       Table[Number]{{"received", 3_600_101}, {"average_messages_per_second", 49_790}, {"backlog", 8120}, {"lost", 0}, {"duplicated", 2}},
		Distributions: []Distribution{of("e2e", "due to received"), of("processing", "received to acked")},
		Series: Table[[]Number]{{"rate_messages_per_second", series(rate)}, {"ackrate_messages_per_second", series(func(i int) float64 { return 0.99 * rate(i) })},
			{"backlog", series(func(i int) float64 { return noise(800, 0.9) + 3000*spike(i) })},
			{"e2e_p50_ms", series(func(i int) float64 { return noise(1.3*latency, 0.2) * spike(i) })}, {"e2e_p99_ms", series(func(i int) float64 { return noise(3*latency, 0.3) * spike(i) })}},
	}
	return &Report{
		Version: Version, Title: "fast and sub1 on local", Start: begin(), End: begin().Add(time.Duration(seconds) * time.Second),
		Environment: Environment{"0.1.0", "v0.21.0", "go1.26.8", "linux", "amd64", "bench-7", 8, 4, "1GiB"},
		Cluster:     Cluster{Name: "local", URL: "pulsar://127.0.0.1:6650", AdminURL: "http://127.0.0.1:8080", Pulsar: "4.0.8", State: "up"},
		Columns:     columns, ElapsedSeconds: float64(seconds),
		Samples: Samples{begin(), 1, seconds},
		Groups:  []Group{fast, sub},
		Total:   Group{Name: "total", Kind: Total, Figures: Table[Number]{{"sent", 3_600_412}, {"acked", 3_600_409}, {"received", 3_600_101}, {"failed", 3}, {"lost", 0}, {"duplicated", 2}}},
		Process: Group{Name: "process", Kind: Process, Figures: Table[Number]{{"cpu_percent", 83.5}, {"memory_bytes", 67_108_864}, {"goroutines", 61}}, Series: Table[[]Number]{{"cpu_percent", series(func(int) float64 { return noise(80, 0.2) })}}},
		Timeline: []Event{{begin().Add(2 * time.Second), "command", "produce start fast rate=50000"}, {begin().Add(time.Duration(seconds) * time.Second * 3 / 10), "mark", "before <the> fix"},
			{begin().Add(time.Duration(seconds) * time.Second * 6 / 10), "reconnect", "broker unreachable 2.1 s"}, {begin().Add(time.Duration(seconds) * time.Second * 8 / 10), "mark", "after the fix"}},
		Lines: []Line{{At: begin().Add(2 * time.Second), Text: "produce start fast rate=50000"}},
		Checks: []Check{{Place: "smoke.pulsh:6", Condition: "fast.p99 < 20ms for 5s", Measured: "4.8ms worst 6.2ms", Passed: true, ElapsedSeconds: 5,
			Terms: []Term{{"fast.p99", "<", 20, Milliseconds, 4.8, 4.1, 6.2}}},
			{Place: "smoke.pulsh:7", Condition: "fast.rate > 55k within 10s", Measured: "reached 50.0k/s", Failure: "fast.rate reached 50.0k/s", ElapsedSeconds: 10}},
		Script: "# pulsh --url pulsar://127.0.0.1:6650 -f FILE\nproduce start fast rate=50000 topic='</script><script>alert(1)</script>'\nwait 1m\n",
	}
}
