package start

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/local"
	"pulsh/session/broker/local/localtest"
	"pulsh/shell/ptytest"
)

const (
	// keysTyped make a 99th percentile of which four keys are worse.
	keysTyped = 400
	// gapLeast and gapMost lie between two keys, so that they meet frames, which
	// come every 100 ms, at any moment.
	gapLeast, gapMost = 15 * time.Millisecond, 55 * time.Millisecond
	// idleTime is how long an idle shell is watched.
	idleTime = 20 * time.Second
)

// measured is a server for measurements: its Java compiles as it does in
// earnest.
func measured(b *testing.B) *local.Server {
	b.Helper()
	config := localtest.Config(b, filepath.Join(b.TempDir(), "cache"))
	config.JavaFlags = nil
	ctx, cancel := context.WithTimeout(b.Context(), 10*patience)
	defer cancel()
	server, err := local.Start(ctx, config)
	require.NoError(b, err)
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		require.NoError(b, server.Release(ctx))
	})
	return server
}

// promptsTaken is how many starts BenchmarkPrompt times.
const promptsTaken = 30

// BenchmarkPrompt measures the time from the start of the process until its
// prompt stands on the screen, with a Pulsar that answers and without one.
func BenchmarkPrompt(b *testing.B) {
	for where, flags := range map[string][]string{
		"connected": at(measured(b)),
		"alone":     {"--url", "pulsar://127.0.0.1:1"},
	} {
		b.Run(where, func(b *testing.B) {
			for range b.N {
				var took []time.Duration
				for range promptsTaken {
					cmd := pulsh(b, nil, flags...)
					begun := time.Now()
					s := ptytest.Start(b, cmd, 80, 24)
					s.See("^>$")
					took = append(took, time.Since(begun))
					leave(b, s)
				}
				reportMetrics(b, took)
			}
		})
	}
}

// BenchmarkEcho types the keys of a command and measures the time from the write
// to the pty until the emulator shows the character in its cell.
func BenchmarkEcho(b *testing.B) {
	server := measured(b)
	for _, load := range []string{"idle", "50k out", "50k out and in"} {
		for _, procs := range []string{"2", "4"} {
			b.Run(load+", GOMAXPROCS="+procs, func(b *testing.B) {
				for range b.N {
					s := open(b, server, 200, 50, "GOMAXPROCS="+procs)
					burden(s, load)
					reportMetrics(b, echoes(s))
					leave(b, s)
				}
			})
		}
	}
}

// burden starts what goes on while keys are typed.
func burden(s *ptytest.Terminal, load string) {
	topic := ownTopic()
	if load == "50k out and in" {
		run(s, "consume start sub1 topic="+topic, `^  sub1: receiving `)
	}
	if load != "idle" {
		run(s, "produce start fast rate=50000 size=1KiB topic="+topic, `^  fast: sending to `)
		s.See(`^fast +● .* [0-9.]+k/50\.0k/s`)
	}
	s.Send("\x0c")
	s.Until("a clear screen", func() bool { return s.Rows()[0] == ">" })
}

// echoes types keysTyped characters into row 0 and times each.
func echoes(s *ptytest.Terminal) (took []time.Duration) {
	const line = "produce start other topic=elsewhere rate=20k workers=8 size=2KiB compression=zstd"
	random := rand.New(rand.NewPCG(1, 2))
	for x := 0; len(took) < keysTyped; x++ {
		if x == len(line) {
			x = 0
			s.Send("\x15")
			s.Until("an empty line", func() bool { return s.Rows()[0] == ">" })
		}
		time.Sleep(gapLeast + time.Duration(random.Int64N(int64(gapMost-gapLeast))))
		key := line[x : x+1]
		column := len("> ") + x
		begun := time.Now()
		s.Send(key)
		// A blank looks the same before and after, so it is not measured.
		s.Until(line[:x+1], func() bool { return s.Cell(column, 0) == key || key == " " })
		if key != " " {
			took = append(took, time.Since(begun))
		}
	}
	return took
}

func reportMetrics(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(0, "ns/op") // of no meaning: it is mostly the gaps
	for name, at := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100, "max-ms": len(took) - 1} {
		b.ReportMetric(took[at].Seconds()*1000, name)
	}
}

// BenchmarkIdle watches a shell that paints at 10 Hz, with nothing to show and
// with a graph that moves, and reports its share of a core: what it used until
// it was left, less what one used that was left at once.
func BenchmarkIdle(b *testing.B) {
	server := measured(b)
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		for _, shown := range []string{"prompt", "graph"} {
			b.Run(fmt.Sprintf("%s %dx%d", shown, size[0], size[1]), func(b *testing.B) {
				for range b.N {
					start, _ := watched(b, server, size, shown, 0)
					all, bytes := watched(b, server, size, shown, idleTime)
					b.ReportMetric(0, "ns/op")
					b.ReportMetric(100*(all-start).Seconds()/idleTime.Seconds(), "cpu-%")
					b.ReportMetric(bytes/idleTime.Seconds(), "bytes/s")
				}
			})
		}
	}
}

// watched is the processor time of a shell that is left after a while, and what
// it wrote meanwhile. The graph shows a group of ten messages a second, which
// cost next to nothing.
func watched(b *testing.B, server *local.Server, size [2]int, shown string, d time.Duration) (cpu time.Duration, bytes float64) {
	s := open(b, server, size[0], size[1])
	if shown == "graph" {
		run(s, "produce start fast rate=10 topic="+ownTopic(), `^  fast: sending to `)
	}
	n := len(s.Stream())
	time.Sleep(d)
	n = len(s.Stream()) - n
	leave(b, s)
	usage := s.Cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), float64(n)
}
