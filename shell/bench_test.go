package shell

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"
)

// BenchmarkEcho types one key after another and measures the time from the
// write to the pty until the emulator shows it.
func BenchmarkEcho(b *testing.B) {
	for _, c := range []struct {
		name, words string
		procs       string
	}{
		{"quiet", "noframes", ""},
		{"painting", "", ""},
		{"busy", "busy", ""},
		{"busy, two processors more", "busy", "4"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var env []string
			if c.procs != "" {
				env = append(env, "GOMAXPROCS="+c.procs)
			}
			s := open(b, 200, 50, c.words, env...)
			s.See("^>$")
			var took []time.Duration
			line := ""
			for b.Loop() {
				if len(line) == 100 {
					line = ""
					s.Send("\x15")
					s.See("^>$")
				}
				line += "x"
				begun := time.Now()
				s.Send("x")
				s.Until(line, func() bool { return slices.Contains(s.Rows(), "> "+line) })
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkIdle lets a shell paint at 10 Hz for a while and reports the share of
// a core and the bytes of a frame.
func BenchmarkIdle(b *testing.B) {
	const seconds = 10
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			for range b.N {
				s := open(b, size[0], size[1], "")
				s.See("^>$")
				n, frames := len(s.Stream()), s.Frames()
				time.Sleep(seconds * time.Second)
				n, frames = len(s.Stream())-n, s.Frames()-frames
				s.Send("\x04")
				s.Wait()
				usage := s.Cmd.ProcessState.SysUsage().(*syscall.Rusage)
				cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
				b.ReportMetric(100*cpu.Seconds()/seconds, "cpu-%")
				b.ReportMetric(float64(n)/float64(max(frames, 1)), "bytes/frame")
				b.ReportMetric(float64(usage.Maxrss)/1024, "rss-MiB")
			}
		})
	}
}
