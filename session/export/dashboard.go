package export

import (
	"encoding/json"
	"strings"
)

// panel is one graph of the dashboard.
type panel struct {
	title string
	unit  string // by its name in Grafana
	lines []query
}

// query is a PromQL expression with the legend of its lines.
type query struct{ expression, legend string }

// dashboardPanels returns the graphs of the dashboard, two in a row.
func dashboardPanels() []panel {
	const rate, of = "[$__rate_interval]", `{group=~"$group"}`
	quantile := func(rank, name string) string {
		return "histogram_quantile(" + rank + ", sum by (le, group) (rate(pulsh_" + name + "_seconds_bucket" + of + rate + ")))"
	}
	sum := func(name string) string { return "sum by (group) (rate(" + name + of + rate + "))" }
	level := func(name string) string { return "sum by (group) (" + name + of + ")" }
	return []panel{
		{"Sent and wanted", "cps", []query{{sum("pulsh_messages_acked_total"), "{{group}} acked"}, {level("pulsh_target_messages_per_second"), "{{group}} target"}}},
		{"Received", "cps", []query{{sum("pulsh_messages_received_total"), "{{group}} received"}, {sum("pulsh_messages_acknowledged_total"), "{{group}} acknowledged"}}},
		{"Latency, due to acked", "s", []query{{quantile("0.5", "latency"), "{{group}} p50"}, {quantile("0.99", "latency"), "{{group}} p99"},
			{`max by (group) (pulsh_latency_recent_seconds{group=~"$group",quantile="1"})`, "{{group}} max of the last second"}}},
		{"End to end, due to received", "s", []query{{quantile("0.5", "e2e"), "{{group}} p50"}, {quantile("0.99", "e2e"), "{{group}} p99"},
			{`max by (group) (pulsh_e2e_recent_seconds{group=~"$group",quantile="1"})`, "{{group}} max of the last second"}}},
		{"Lag, due to sent: pulsh's own", "s", []query{{quantile("0.99", "lag"), "{{group}} p99"}}},
		{"Service, sent to acked", "s", []query{{quantile("0.5", "service"), "{{group}} p50"}, {quantile("0.99", "service"), "{{group}} p99"}}},
		{"Backlog", "short", []query{{level("pulsh_backlog_messages"), "{{group}} messages"}, {level("pulsh_backlog_entries"), "{{group}} entries"}}},
		{"Processing, received to acked", "s", []query{{quantile("0.99", "processing"), "{{group}} p99"}}},
		{"Lost, missing, duplicated", "short", []query{{level("pulsh_messages_lost"), "{{group}} lost"}, {level("pulsh_messages_missing"), "{{group}} missing"},
			{level("pulsh_messages_duplicated_total"), "{{group}} duplicated"}, {level("pulsh_messages_redelivered_total"), "{{group}} redelivered"}}},
		{"Failed, missed, unanswered", "cps", []query{{sum("pulsh_messages_failed_total"), "{{group}} failed"}, {sum("pulsh_messages_missed_total"), "{{group}} missed"},
			{sum("pulsh_messages_unanswered_total"), "{{group}} unanswered"}, {"sum by (group, category) (rate(pulsh_failures_total" + of + rate + "))", "{{group}} {{category}}"}}},
		{"Payload", "Bps", []query{{sum("pulsh_payload_bytes_total"), "{{group}}"}}},
		{"In flight", "short", []query{{level("pulsh_messages_pending"), "{{group}} pending"}, {level("pulsh_messages_unacknowledged"), "{{group}} unacknowledged"}}},
		{"Processor of pulsh", "short", []query{{"pulsh_cpu_cores", "{{instance}} cores"}}},
		{"Memory of pulsh", "bytes", []query{{"pulsh_resident_memory_bytes", "{{instance}}"}}},
	}
}

// The grid of a dashboard in Grafana is 24 wide.
const (
	panelWidth  = 12
	panelHeight = 8
)

// Dashboard returns a Grafana dashboard over the metrics of Families, as indented
// JSON.
func Dashboard() string {
	source := map[string]any{"type": "prometheus", "uid": "${source}"}
	var panels []any
	for i, p := range dashboardPanels() {
		var targets []any
		for j, q := range p.lines {
			targets = append(targets, map[string]any{"refId": string(rune('A' + j)), "expr": q.expression, "legendFormat": q.legend, "datasource": source})
		}
		panels = append(panels, map[string]any{
			"id": i + 1, "type": "timeseries", "title": p.title, "datasource": source, "targets": targets,
			"gridPos":     map[string]any{"h": panelHeight, "w": panelWidth, "x": i % 2 * panelWidth, "y": i / 2 * panelHeight},
			"fieldConfig": map[string]any{"defaults": map[string]any{"unit": p.unit, "min": 0, "custom": map[string]any{"lineWidth": 1, "showPoints": "never"}}, "overrides": []any{}},
			"options":     map[string]any{"legend": map[string]any{"displayMode": "table", "placement": "bottom", "calcs": []any{"mean", "max"}}, "tooltip": map[string]any{"mode": "multi"}},
		})
	}
	board := map[string]any{
		"uid": "pulsh", "title": "pulsh", "tags": []any{"pulsar", "load"}, "schemaVersion": 39, "editable": true, "refresh": "5s",
		"time":   map[string]any{"from": "now-15m", "to": "now"},
		"panels": panels,
		"templating": map[string]any{"list": []any{
			map[string]any{"name": "source", "label": "data source", "type": "datasource", "query": "prometheus"},
			map[string]any{"name": "group", "label": "group", "type": "query", "datasource": source, "query": "label_values(pulsh_group_info, group)",
				"refresh": 2, "multi": true, "includeAll": true, "allValue": ".*", "current": map[string]any{"text": "All", "value": "$__all"}},
		}},
	}
	text, err := json.MarshalIndent(board, "", "  ")
	if err != nil {
		return "" // maps of texts and numbers always have a form
	}
	return string(text)
}

// DashboardManifest returns the dashboard as a ConfigMap for the sidecar of
// Grafana's chart.
func DashboardManifest() string {
	var b strings.Builder
	b.WriteString(`# A dashboard for Grafana over the metrics of pulsh (pulsh --metrics). The sidecar of Grafana's Helm chart loads every
# ConfigMap with this label:
#
#   kubectl apply -f grafana-dashboard.yaml
#
# A sidecar that looks in its own namespace alone needs that namespace below.
apiVersion: v1
kind: ConfigMap
metadata:
  name: pulsh-dashboard
  namespace: pulsar
  labels:
    app.kubernetes.io/name: pulsh
    grafana_dashboard: "1"
data:
  pulsh.json: |
`)
	for line := range strings.Lines(Dashboard()) {
		b.WriteString("    " + line)
	}
	b.WriteString("\n")
	return b.String()
}
