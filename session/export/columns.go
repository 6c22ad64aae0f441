package export

import (
	"math"
	"slices"
	"strings"

	"pulsh/session/metrics"
)

// Unit is the unit of a value. The name of its column ends with it.
type Unit string

// The units of columns.
const (
	PerSecond      Unit = "messages_per_second"
	BytesPerSecond Unit = "bytes_per_second"
	Milliseconds   Unit = "ms"
	Bytes          Unit = "bytes"
	Percent        Unit = "percent"
	Count          Unit = "count" // not in the name
)

// Column is one figure over time.
type Column struct {
	Name   string `json:"name"`   // in CSV; it ends with the unit
	Metric string `json:"metric"` // in conditions and in JSON, without the group; "" in version 1
	Unit   Unit   `json:"unit"`
	Doc    string `json:"doc"`
}

// MetricName returns the full name of a group's figure in conditions: latency.p99
// for p99 of a producer group, e2e.p99 for p99 of a consumer group.
func MetricName(kind, figure string) string {
	if slices.Contains(metrics.QuantileNames(), figure) {
		switch kind {
		case Produce:
			return "latency." + figure
		case Consume:
			return "e2e." + figure
		}
	}
	return figure
}

// ColumnName returns the column of a group's figure: the full name of its metric
// and its unit, as latency_p99_ms, e2e_p99_9_ms, broker_in_messages_per_second and
// sent.
func ColumnName(kind, figure string, unit Unit) string {
	figure = MetricName(kind, figure)
	if figure == "mbps" { // which is how bytes a second are typed
		figure = "throughput"
	}
	name := strings.ReplaceAll(figure, ".", "_")
	if unit != Count {
		name += "_" + string(unit)
	}
	return name
}

// combine returns one value for several consecutive ones: the worst duration, the
// mean rate or share, the last of all others. It leaves out unknown values.
func (u Unit) combine(values []Number) Number {
	result, n := Number(math.NaN()), 0
	for _, v := range values {
		if !v.Known() {
			continue
		}
		n++
		switch {
		case n == 1:
			result = v
		case u == Milliseconds:
			result = max(result, v)
		case u == PerSecond || u == BytesPerSecond || u == Percent:
			result += v
		default:
			result = v
		}
	}
	if n > 1 && (u == PerSecond || u == BytesPerSecond || u == Percent) {
		result /= Number(n)
	}
	return result
}

// unit returns the unit of a column.
func (r *Report) unit(column string) Unit {
	for _, c := range r.Columns {
		if c.Name == column {
			return c.Unit
		}
	}
	return Count
}

// metric returns the metric of a column, for people: process.cpu is cpu there.
func (r *Report) metric(column string) string {
	for _, c := range r.Columns {
		if c.Name == column && c.Metric != "" {
			return c.Metric
		}
	}
	return column
}

// thin combines each run of values of a given length into one.
func thin(values []Number, unit Unit, each int) []Number {
	if each <= 1 {
		return values
	}
	out := make([]Number, 0, len(values)/each+1)
	for part := range slices.Chunk(values, each) {
		out = append(out, unit.combine(part))
	}
	return out
}

// Thinned returns the report with at most n values in a series. It combines
// several seconds into one value: the worst duration, the mean rate.
func (r *Report) Thinned(n int) *Report {
	each := (r.Samples.Count + n - 1) / n
	if each <= 1 {
		return r
	}
	t := *r
	t.Samples.StepSeconds *= float64(each)
	t.Samples.Count = (r.Samples.Count + each - 1) / each
	slim := func(g Group) Group {
		series := make(Table[[]Number], len(g.Series))
		for i, s := range g.Series {
			series[i] = Entry[[]Number]{s.Name, thin(s.Value, r.unit(s.Name), each)}
		}
		g.Series = series
		return g
	}
	t.Groups = make([]Group, len(r.Groups))
	for i, g := range r.Groups {
		t.Groups[i] = slim(g)
	}
	t.Total, t.Process = slim(r.Total), slim(r.Process)
	return &t
}
