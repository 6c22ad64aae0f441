package export

import "slices"

// MetricType is the type of a family in Prometheus.
type MetricType string

// The types of families.
const (
	Counter   MetricType = "counter"
	Gauge     MetricType = "gauge"
	Summary   MetricType = "summary"
	Histogram MetricType = "histogram"
)

// Family is a Prometheus metric: its name, its help, and a sample for each set of
// label values. Units are seconds and bytes.
type Family struct {
	Name    string
	Help    string
	Type    MetricType
	Labels  []string // in ascending order, as the client library requires
	Samples []Sample
}

// Sample is one time series of a family. Summaries and histograms have Count, Sum,
// Quantiles and Buckets; all others have Value.
type Sample struct {
	Labels    []string // values, in the order of the family's labels
	Value     float64
	Count     uint64
	Sum       float64 // seconds
	Quantiles []Quantile
	Buckets   []Bucket // cumulative, in ascending order, without +Inf
}

// Quantile is a value in seconds with its rank from 0 to 1.
type Quantile struct{ Rank, Value float64 }

// Bucket counts the values of at most UpTo seconds.
type Bucket struct {
	UpTo  float64
	Count uint64
}

// distributionHelp returns the help of the families of each distribution.
func distributionHelp() Table[string] {
	return Table[string]{
		{"latency", "Time from due to acked, which a stalled broker cannot hide."},
		{"service", "Time from sent to acked."},
		{"lag", "Time from due to sent, which is pulsh's own error."},
		{"e2e", "Time from due to received."},
		{"processing", "Time from received to acked."},
		{"commit", "Time from the commit of a transaction to its answer."},
		{"abort", "Time from the abort of a transaction to its answer."},
	}
}

// boundsMillis returns the bounds of buckets in milliseconds: two or three in each
// power of ten, from the fastest answer of a broker to an outage of a minute. They
// are few because each is a time series; the recent quantiles are exact.
func boundsMillis() []float64 {
	return []float64{0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000}
}

// Families returns the report as Prometheus metrics. It includes families without
// samples, so that their names are known in advance. A figure without a value has
// no sample. Each group has at most two dozen time series and five distributions.
func (r *Report) Families() []Family {
	list := slices.Concat(r.sessionFamilies(), []Family{r.redeliveries()}, r.transactions())
	for _, e := range exportedColumns() {
		f := Family{Name: e.name, Help: e.help, Type: e.metric}
		if e.kind != Process {
			f.Labels = []string{"group"}
		}
		for _, g := range r.all() {
			v, ok := g.Figures.Get(e.column)
			if !e.holds(g.Kind) || !ok || !v.Known() {
				continue
			}
			s := Sample{Value: float64(v)}
			if e.scale != 0 {
				s.Value *= e.scale
			}
			if e.kind != Process {
				s.Labels = []string{g.Name}
			}
			f.Samples = append(f.Samples, s)
		}
		list = append(list, f)
	}
	for _, d := range distributionHelp() {
		list = append(list, r.distributionFamilies(d.Name, d.Value)...)
	}
	return list
}

func (r *Report) sessionFamilies() []Family {
	info := Family{Name: "pulsh_build_info", Help: "Versions, always 1.", Type: Gauge, Labels: []string{"client", "pulsar", "version"}}
	begin := Family{Name: "pulsh_session_start_time_seconds", Help: "When the session began, in Unix time.", Type: Gauge}
	up := Family{Name: "pulsh_cluster_up", Help: "1 while the cluster answers.", Type: Gauge}
	added := Family{Name: "pulsh_added_cluster_up", Help: "1 while a cluster that was added answers.", Type: Gauge, Labels: []string{"cluster"}}
	group := Family{Name: "pulsh_group_info", Help: "What each group is, always 1.", Type: Gauge, Labels: []string{"cluster", "group", "kind", "topic"}}
	running := Family{Name: "pulsh_group_running", Help: "1 while the group runs.", Type: Gauge, Labels: []string{"group"}}
	workers := Family{Name: "pulsh_workers", Help: "Workers of each group.", Type: Gauge, Labels: []string{"group"}}
	payload := Family{Name: "pulsh_payload_bytes_total", Help: "Bytes of the messages that each group sent or received.", Type: Counter, Labels: []string{"group"}}
	failures := Family{Name: "pulsh_failures_total", Help: "What went wrong, by category.", Type: Counter, Labels: []string{"category", "group"}}
	checks := Family{Name: "pulsh_expectations_total", Help: "Expectations that were tested.", Type: Counter, Labels: []string{"result"}}
	if r.Version != 0 {
		passed := 0
		for _, c := range r.Checks {
			if c.Passed {
				passed++
			}
		}
		info.Samples = []Sample{{Labels: []string{r.Environment.Client, r.Cluster.Pulsar, r.Environment.Pulsh}, Value: 1}}
		begin.Samples = []Sample{{Value: float64(r.Start.UnixMilli()) / 1000}}
		up.Samples = []Sample{{Value: truth(r.Cluster.State == "up")}}
		checks.Samples = []Sample{{Labels: []string{"failed"}, Value: float64(len(r.Checks) - passed)}, {Labels: []string{"passed"}, Value: float64(passed)}}
	}
	for _, c := range r.Clusters {
		added.Samples = append(added.Samples, Sample{Labels: []string{c.Label}, Value: truth(c.State == "up")})
	}
	for _, g := range r.Groups {
		label := []string{g.Name}
		group.Samples = append(group.Samples, Sample{Labels: []string{g.Cluster, g.Name, g.Kind, g.Topic}, Value: 1})
		running.Samples = append(running.Samples, Sample{Labels: label, Value: truth(g.State == "running")})
		if n, ok := g.Figures.Get("workers"); ok {
			workers.Samples = append(workers.Samples, Sample{Labels: label, Value: float64(n)})
		}
		payload.Samples = append(payload.Samples, Sample{Labels: label, Value: float64(g.Bytes)})
		for _, f := range g.Failures {
			failures.Samples = append(failures.Samples, Sample{Labels: []string{f.Category, g.Name}, Value: float64(f.Count)})
		}
	}
	return []Family{info, begin, up, added, checks, group, running, workers, payload, failures}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// distributionFamilies returns two families for each distribution: a histogram of
// all values since the start, which can be added up over groups and processes, and
// a summary with the exact quantiles of the last second.
func (r *Report) distributionFamilies(name, help string) []Family {
	all := Family{Name: "pulsh_" + name + "_seconds", Help: help, Type: Histogram, Labels: []string{"group"}}
	recent := Family{Name: "pulsh_" + name + "_recent_seconds", Type: Summary, Labels: []string{"group"},
		Help: help + " Quantiles are those of the last second, to three digits; sum and count are of all."}
	for _, g := range r.Groups {
		i := slices.IndexFunc(g.Distributions, func(d Distribution) bool { return d.Name == name })
		if i < 0 {
			continue
		}
		d := g.Distributions[i]
		s := Sample{Labels: []string{g.Name}, Count: uint64(d.Total.Count), Sum: d.Total.Mean * float64(d.Total.Count) / 1000}
		h := s
		h.Buckets = bucketsOf(d.Counts, boundsMillis())
		all.Samples = append(all.Samples, h)
		if q := d.Recent; q.Count > 0 {
			s.Quantiles = []Quantile{{0.5, q.P50 / 1000}, {0.9, q.P90 / 1000}, {0.95, q.P95 / 1000}, {0.99, q.P99 / 1000},
				{0.999, q.P999 / 1000}, {0.9999, q.P9999 / 1000}, {1, q.Max / 1000}}
		}
		recent.Samples = append(recent.Samples, s)
	}
	return []Family{all, recent}
}

// bucketsOf adds up the counters below each bound in milliseconds. A counter
// across a bound, which is a thousandth of the bound wide, counts as below.
func bucketsOf(counts []Counted, bounds []float64) []Bucket {
	list := make([]Bucket, len(bounds))
	var sum uint64
	at := 0
	for i, bound := range bounds {
		for ; at < len(counts) && counts[at].From <= bound; at++ {
			sum += uint64(counts[at].Count)
		}
		list[i] = Bucket{bound / 1000, sum}
	}
	return list
}
