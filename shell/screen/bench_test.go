package screen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// discard counts what it is given.
type discard struct{ bytes int }

func (d *discard) Write(p []byte) (int, error) {
	d.bytes += len(p)
	return len(p), nil
}

// steadyFrame is the frame of a graph whose newest column moves with every
// frame and which scrolls once a second, as the frames of a session do.
func steadyFrame(tick, width, rows int) (graph, status []string) {
	graph = make([]string, rows)
	for y := range graph {
		var b strings.Builder
		fmt.Fprintf(&b, "%7d ┤\x1b[32m", 1000*(rows-y))
		for x := range width - 9 {
			column := x + tick/10
			if x == width-10 {
				column = x + tick
			}
			if (column*column)%rows == y {
				b.WriteString("─")
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString("\x1b[0m")
		graph[y] = b.String()
	}
	for _, name := range []string{"fast", "sub1"} {
		status = append(status, fmt.Sprintf("%s  \x1b[32m●\x1b[0m 8w  %4.1fk/50.0k/s  %4.1f MB/s  p50 %4.1fms  p99 %4.1fms  0 failed",
			name, 49.9+float64(tick%3)/10, 12.4, 2.1, 4.8+float64(tick%7)/10))
	}
	status = append(status, fmt.Sprintf("00:01:%02d ● local  sent %d  cpu %d%%  mem 64M", tick/10%60, 3600000+tick*5000, tick%5))
	return graph, status
}

func BenchmarkPaint(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		width, height := size[0], size[1]
		b.Run(fmt.Sprintf("%dx%d", width, height), func(b *testing.B) {
			var w discard
			s := New(&w, width, height, Options{Color: true})
			s.Start()
			s.SetPrompt(TextView("> ", width, true))
			frames := make([][2][]string, 600) // a minute
			for i := range frames {
				frames[i][0], frames[i][1] = steadyFrame(i, width, Budget(height)-3)
			}
			b.ReportAllocs()
			w.bytes = 0
			for i := 0; b.Loop(); i++ {
				f := frames[i%len(frames)]
				s.SetLive(f[0], f[1])
				s.Paint()
			}
			b.ReportMetric(float64(w.bytes)/float64(b.N), "bytes/frame")
		})
	}
}

func TestASteadyFrameIsSmall(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		var w discard
		s := New(&w, size[0], size[1], Options{Color: true})
		s.Start()
		graph, status := steadyFrame(0, size[0], Budget(size[1])-3)
		s.SetLive(graph, status)
		s.Paint()
		w.bytes = 0
		for i := range 600 {
			graph, status = steadyFrame(i, size[0], Budget(size[1])-3)
			s.SetLive(graph, status)
			s.Paint()
		}
		require.Less(t, w.bytes/600, 1024, "bytes a frame at %v", size)
	}
}

func BenchmarkPrint(b *testing.B) {
	var w discard
	s := New(&w, 80, 24, Options{Color: true})
	s.Start()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Print("line of output as long as most of them are")
	}
}
