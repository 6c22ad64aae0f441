package frames

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/delivery"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// at is the time of the snapshots.
var at = time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)

// scene is a source whose past is a function of time.
type scene struct {
	snapshot *snapshot.Snapshot
	past     func(m snapshot.Metric, age time.Duration) float64

	preferences spec.Preferences
}

func (s *scene) Snapshot() *snapshot.Snapshot { return s.snapshot }

// Extremes reach beyond the columns of a long window by a tenth.
func (s *scene) Extremes(m snapshot.Metric, end time.Time, window time.Duration, n int) (low, high []float64) {
	for _, v := range s.History(m, end, window, n) {
		low, high = append(low, 0.9*v), append(high, 1.1*v)
	}
	return low, high
}

// Heat is a distribution around 2 ms with a tail, driven up while the broker is
// away.
func (s *scene) Heat(m snapshot.Metric, into []uint32, end time.Time, window time.Duration, n int) []uint32 {
	if m.Group != "fast" {
		return nil
	}
	columns := make([]uint32, n*metrics.HeatClasses)
	width := max(int64(window)/int64(n), 1)
	newest := end.UnixNano() / width
	for i := range n {
		age := at.Sub(time.Unix(0, (newest-int64(n-1-i))*width)).Seconds()
		centre, spread := 40.0, 3.0
		switch {
		case age > 58.5:
			continue
		case age > 22 && age < 27:
			centre, spread = 60, 12
		}
		for class := range metrics.HeatClasses {
			off := (float64(class) - centre - math.Sin(age)) / spread
			columns[i*metrics.HeatClasses+class] = uint32(1000 * math.Exp(-off*off))
		}
		columns[i*metrics.HeatClasses+52+int(age*7)%5]++
	}
	return columns
}

func (s *scene) Preferences() spec.Preferences { return s.preferences }

// History has columns that begin at multiples of their width.
func (s *scene) History(m snapshot.Metric, end time.Time, window time.Duration, n int) []float64 {
	columns := make([]float64, n)
	width := max(int64(window)/int64(n), 1)
	newest := end.UnixNano() / width
	for i := range columns {
		begin := (newest - int64(n-1-i)) * width
		columns[i] = math.NaN()
		if s.past != nil {
			columns[i] = s.past(m, at.Sub(time.Unix(0, begin)))
		}
	}
	return columns
}

func metric(text string) snapshot.Metric {
	m, err := snapshot.ParseMetric(text)
	if err != nil {
		panic(err)
	}
	return m
}

// rates shows the rates of groups, with the target of the first.
func rates(names ...string) Graph {
	g := Graph{Window: time.Minute, Target: snapshot.Metric{Group: names[0], Figure: "target"}}
	for _, name := range names {
		g.Metrics = append(g.Metrics, snapshot.Metric{Group: name, Figure: "rate"})
	}
	return g
}

func showing(list ...Graph) Shown {
	return func(*snapshot.Snapshot) Picture { return Picture{Graphs: list} }
}

// past is a producer that dips while a broker is away, and a consumer that
// catches up after a seek.
func past(m snapshot.Metric, age time.Duration) float64 {
	s := age.Seconds()
	if m.Group == "gone" {
		return math.NaN()
	}
	wave := math.Sin(s / 3)
	switch m.String() {
	case "fast.target":
		return 50e3
	case "fast.rate":
		switch {
		case s > 58.5:
			return 0
		case s > 22 && s < 27:
			return 31e3
		}
		return 50e3 + 200*wave
	case "sub1.rate":
		switch {
		case s > 54:
			return math.NaN()
		case s > 22 && s < 27:
			return 30e3
		case s < 17:
			return 63e3 + 1.5e3*wave
		}
		return 50e3
	case "fast.latency.p50":
		return 2.1e6 + 2e5*wave
	case "fast.latency.p99":
		if s > 21 && s < 25 {
			return 2.1e9
		}
		return 4.8e6 + 1e6*wave
	}
	return 1e3 * math.Abs(wave)
}

func quantiles(p50, p99, p999 time.Duration) snapshot.Latencies {
	q := metrics.Quantiles{Count: 1000, P50: p50, P99: p99, P999: p999, Max: 2104 * time.Millisecond}
	return snapshot.Latencies{Recent: q, Total: q}
}

func producer(name string, rate, target float64) snapshot.Group {
	return snapshot.Group{
		Name: name, Kind: snapshot.Produce, State: snapshot.Running, Topic: "fast", Partitions: 4, Workers: 8,
		Producer: &snapshot.Producer{
			Target: pacing.Rate(target), Rate: rate, Average: 49_998, BytesPerSecond: 12.4e6,
			Sent: 3_600_412, Acked: 3_600_412, MessagesPerBatch: 412, Producers: 4,
			Latency: quantiles(2100*time.Microsecond, 4800*time.Microsecond, 12100*time.Microsecond),
			Lag:     quantiles(100*time.Microsecond, 200*time.Microsecond, 300*time.Microsecond),
		},
	}
}

func consumer(name string, rate float64) snapshot.Group {
	return snapshot.Group{
		Name: name, Kind: snapshot.Consume, State: snapshot.Running, Topic: "fast", Workers: 2,
		Consumer: &snapshot.Consumer{
			Subscription: name, Type: "shared", Rate: rate, BytesPerSecond: 15.1e6,
			Received: 3_600_412, Acked: 3_600_400, Delivery: delivery.Totals{Received: 3_600_412},
			E2E:        quantiles(3*time.Millisecond, 11200*time.Microsecond, 25*time.Millisecond),
			Processing: quantiles(80*time.Microsecond, 200*time.Microsecond, 300*time.Microsecond),
			Backlog:    snapshot.Backlog{Known: true, Messages: 8_200_000, Entries: 19_911},
		},
	}
}

func sessionAt(groups ...snapshot.Group) *snapshot.Snapshot {
	return &snapshot.Snapshot{
		At: at, Elapsed: 72 * time.Second,
		Cluster: snapshot.Cluster{URL: "pulsar://127.0.0.1:6650", Name: "local", Version: "4.0.8", State: snapshot.Up, Since: at.Add(-time.Minute)},
		Groups:  groups,
		Totals:  snapshot.Totals{Sent: 3_600_412, Acked: 3_600_412, Received: 11_800_000, ProduceRate: 50e3, RecvRate: 61.3e3},
		Process: metrics.ProcessStats{CPU: 18.2, CPUTime: 13100 * time.Millisecond, RSS: 60 << 20, PeakRSS: 64 << 20,
			Goroutines: 42, GCCount: 71, RecentPauseP50: 60 * time.Microsecond, RecentPauseMax: 180 * time.Microsecond},
		Marks: []snapshot.Mark{
			{At: at.Add(-5 * time.Minute), Number: 1, Kind: snapshot.MarkCommand, Text: "consume start sub1"},
			{At: at.Add(-27 * time.Second), Number: 2, Kind: snapshot.MarkError, Text: "broker unreachable"},
			{At: at.Add(-22 * time.Second), Number: 3, Kind: snapshot.MarkReconnect, Text: "broker back after 5 s"},
			{At: at.Add(-17 * time.Second), Number: 4, Kind: snapshot.MarkCommand, Text: "seek sub1 -5m"},
		},
	}
}

// running returns a scene with two running groups.
func running() *scene {
	return &scene{snapshot: sessionAt(producer("fast", 50e3, 50e3), consumer("sub1", 61.3e3)), past: past, preferences: spec.DefaultPreferences()}
}

// golden compares a drawing with the file in testdata, or writes the file with
// -update.
func golden(t *testing.T, name string, rows []string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	drawn := strings.Join(rows, "\n") + "\n"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(drawn), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), drawn)
}
