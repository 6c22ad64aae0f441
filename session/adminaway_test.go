package session_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// value returns a metric of sub1 now.
func (v *inVirtual) value(metric string) float64 {
	m, err := snapshot.ParseMetric(metric)
	require.NoError(v.t, err)
	return v.Snapshot().Value(m)
}

// While the admin API is away, what it said last is not shown as if it were true
// now: the backlog grows meanwhile.
func TestFiguresOfASilentAdminAPIAreUnknown(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		t := v.t
		v.receive(func(s *spec.Consumer) { s.Workers = 1 })
		v.produce(1000, nil)
		time.Sleep(5 * time.Second)
		require.Less(t, v.value("sub1.backlog"), 500.0)
		v.heard()
		v.cluster.HideAdmin(true)
		require.NoError(t, v.Pause("sub1"))
		time.Sleep(5 * time.Second)
		for _, metric := range []string{"sub1.backlog", "sub1.entries", "sub1.unacked", "sub1.broker.out", "fast.storage", "fast.broker.in"} {
			require.True(t, math.IsNaN(v.value(metric)), "%s is %v", metric, v.value(metric))
		}
		m, err := snapshot.ParseMetric("sub1.backlog")
		require.NoError(t, err)
		require.Regexp(t, `^no answer from the admin API for [56] s$`, v.Snapshot().WhyUnknown(m))
		require.False(t, v.sub1().Consumer.Backlog.Known)
		require.Equal(t, snapshot.Up, v.Cluster().State, "the broker answers")
		time.Sleep(10 * time.Second)
		require.Regexp(t, `(?s)^backlogs are unknown: no admin API answers at http://memory:8080 \(connection refused\)\n?$`, v.heard(), "one note")
		v.cluster.HideAdmin(false)
		time.Sleep(3 * time.Second)
		require.InDelta(t, 18_000, v.value("sub1.backlog"), 1500)
		require.Empty(t, v.Snapshot().WhyUnknown(m))
		require.Regexp(t, `^the admin API answers again, after 1\d(\.\d)?s: backlogs are known again\n?$`, v.heard())
		var marks []string
		for _, mark := range v.Snapshot().Marks {
			marks = append(marks, mark.Text)
		}
		require.Contains(t, marks, "admin API silent")
	})
}

// A short silence changes nothing.
func TestOneRequestWithoutAnAnswerHidesNoFigure(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(1000, nil)
		time.Sleep(5 * time.Second)
		v.heard()
		v.cluster.HideAdmin(true)
		time.Sleep(1500 * time.Millisecond)
		require.False(v.t, math.IsNaN(v.value("sub1.backlog")))
		v.cluster.HideAdmin(false)
		time.Sleep(3 * time.Second)
		require.Empty(v.t, v.heard())
	})
}

// A cluster that is away altogether is told of once, not twice.
func TestAnOutageOfAllHidesTheFiguresWithoutANoteOfItsOwn(t *testing.T) {
	inVirtualTime(t, func(v *inVirtual) {
		v.consume()
		v.produce(1000, nil)
		time.Sleep(5 * time.Second)
		v.heard()
		v.cluster.Kill()
		time.Sleep(15 * time.Second)
		require.True(v.t, math.IsNaN(v.value("sub1.backlog")))
		v.cluster.Restore()
		time.Sleep(5 * time.Second)
		require.False(v.t, math.IsNaN(v.value("sub1.backlog")))
		require.NotContains(v.t, v.heard(), "backlogs")
	})
}
