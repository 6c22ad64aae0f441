package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// Greeting returns the first lines of a shell: its version, the cluster, and the
// first commands to type. Ready is the time that a local server took to start, zero
// if this program did not start it.
func Greeting(version string, c snapshot.Cluster, ready time.Duration) []string {
	first := "pulsh " + version
	if c.State == snapshot.Unconnected {
		first += " · not connected"
	} else {
		first += " · " + c.URL + " · Pulsar"
		if c.Version != "" {
			first += " " + c.Version
		}
		if ready > 0 {
			first += " (local, ready in " + graphs.Seconds(ready) + ")"
		}
	}
	return []string{
		graphs.Clean(first),
		"",
		"  produce start fast rate=50000       start sending",
		"  consume start sub1 topic=fast       start receiving",
		"  graph fast sub1                     look at both",
		"  help                                everything else (Tab completes, F1)",
		"",
	}
}

// Try is a line that may help, and the case in which it does.
type Try struct{ Line, For string }

// Advice returns a page about a fault with the lines to try.
func Advice(fault string, tries []Try) []string {
	width := 0
	for _, t := range tries {
		if len(t.Line) <= adviceWidth {
			width = max(width, graphs.Width(t.Line))
		}
	}
	out := []string{graphs.Clean(fault)}
	for i, t := range tries {
		before := "       "
		if i == 0 {
			before = "  try: "
		}
		line := graphs.Clean(t.Line)
		if t.For != "" {
			line = graphs.Left(line, max(width, graphs.Width(line))) + "   " + t.For
		}
		out = append(out, before+line)
	}
	return out
}

// adviceWidth is the largest width of the column of lines to try. A longer line moves
// only its own explanation, which has eighteen columns on a terminal of 80.
const adviceWidth = 40
