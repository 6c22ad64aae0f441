package commands

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReaderIsExportedAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		t.Chdir(t.TempDir())
		r.do("read start r1 topic=fast from=earliest", "wait 3s", "export run.json")
		data, err := os.ReadFile("run.json")
		require.NoError(t, err)
		var d struct {
			Groups []struct {
				Name     string
				Reader   bool
				Settings map[string]string
				Figures  map[string]any
			}
		}
		require.NoError(t, json.Unmarshal(data, &d))
		seen := 0
		for _, g := range d.Groups {
			require.Equal(t, g.Name == "r1", g.Reader, g.Name)
			if g.Reader {
				seen++
				require.Equal(t, "earliest", g.Settings["from"])
				require.NotContains(t, g.Settings, "subscription")
				require.NotZero(t, g.Figures["received"])
			}
		}
		require.Equal(t, 1, seen)
	})
}

// TestATailEndsWithCtrlC sums up what it showed.
func TestATailEndsWithCtrlC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, true)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		r.out.Reset()
		_ = r.Execute(ctx, "tail fast body=none", &r.out)
		lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
		require.Regexp(t, `messages in 2\.5 s, \d+ shown$`, lines[len(lines)-1])
		require.Contains(t, r.out.String(), "not shown: they come too fast to read")
		require.NotContains(t, r.do("subs fast"), "reader-", "its subscription has gone")
	})
}
