package commands

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/commands/script"
)

func TestTheDemo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t))
		var out strings.Builder
		require.ErrorContains(t, c.Execute(t.Context(), "demo", &out), "the tour needs a connection")
		require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650 admin=http://localhost:8080; graph off", &out))
		out.Reset()
		begin := time.Now()
		require.NoError(t, c.Execute(t.Context(), "demo", &out), out.String())
		require.Less(t, time.Since(begin), 90*time.Second)
		for line := range strings.Lines(script.DemoScript) {
			line, _, _ = strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "# ")), " topic=")
			if !strings.HasPrefix(line, "wait ") {
				require.Contains(t, out.String(), line, "each step is shown")
			}
		}
		require.Contains(t, out.String(), "PASS")
		require.Empty(t, c.Fresh(t.Context()).Groups)
		require.False(t, c.View().Auto, "the graph is as it was")
		require.Empty(t, c.View().Panels)
	})
}

func TestTheDemoLeavesNothingWhenItIsCancelled(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 8 * time.Second, 25 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c := world(t, pretend(t))
			var out strings.Builder
			require.NoError(t, c.Execute(t.Context(), "connect pulsar://localhost:6650", &out))
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			require.Error(t, c.Execute(ctx, "demo", &out))
			require.Empty(t, c.Fresh(t.Context()).Groups, after)
			require.NoError(t, c.Execute(t.Context(), "load low; clone perf demo", &out))
			require.ErrorContains(t, c.Execute(t.Context(), "demo", &out), `a group named demo already exists`)
		})
	}
}
