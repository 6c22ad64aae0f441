package commands

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/conditions"
	"pulsh/commands/lang"
	"pulsh/commands/report"
	"pulsh/session/broker/embedded/virtual"
	"pulsh/session/snapshot"
)

// guarded runs a script on a cluster in memory that stalls for nearly a second after five.
func guarded(t *testing.T, body string, see func(result lang.Result, err error, checks []lang.Check, s *snapshot.Snapshot, out string)) {
	synctest.Test(t, func(t *testing.T) {
		cluster := virtual.New()
		t.Cleanup(cluster.Close)
		c := world(t, dialled(cluster))
		script, err := language().ParseScript("soak.pulsh", "connect pulsar://localhost:6650; produce start fast rate=1k; consume start sub1 topic=fast\n"+body)
		require.NoError(t, err)
		stalls := time.AfterFunc(5*time.Second, func() { cluster.Stall(900 * time.Millisecond) }) // not until the instant at which the broker is asked whether it lives
		defer stalls.Stop()
		var out strings.Builder
		result, err := c.RunScript(t.Context(), script, &out, lang.Options{})
		time.Sleep(3 * time.Second)
		see(result, err, append(c.Journal().Checks, conditions.GuardsOf(c).Standing(time.Now())...), c.Env.Session.Snapshot(), out.String())
		r := report.ReportNow(c)
		require.Len(t, r.Checks, len(c.Journal().Checks)+len(conditions.GuardsOf(c).Standing(time.Now())))
	})
}

func TestAGuardBreaksBesideTheScript(t *testing.T) {
	guarded(t, "guard fast.p99<500ms\nguard fast.p99<3s\nguard fast.p99<500ms for=10s\nwait 10s", func(result lang.Result, err error, checks []lang.Check, s *snapshot.Snapshot, _ string) {
		require.NoError(t, err)
		require.Len(t, checks, 3)
		broken := checks[0]
		require.Equal(t, "guard fast.p99 < 500ms", broken.Condition)
		require.Equal(t, lang.GuardCheck, broken.Kind)
		require.Equal(t, "soak.pulsh:2", broken.Place)
		require.Regexp(t, `^fast.p99 was .*s, wanted < 500ms$`, broken.Failure)
		require.Greater(t, broken.Terms[0].Worst, 0.5e9)
		require.Empty(t, checks[1].Failure)
		require.Empty(t, checks[2].Failure, "it was untrue for two seconds at most")
		require.Greater(t, checks[1].Samples, 100)
		var marks []string
		for _, m := range s.Marks {
			if m.Kind == snapshot.MarkError {
				marks = append(marks, m.Text)
			}
		}
		require.Equal(t, []string{"guard fast.p99 < 500ms is broken"}, marks)
		g, _ := s.Group("fast")
		require.Equal(t, snapshot.Running, g.State)
	})
}

func TestAGuardAbortsTheLoadInOrder(t *testing.T) {
	guarded(t, "guard fast.p99<500ms abort\nwait 1m\nmark never", func(_ lang.Result, err error, checks []lang.Check, s *snapshot.Snapshot, _ string) {
		require.ErrorContains(t, err, "guard 1 is broken: fast.p99 was")
		require.Equal(t, lang.ExitFailed, lang.ExitCode(err))
		require.Len(t, checks, 1)
		for _, name := range []string{"fast", "sub1"} {
			g, _ := s.Group(name)
			require.Equal(t, snapshot.Stopped, g.State, name)
		}
		p, _ := s.Group("fast")
		c, _ := s.Group("sub1")
		require.Equal(t, p.Producer.Sent, p.Producer.Acked)
		require.InDelta(t, p.Producer.Acked, c.Consumer.Received, 50, "the consumers stop after the producers; a few messages are on their way")
		require.Less(t, p.Running, 10*time.Second)
	})
}

// A guard says nothing of a group that is paused or stopped.
func TestAGuardWatchesRunningGroups(t *testing.T) {
	guarded(t, "wait 2s\nguard fast.rate>100\npause fast\nwait 2s\nproduce stop fast\nwait 2s\nremove fast\nwait 2s", func(_ lang.Result, err error, checks []lang.Check, _ *snapshot.Snapshot, _ string) {
		require.NoError(t, err)
		require.Len(t, checks, 1)
		require.Empty(t, checks[0].Failure)
	})
}
