package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/payload"
)

// A message of a topic that stores nothing is dropped once it has not come for seconds,
// whether later ones came or not; one that comes all the same was not.
func TestSettle(t *testing.T) {
	const sent, topic = 1000, "non-persistent://public/default/np"
	for _, c := range []struct {
		name    string
		topics  []string
		dropped bool
	}{
		{"stores nothing", []string{topic}, true},
		{"stored", []string{"persistent://public/default/p"}, false},
		{"one of them stored", []string{topic, "persistent://public/default/p"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var registry Registry
			a := registry.Join(Member{Group: 1, Subscription: "np", Topics: c.topics, Audit: NewAudit(0)})
			now := time.Unix(0, 0)
			settle := func() {
				now = now.Add(settleEvery)
				registry.Settle(now, func(topic string) bool { return !strings.HasPrefix(topic, "non-") })
			}
			take := func(from, to uint64) {
				r := a.Reader()
				for n := from; n < to; n++ {
					r.Take(&Arrival{Stamp: payload.Stamp{Producer: 5, Sequence: n}, Entry: uint32(n)})
				}
			}
			a.Open(5, 0)
			a.SendFailed(5, 150)
			a.SendFailed(5, 950)
			take(0, 100)
			take(200, 300)
			a.Expect(5, sent)
			settle()
			require.EqualValues(t, 99+699, a.Totals().Missing(), "it may be on the way")
			require.Zero(t, a.Totals().Dropped)
			a.Expect(5, sent+50) // these are new
			settle()
			if !c.dropped {
				require.EqualValues(t, 99+699+50, a.Totals().Missing())
				return
			}
			got := a.Totals()
			require.EqualValues(t, 99+699, got.Dropped)
			require.EqualValues(t, 2, got.Unknown)
			require.EqualValues(t, 50, got.NotYetReceived)
			require.EqualValues(t, 50, got.Missing())
			take(100, 110) // late
			take(sent, sent+50)
			got = a.Totals()
			require.EqualValues(t, 89+699, got.Dropped)
			require.Zero(t, got.Missing())
			take(sent+2*DefaultWindow, sent+2*DefaultWindow+1)
			settle()
			settle()
			got = a.Totals()
			require.Zero(t, got.Lost, "what left the window is not lost either")
			require.EqualValues(t, sent+2*DefaultWindow+1, got.Unique()+got.Dropped+got.Unknown)
		})
	}
}

// Messages in the group's own queues are not dropped: they come when it goes on.
func TestTakeBack(t *testing.T) {
	totals := Totals{Dropped: 100, Gaps: 1}
	totals.TakeBack(30)
	require.Equal(t, Totals{Dropped: 70, Gaps: 31}, totals)
	totals.TakeBack(1000)
	require.Equal(t, Totals{Gaps: 101}, totals)
}
