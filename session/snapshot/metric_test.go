package snapshot

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/metrics"
)

// sampleOf is a session with one group of each kind.
func sampleOf() *Snapshot {
	return &Snapshot{
		Groups: []Group{
			{Name: "fast", Kind: Produce, Workers: 4, Producer: &Producer{
				Rate: 50_000, Target: 50_000, BytesPerSecond: 48.8e6, Failed: 3,
				Latency: Latencies{Recent: metrics.Quantiles{Count: 1, P99: 4800 * time.Microsecond}},
			}},
			{Name: "sub1", Kind: Consume, Workers: 2, Consumer: &Consumer{
				Rate:    61_000,
				E2E:     Latencies{Recent: metrics.Quantiles{Count: 1, P999: 12 * time.Millisecond}},
				Backlog: Backlog{Known: true, Messages: 4_000},
			}},
		},
		Totals:  Totals{ProduceRate: 50_000, Lost: 2},
		Process: metrics.ProcessStats{CPU: 18, RSS: 64 << 20},
	}
}

func TestConditionHolds(t *testing.T) {
	s := sampleOf()
	for text, want := range map[string]bool{
		"fast.p99<20ms":                            true,
		"fast.p99 < 4ms":                           false,
		"fast.p99<20ms and sub1.backlog<5k":        true,
		"fast.p99<20ms and sub1.backlog<1k":        false,
		"fast.rate>=50k":                           true,
		"fast.rate = 50k/s":                        true,
		"fast.rate!=50k":                           false,
		"fast.mbps>48":                             true,
		"fast.mbps<48MB/s":                         false,
		"sub1.e2e.p99.9<=12ms":                     true,
		"fast.service.p99<1h":                      false, // nothing measured
		"total.lost=2":                             true,
		"process.cpu<20%":                          true,
		"process.memory<=64MiB":                    true,
		"nobody.rate!=1":                           false,
		"fast.backlog<1":                           false, // a producer has none
		"fast.failed==3":                           true,
		"sub1.lost=0 and sub1.workers=2":           true,
		"fast.workers>3 and fast.latency.p99>4ms ": true,
	} {
		c, err := ParseCondition(text)
		require.NoError(t, err, text)
		require.Equal(t, want, c.Holds(s), text)
	}
}

func TestConditionRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "a condition compares a metric with a value",
		"fast.p99":         `"fast.p99" compares nothing (fast.p99<20ms)`,
		"p99<5ms":          `"p99" is not a metric such as fast.rate or sub1.e2e.p99`,
		"fast.p98<5ms":     `there is no figure "p98"`,
		"fast.p99<5":       `"5" is not a duration, which fast.p99 is compared with`,
		"fast.rate>50kk":   `"50kk" is not a rate, which fast.rate is compared with`,
		"sub1.lost<x":      `"x" is not a number such as 500, 5k or 1.5M, which sub1.lost is compared with`,
		"fast.p99<5ms and": `"" compares nothing (fast.p99<20ms)`,
		"fast.p99!5ms":     `"fast.p99!5ms" has no comparison that is known (< <= > >= = !=)`,
		"fast.p99=>5ms":    `"fast.p99=>5ms" has no comparison that is known (< <= > >= = !=)`,
		"fast.p99=<5ms":    `"fast.p99=<5ms" has no comparison that is known (< <= > >= = !=)`,
	} {
		_, err := ParseCondition(text)
		require.EqualError(t, err, want, text)
	}
}

func TestEveryFigureReadsASnapshot(t *testing.T) {
	s := sampleOf()
	for group, list := range map[string][]Figure{
		"fast": GroupFigures(Produce), "sub1": GroupFigures(Consume),
		TotalGroup: TotalFigures(), ProcessGroup: ProcessFigures(),
	} {
		seen := map[string]bool{}
		for _, f := range list {
			require.False(t, seen[f.Name], "%s.%s is there twice", group, f.Name)
			seen[f.Name] = true
			require.NotEmpty(t, f.Doc)
			m, err := ParseMetric(group + "." + f.Name)
			require.NoError(t, err)
			s.Value(m) // must not panic; may be NaN
		}
	}
	require.True(t, math.IsNaN((*Snapshot)(nil).Value(Metric{"fast", "rate"})))
}

func TestFormerNamesAreStillRead(t *testing.T) {
	for former, present := range aliases {
		m, err := ParseMetric("sub1." + former)
		require.NoError(t, err)
		require.Equal(t, Metric{"sub1", present}, m)
		_, found := findFigure(anyFigures, former)
		require.False(t, found, "%s is a figure of its own", former)
	}
}

func FuzzCondition(f *testing.F) {
	for _, text := range []string{
		"fast.p99<20ms and sub1.backlog<5k", "fast.rate>=50k/s", "a.mbps!=1.5", "a.mbps<3KiB/s", "process.memory==1GiB", "process.cpu<1%", "x",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCondition(text)
		if err != nil {
			return
		}
		again, err := ParseCondition(c.String())
		require.NoError(t, err, c.String())
		require.Equal(t, c, again)
	})
}
