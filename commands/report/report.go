package report

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"pulsh/commands/answers"
	"pulsh/commands/conditions"
	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/graphs"
	"pulsh/session/export"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// reportStep is the interval of a report's series, which are kept for a day.
const reportStep = metrics.CoarseStep

// ReportNow returns the session so far as a report, which does not change any more.
// It may be called by any goroutine.
func ReportNow(c *host.Host) *export.Report {
	s := c.Env.Session.Snapshot()
	r := outline(c, s)
	r.Samples = samplesOf(host.MeasuredFrom(c), s.At)
	if !host.MeasuredFrom(c).Equal(c.Env.Session.Began()) {
		r.Samples = r.Samples.After(host.MeasuredFrom(c))
	}
	at := func(name string, figures []snapshot.Figure, kind string) export.Table[[]export.Number] {
		return series(c, s.At, name, figures, kind, r.Samples.Count)
	}
	for i, g := range s.Groups {
		r.Groups[i].Settings = settingsOf(c, g.Name)
		r.Groups[i].Series = at(g.Name, snapshot.GroupFigures(g.Kind), string(g.Kind))
		for j, d := range r.Groups[i].Distributions {
			r.Groups[i].Distributions[j].Intervals = c.Env.Session.Intervals(g.Name, d.Name)
		}
	}
	r.Total.Series = at(snapshot.TotalGroup, snapshot.TotalFigures(), export.Total)
	r.Process.Series = at(snapshot.ProcessGroup, snapshot.ProcessFigures(), export.Process)
	for _, m := range s.Marks {
		r.Timeline = append(r.Timeline, export.Event{At: m.At, Kind: string(m.Kind), Text: m.Text})
	}
	r.Chaos = chaosOf(s.Chaos)
	j := c.Journal()
	for _, l := range j.Lines {
		r.Lines = append(r.Lines, export.Line{At: l.At, Place: l.Place, Text: l.Text, Failure: l.Failure, Repeated: l.Told})
	}
	r.Script = reproduce(c.Language(), j.Lines, r)
	return r
}

// outline returns the report of one sample, without series.
func outline(c *host.Host, s *snapshot.Snapshot) *export.Report {
	r := &export.Report{
		Version: export.Version, Start: c.Env.Session.Began().Round(0), Measured: host.MeasuredFrom(c).Round(0), End: s.At.Round(0),
		Environment: environment(c), Columns: ReportColumns(),
		Cluster: clusterAt(s.Cluster),
		Total:   export.Group{Name: snapshot.TotalGroup, Kind: export.Total},
		Process: export.Group{Name: snapshot.ProcessGroup, Kind: export.Process},
	}
	r.Total.Figures = figuresAt(s, snapshot.TotalGroup, snapshot.TotalFigures(), export.Total)
	r.Process.Figures = figuresAt(s, snapshot.ProcessGroup, snapshot.ProcessFigures(), export.Process)
	for _, g := range s.Groups {
		r.Groups = append(r.Groups, groupAt(c, s, g))
	}
	for _, one := range s.Clusters {
		r.Clusters = append(r.Clusters, clusterAt(one))
	}
	for _, check := range c.Journal().Checks {
		r.Checks = append(r.Checks, checkOf(check))
	}
	for _, check := range conditions.GuardsOf(c).Standing(s.At) {
		r.Checks = append(r.Checks, checkOf(check))
	}
	r.Finds = findsOf(c)
	r.ElapsedSeconds = r.End.Sub(r.Start).Seconds()
	r.Title = title(s)
	return r
}

// clusterAt is a cluster as data.
func clusterAt(c snapshot.Cluster) export.Cluster {
	return export.Cluster{Label: c.Label, Name: c.Name, URL: c.URL, AdminURL: c.AdminURL, Pulsar: c.Version, State: string(c.State)}
}

// checkOf is an expectation as data, with its values in the units of columns.
func checkOf(c lang.Check) export.Check {
	out := export.Check{At: c.At, Kind: c.Kind, Place: c.Place, Turn: c.Turn, Condition: c.Condition, Measured: c.Measured, Passed: c.Failure == "", Failure: c.Failure,
		ElapsedSeconds: c.Elapsed.Seconds(), Samples: c.Samples, Terms: []export.Term{}}
	for _, t := range c.Terms {
		unit, divisor := unitOf(spec.Unit(t.Unit))
		in := func(v float64) export.Number { return export.Number(v / divisor) }
		out.Terms = append(out.Terms, export.Term{Metric: t.Metric, Op: t.Op, Limit: in(t.Limit), Unit: unit, Last: in(t.Last), Best: in(t.Best), Worst: in(t.Worst)})
	}
	return out
}

// workersOf are the workers of a group as data.
func workersOf(g snapshot.Group) (list []export.Worker) {
	if g.Producer != nil {
		for _, w := range g.Producer.PerWorker {
			list = append(list, export.Worker{Worker: w.Worker, Sent: w.Done, MessagesPerSecond: w.Rate, Failed: w.Failed})
		}
	}
	if g.Consumer != nil {
		for _, w := range g.Consumer.PerWorker {
			list = append(list, export.Worker{Worker: w.Worker, Received: w.Done, MessagesPerSecond: w.Rate, Failed: w.Failed,
				Acked: w.Acked, Nacked: w.Nacked, Dropped: w.Dropped})
		}
	}
	return list
}

// title names the groups and the cluster.
func title(s *snapshot.Snapshot) string {
	names := host.GroupNames(s)
	text := "no groups"
	switch {
	case len(names) > titleGroups:
		text = graphs.Plural(len(names), "group")
	case len(names) > 0:
		text = lang.And(names)
	}
	if s.Cluster.Name != "" {
		text += " on " + s.Cluster.Name
		for _, one := range s.Clusters {
			text += ", " + one.Label
		}
	}
	return text
}

// titleGroups is the largest number of groups that a title names; more are counted.
const titleGroups = 4

func environment(c *host.Host) export.Environment {
	e := export.Environment{
		Pulsh: c.Env.Version, Client: ClientVersion(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Cores: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), MemoryLimit: os.Getenv("GOMEMLIMIT"),
	}
	e.Host, _ = os.Hostname() // without a name there is none to tell
	return e
}

// ClientVersion returns the version of the Pulsar client of this build.
func ClientVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/apache/pulsar-client-go" {
				return m.Version
			}
		}
	}
	return "unknown"
}

// groupAt returns a group of a sample.
func groupAt(c *host.Host, s *snapshot.Snapshot, g snapshot.Group) export.Group {
	out := export.Group{
		Name: g.Name, Kind: string(g.Kind), State: string(g.State), Cluster: g.Cluster, Engine: string(g.Engine), Topic: g.Topic, Partitions: g.Partitions,
		RunningSeconds: g.Running.Seconds(), LastError: g.LastError,
		Figures: figuresAt(s, g.Name, snapshot.GroupFigures(g.Kind), string(g.Kind)),
	}
	if !g.Since.IsZero() {
		since := g.Since.Round(0)
		out.Since = &since
	}
	if g.Producer != nil {
		out.Limit, out.Bytes = g.Producer.Limit, g.Producer.Bytes
	}
	if g.Consumer != nil {
		out.Subscription, out.Bytes, out.Reader = g.Consumer.Subscription, g.Consumer.Bytes, g.Consumer.Reader
	}
	out.Workers = workersOf(g)
	for _, f := range g.Failures {
		out.Failures = append(out.Failures, export.Failure{Category: f.Category.String(), Count: f.Count,
			FirstAt: f.First.At, First: f.First.Text, LastAt: f.Last.At, Last: f.Last.Text})
	}
	for _, name := range answers.DistributionsOf(g) {
		of := answers.LatenciesOf(g, name)
		out.Distributions = append(out.Distributions, export.Distribution{Name: name, Doc: spans(name),
			Total: export.QuantilesOf(of.Total), Recent: export.QuantilesOf(of.Recent),
			Counts: export.CountsOf(c.Env.Session.Distribution(g.Name, name))})
	}
	return out
}

// spans tells the start and end of the times of a distribution.
func spans(name string) string {
	switch name {
	case "latency":
		return "due to acked"
	case "service":
		return "sent to acked"
	case "lag":
		return "due to sent"
	case "processing":
		return "received to acked"
	case "commit", "abort":
		return name + " to its answer"
	}
	return "due to received"
}

// settingsOf returns the settings of a group as typed.
func settingsOf(c *host.Host, name string) (list export.Table[string]) {
	if settings, ok := c.Env.Session.Producer(name); ok {
		for _, s := range spec.ProducerSettings() {
			list = append(list, export.Entry[string]{Name: s.Name, Value: s.Get(&settings)})
		}
	}
	if settings, ok := c.Env.Session.Consumer(name); ok {
		for _, s := range settings.Settings() {
			list = append(list, export.Entry[string]{Name: s.Name, Value: s.Get(&settings)})
		}
	}
	return list
}

// unitOf returns the unit of a figure in files, and the divisor of its values.
func unitOf(u spec.Unit) (unit export.Unit, divisor float64) {
	switch u {
	case spec.PerSecond:
		return export.PerSecond, 1
	case spec.BytesPerSecond:
		return export.BytesPerSecond, 1
	case spec.Nanoseconds:
		return export.Milliseconds, float64(time.Millisecond)
	case spec.Bytes:
		return export.Bytes, 1
	case spec.Percent:
		return export.Percent, 1
	}
	return export.Count, 1
}

// columnOf returns the column of a figure.
func columnOf(kind string, f snapshot.Figure) export.Column {
	unit, _ := unitOf(f.Unit)
	return export.Column{Name: export.ColumnName(kind, f.Name, unit), Metric: export.MetricName(kind, f.Name), Unit: unit, Doc: f.Doc}
}

// ColumnsOf returns the columns of a kind of group, each once: fast.p99 and
// fast.latency.p99 are the same.
func ColumnsOf(kind string, figures []snapshot.Figure) []export.Column {
	var list []export.Column
	for _, f := range figures {
		column := columnOf(kind, f)
		if !slices.ContainsFunc(list, func(c export.Column) bool { return c.Name == column.Name }) {
			list = append(list, column)
		}
	}
	return list
}

// ReportColumns returns the columns of all kinds. New figures are added at the end of
// a kind.
func ReportColumns() []export.Column {
	var list []export.Column
	for _, part := range [][]export.Column{
		ColumnsOf(export.Produce, snapshot.GroupFigures(snapshot.Produce)),
		ColumnsOf(export.Consume, snapshot.GroupFigures(snapshot.Consume)),
		ColumnsOf(export.Total, snapshot.TotalFigures()),
		ColumnsOf(export.Process, snapshot.ProcessFigures()),
	} {
		for _, column := range part {
			if !slices.ContainsFunc(list, func(c export.Column) bool { return c.Name == column.Name }) {
				list = append(list, column)
			}
		}
	}
	return list
}

// figuresAt returns the figures of a group of a sample, by column.
func figuresAt(s *snapshot.Snapshot, group string, figures []snapshot.Figure, kind string) export.Table[export.Number] {
	list := export.Table[export.Number]{}
	for _, f := range figures {
		column := columnOf(kind, f)
		if _, twice := list.Get(column.Name); twice {
			continue
		}
		_, divisor := unitOf(f.Unit)
		v := export.Number(s.Value(snapshot.Metric{Group: group, Figure: f.Name}) / divisor)
		if v.Known() {
			list = append(list, export.Entry[export.Number]{Name: column.Name, Value: v})
		}
	}
	return list
}

// samplesOf returns the whole seconds from the session's start to a sample, at most a
// day.
func samplesOf(began, at time.Time) export.Samples {
	last := at.Truncate(reportStep)
	n := min(int(last.Sub(began.Truncate(reportStep))/reportStep)+1, int(metrics.CoarseSpan/reportStep))
	return export.Samples{From: last.Add(-time.Duration(n-1) * reportStep).Round(0), StepSeconds: reportStep.Seconds(), Count: n}
}

// series returns the past of a group's figures by column, without figures that were
// never known.
func series(c *host.Host, at time.Time, group string, figures []snapshot.Figure, kind string, n int) export.Table[[]export.Number] {
	list := export.Table[[]export.Number]{}
	for _, f := range figures {
		column := columnOf(kind, f)
		if _, twice := list.Get(column.Name); twice {
			continue
		}
		_, divisor := unitOf(f.Unit)
		past := c.Env.Session.History(snapshot.Metric{Group: group, Figure: f.Name}, at, time.Duration(n)*reportStep, n)
		values := make([]export.Number, len(past))
		known := false
		for i, v := range past {
			values[i] = export.Number(v / divisor)
			known = known || values[i].Known()
		}
		if known {
			list = append(list, export.Entry[[]export.Number]{Name: column.Name, Value: values})
		}
	}
	return list
}

// reproduce returns a script that repeats the session: the commands that change
// something, wait or expect, with the pauses between them. Failed lines are comments.
func reproduce(l *lang.Language, lines []lang.Line, r *export.Report) string {
	var b strings.Builder
	b.WriteString("# " + r.Title + ", " + r.Start.Format(time.RFC3339) + ", pulsh " + r.Environment.Pulsh + "\n")
	switch {
	case r.Cluster.Name == "embedded": // its ports are others the next time
		b.WriteString("# pulsh --embedded -f FILE\n")
	case r.Cluster.URL != "":
		b.WriteString("# pulsh --url " + r.Cluster.URL)
		if r.Cluster.AdminURL != "" {
			b.WriteString(" --admin-url " + r.Cluster.AdminURL)
		}
		b.WriteString(" -f FILE\n")
	}
	ordered := slices.Clone(lines)
	slices.SortStableFunc(ordered, func(a, b lang.Line) int { return a.At.Compare(b.At) })
	var ended time.Time
	for _, line := range ordered {
		cmd := l.CommandOf(line.Text)
		if cmd == nil || !replaysAgain(cmd) {
			continue
		}
		if pause := line.At.Sub(ended).Round(pauseStep); !ended.IsZero() && pause >= pauseStep {
			b.WriteString("wait " + pause.String() + "\n")
		}
		text := lang.Flat(line.Text)
		if line.Failure != "" {
			text = "# " + text + "   (" + lang.Flat(line.Failure) + ")"
		}
		b.WriteString(text + "\n")
		ended = line.At.Add(line.Took)
	}
	return b.String()
}

// pauseStep is the precision of pauses in a script.
const pauseStep = 100 * time.Millisecond

// replaysAgain reports whether reproduce includes a line. The lines of scripts are
// listed with their variables substituted, so the lines that run scripts and set
// variables are left out, and at is replaced by a pause.
func replaysAgain(c *lang.Command) bool {
	switch {
	case c.Assigns || c.Name == "at" || c.Name == "connect":
		return false
	case c.Section == host.GroupSection || c.Section == host.ScriptSection || c.Section == host.ClusterSection:
		return true
	}
	return c.Name == "load"
}
