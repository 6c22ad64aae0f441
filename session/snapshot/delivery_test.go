package snapshot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/delivery"
)

// What was removed is not outstanding, also before a later message shows that it is left
// out. What was sent since the last poll of the backlog is.
func TestSetAside(t *testing.T) {
	backlog := Backlog{Known: true, Entries: 374, Messages: 374, At: time.Unix(1, 0)}
	for _, c := range []struct {
		name            string
		totals          delivery.Totals
		backlog         Backlog
		removed         int64
		waiting         int
		want, unremoved int64
	}{
		{"evicted ahead", delivery.Totals{NotYetReceived: 2789}, backlog, 2415, 0, 2415, 374},
		{"sent since the poll", delivery.Totals{NotYetReceived: 3789}, backlog, 2415, 0, 2415, 1374},
		{"nothing removed", delivery.Totals{NotYetReceived: 2789}, backlog, 0, 0, 0, 2789},
		{"still in the backlog", delivery.Totals{NotYetReceived: 374}, backlog, 2415, 0, 0, 374},
		{"left out", delivery.Totals{Gaps: 2500, NotYetReceived: 374}, backlog, 2415, 0, 2500, 374},
		{"backlog unknown", delivery.Totals{Gaps: 100, NotYetReceived: 2789}, Backlog{}, 2415, 0, 100, 2789},
		{"never stored", delivery.Totals{Dropped: 500}, Backlog{Known: true}, 0, 0, 500, 0},
		{"never stored, some in our queue", delivery.Totals{Dropped: 500}, Backlog{Known: true}, 0, 100, 400, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := Consumer{Backlog: c.backlog, Waiting: c.waiting}
			g.Broker.Removed.Moved = c.removed
			require.Equal(t, c.want, g.SetAside(&c.totals))
			require.EqualValues(t, c.unremoved, c.totals.Missing())
		})
	}
}
