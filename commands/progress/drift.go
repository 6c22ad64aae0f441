package progress

import (
	"fmt"
	"time"

	"pulsh/graphs"
)

// Drift tells how late a script was: the number of its `at` lines, and the largest
// delay of one.
type Drift struct {
	Lines int
	Worst time.Duration
}

// String returns the text for a summary.
func (d Drift) String() string {
	return fmt.Sprintf("%s at most %s late", graphs.Plural(d.Lines, "timed line"), graphs.Latency(float64(d.Worst)))
}
