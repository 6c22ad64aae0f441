package commands

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"pulsh/commands/host"
)

// guarded is a session on a protected cluster.
func protectedWorld(t *testing.T, change func(*host.Env)) *host.Host {
	c := world(t, pretend(t), change)
	var out strings.Builder
	for _, line := range []string{"connect pulsar://prod:6650 admin=http://prod:8080", "topic create orders", "sub create orders other", "consume start sub1 topic=orders", "set session protected=on"} {
		require.NoError(t, c.Execute(t.Context(), line, &out), line)
	}
	return c
}

// touching are lines that destroy or disturb, or end the protection.
var touching = []string{
	"topic delete orders force", "sub delete orders sub1 force", "clear sub1", "topic terminate orders", "sub expire orders other 10m",
	"topic unload orders", "seek sub1 latest", "rewind sub1 10", "topic partitions orders 4", "topic compact orders", "sub create orders audit",
	"set session protected=off", "set session protected-rate=max",
}

// At the prompt every such line asks, also with --yes and force, and names the
// cluster. No changes nothing.
func TestAProtectedClusterAsksInSpiteOfYes(t *testing.T) {
	for _, yes := range []bool{false, true} {
		for _, line := range touching {
			synctest.Test(t, func(t *testing.T) {
				var asked []string
				c := protectedWorld(t, func(e *host.Env) {
					e.Yes, e.AllowProtected = yes, yes
					e.Confirm = func(_ context.Context, question string) bool { asked = append(asked, question); return false }
				})
				var out strings.Builder
				require.ErrorContains(t, c.Execute(t.Context(), line, &out), "cancelled", line)
				require.Len(t, asked, 1, line)
				require.True(t, strings.HasPrefix(asked[0], "prod:6650 is protected: "), asked[0])
				require.True(t, c.Env.Session.Preferences().Protected)
			})
		}
	}
}

// A script needs both options, and is refused before its first line runs.
func TestAScriptNeedsBothOptions(t *testing.T) {
	for _, line := range touching {
		synctest.Test(t, func(t *testing.T) {
			c := protectedWorld(t, func(e *host.Env) { e.Yes = true })
			var out strings.Builder
			err := c.Execute(t.Context(), line, &out)
			require.ErrorContains(t, err, "prod:6650 is protected: in a script", line)
			require.ErrorContains(t, err, "--yes and --allow-protected", line)
			c.Config.AllowProtected, c.Config.Yes = true, false
			require.ErrorContains(t, c.Execute(t.Context(), line, &out), "--allow-protected", line)
			c.Config.Yes = true
			if err := c.Execute(t.Context(), line, &out); err != nil {
				require.NotContains(t, err.Error(), "protected", line)
			}
		})
	}
}

// Without protection nothing of that asks that did not ask before.
func TestAnUnprotectedClusterAsksAsEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t), func(e *host.Env) {
			e.Confirm = func(_ context.Context, question string) bool { t.Error(question); return false }
		})
		var out strings.Builder
		for _, line := range []string{"connect pulsar://dev:6650 admin=http://dev:8080", "topic create orders", "consume start sub1 topic=orders", "topic unload orders", "seek sub1 latest"} {
			require.NoError(t, c.Execute(t.Context(), line, &out), line)
		}
	})
}

// A profile protects its cluster before its groups can start, and another profile
// does not end that without a question.
func TestAProfileProtects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := world(t, pretend(t), func(e *host.Env) { e.Yes = true })
		writeProfile(t, c, "prod", "[connection]\nurl = \"pulsar://prod:6650\"\n[session]\nprotected = true\nprotected-rate = \"500\"\n[produce.fast]\nrate = \"2k\"\n")
		writeProfile(t, c, "dev", "[session]\nprotected = false\n")
		var out strings.Builder
		require.NoError(t, c.Execute(t.Context(), "load prod", &out))
		require.ErrorContains(t, c.Execute(t.Context(), "produce start fast", &out), "at most 500/s")
		require.ErrorContains(t, c.Execute(t.Context(), "load dev", &out), "--allow-protected")
		require.True(t, c.Env.Session.Preferences().Protected)
	})
}

// writeProfile saves a profile as a user would.
func writeProfile(t *testing.T, c *host.Host, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(c.Env.Library.Dir, name+".toml"), []byte(text), 0o600))
}
