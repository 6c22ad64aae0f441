package commands

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/graphs"
	"pulsh/session/snapshot"
)

// TestHeatShowsWhatWasMeasured: the picture of a load that answers after 2 ms
// has its messages on the row of 1 to 3 ms, and fits the answers' width.
func TestHeatShowsWhatWasMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		do := func(line string) string {
			var out strings.Builder
			require.NoError(t, c.Execute(t.Context(), line, &out), line)
			return out.String()
		}
		do("connect pulsar://localhost:6650; produce start fast rate=2000; wait 5s")
		shown := do("heat fast service window=10s")
		require.Contains(t, shown, "fast service")
		require.Contains(t, shown, "1ms ┤")
		hot := 0
		for line := range strings.Lines(shown) {
			require.LessOrEqual(t, graphs.Width(strings.TrimRight(line, "\n")), lang.AnswerWidth+2)
			if strings.Count(line, "█") > 20 {
				hot++
			}
		}
		require.Positive(t, hot, shown)
		require.Contains(t, shown, "▲", "a command was typed")

		c.Env.Color = true
		require.Contains(t, do("heat fast"), "\x1b[")
		do("graph fast heat")
		require.Equal(t, "fast", c.View().Group(c.Env.Session.Snapshot()))
		require.Equal(t, snapshot.Metric{Group: "fast", Figure: "latency"}, c.View().Panels[0].Heat)
	})
}

// TestScroll: the graph goes back as far as the session, and forward to now.
func TestScroll(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 42, 7, 0, time.UTC)
	s := &snapshot.Snapshot{At: at, Elapsed: 10 * time.Minute}
	v := host.View{Window: time.Minute}
	ago := func(v host.View) time.Duration {
		if v.Until.IsZero() {
			return 0
		}
		return at.Sub(v.Until)
	}
	require.Equal(t, 45*time.Second, v.Page())
	back := v.Scrolled(s, -v.Page())
	require.Equal(t, 45*time.Second, ago(back))
	require.Equal(t, 90*time.Second, ago(back.Scrolled(s, -v.Page())))
	require.Equal(t, 9*time.Minute, ago(back.Scrolled(s, -time.Hour)), "nothing was before the session")
	require.Equal(t, 30*time.Second, ago(back.Scrolled(s, 15*time.Second)))
	require.True(t, back.Scrolled(s, time.Minute).Until.IsZero())
	require.True(t, v.Scrolled(s, time.Minute).Until.IsZero())
	v.Window = time.Hour
	require.Equal(t, time.Duration(0), ago(v.Scrolled(s, -time.Minute)), "all there is is in view")
	s.Elapsed = 100 * time.Hour
	require.Equal(t, 23*time.Hour, ago(v.Scrolled(s, -90*time.Hour)), "a day is kept")
}

func TestScrollByKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, refused)
		time.Sleep(5 * time.Minute)
		look.Scroll(c, -1)
		require.False(t, c.View().Until.IsZero())
		until := c.View().Until
		look.Scroll(c, -1)
		require.Equal(t, 45*time.Second, until.Sub(c.View().Until))
		look.Scroll(c, 9)
		require.True(t, c.View().Until.IsZero())
	})
}
