package export

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// update writes the dashboard anew: go test ./session/export -update.
var update = flag.Bool("update", false, "write the dashboard anew")

const manifest = "../../examples/kubernetes/grafana-dashboard.yaml"

func TestTheDashboardIsFresh(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(manifest, []byte(DashboardManifest()), 0o644))
	}
	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	require.True(t, DashboardManifest() == string(text), "%s is stale: run go test ./session/export -run Dashboard -update", manifest)
}

func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	known := map[string]Family{}
	for _, f := range (&Report{}).Families() {
		known[f.Name] = f
	}
	asked := 0
	for _, p := range dashboardPanels() {
		for _, q := range p.lines {
			for _, name := range regexp.MustCompile(`pulsh_\w+`).FindAllString(q.expression, -1) {
				asked++
				f, ok := known[strings.TrimSuffix(name, "_bucket")]
				require.True(t, ok, "%s is no metric", name)
				require.Equal(t, strings.HasSuffix(name, "_bucket"), f.Type == Histogram, name)
			}
			for _, label := range regexp.MustCompile(`[{,](\w+)=`).FindAllStringSubmatch(q.expression, -1) {
				require.Contains(t, []string{"group", "quantile"}, label[1])
			}
		}
	}
	require.Greater(t, asked, 20)
	var board struct {
		Panels []struct{ ID int }
	}
	require.NoError(t, json.Unmarshal([]byte(Dashboard()), &board))
	require.Len(t, board.Panels, len(dashboardPanels()))
	require.Contains(t, DashboardManifest(), `grafana_dashboard: "1"`)
}
