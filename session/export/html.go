package export

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

//go:embed report.html
var pageTemplate string

// pagePoints is the largest number of values in a line of the page. More than two
// in each unit of its width cannot be distinguished.
const pagePoints = 900

// marksShown is the number of numbered marks that fit on a time axis. Marks of the
// user have precedence, then the newest.
const marksShown = 40

// page is the input of the template.
type page struct {
	*Report
	Duration string
	Tiles    []tile
	Sections []part
	Marks    []numberedMark
	Passed   int
	Failed   int
	Script   string
	Hover    template.JS // the graphs' values, for the cursor
	Data     template.JS // the report as in the JSON file, without counters
}

// tile is one figure in large letters.
type tile struct{ Label, Value, Note, Class string }

// part is a group on the page.
type part struct {
	Group
	Tiles []tile
	Plots []plot
}

// plot is a graph with its legend.
type plot struct {
	Title  string
	Legend []legend
	Index  int // among the page's graphs that have a cursor, -1 for none
	SVG    template.HTML
}

type legend struct{ Name, Class string }

// hover is the data of a graph for the cursor.
type hover struct {
	From  float64    `json:"from"` // seconds since the session's start
	Step  float64    `json:"step"`
	Unit  Unit       `json:"unit"`
	Names []string   `json:"names"`
	Lines [][]Number `json:"lines"`
}

// writeHTML writes a page that loads nothing else.
func (r *Report) writeHTML(w io.Writer) error {
	page, err := r.page()
	if err != nil {
		return err
	}
	t, err := template.New("report").Funcs(template.FuncMap{"brief": brief, "ms": func(v float64) string { return brief(v, Milliseconds) },
		"clock":   func(t time.Time) string { return t.Format("15:04:05") },
		"date":    func(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") },
		"since":   func(t time.Time) string { return elapsed(t.Sub(r.Start)) },
		"seconds": func(v float64) string { return brief(v*1000, Milliseconds) },
		"whole":   func(n int64) string { return whole(float64(n)) },
		"rate":    func(v float64) string { return brief(v, PerSecond) },
		"figure":  func(e Entry[Number]) string { return brief(float64(e.Value), r.unit(e.Name)) },
		"named":   r.metric,
	}).Parse(pageTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

func (r *Report) page() (*page, error) {
	slim := r.Thinned(pagePoints)
	p := &page{Report: r, Duration: elapsed(r.End.Sub(r.Start)), Script: r.Script, Marks: r.marks()}
	for _, c := range r.Checks {
		if c.Passed {
			p.Passed++
		} else {
			p.Failed++
		}
	}
	first, past := slim.inhabited()
	var hovers []hover
	for i, g := range slim.Groups {
		s := part{Group: r.Groups[i], Tiles: tiles(r.Groups[i])}
		for _, c := range slim.charts(g, first, past, p.Marks) {
			drawn := plot{Title: c.title, Index: len(hovers), SVG: c.svg()}
			h := hover{From: c.begin.Sub(c.zero).Seconds(), Step: c.step.Seconds(), Unit: c.unit}
			for _, l := range c.lines {
				drawn.Legend = append(drawn.Legend, legend{l.name, l.class})
				h.Names = append(h.Names, l.name)
				h.Lines = append(h.Lines, l.values)
			}
			hovers = append(hovers, h)
			s.Plots = append(s.Plots, drawn)
		}
		for _, d := range r.Groups[i].Distributions {
			if d.Name == "latency" || d.Name == "e2e" {
				s.Plots = append(s.Plots, plot{Title: "how " + d.Name + " is distributed, " + d.Doc, Index: -1, SVG: histogram(d.Counts, d.Name)})
			}
		}
		p.Sections = append(p.Sections, s)
	}
	p.Tiles = r.summary()
	data, err := json.Marshal(slim.withoutCounts().document())
	if err != nil {
		return nil, err
	}
	points, err := json.Marshal(hovers)
	p.Data, p.Hover = template.JS(data), template.JS(points) // encoding/json has escaped < and >
	return p, err
}

// withoutCounts returns the report without the counters of distributions. The page
// draws them, and as data they would be most of the page.
func (r *Report) withoutCounts() *Report {
	slim := *r
	slim.Groups = slices.Clone(r.Groups)
	for i := range slim.Groups {
		slim.Groups[i].Distributions = slices.Clone(r.Groups[i].Distributions)
		for j := range slim.Groups[i].Distributions {
			slim.Groups[i].Distributions[j].Counts = nil
		}
	}
	return &slim
}

// inhabited returns the range of samples with a known value of a group.
func (r *Report) inhabited() (first, past int) {
	first = r.Samples.Count
	for _, g := range r.Groups {
		for _, s := range g.Series {
			if i := slices.IndexFunc(s.Value, Number.Known); i >= 0 {
				first = min(first, i)
			}
			for i := len(s.Value); i > past; i-- {
				if s.Value[i-1].Known() {
					past = i
				}
			}
		}
	}
	return min(first, past), past
}

// marks returns numbered events: if there are many, those of the user and the
// newest.
func (r *Report) marks() []numberedMark {
	var list []numberedMark
	for i, e := range r.Timeline {
		list = append(list, numberedMark{i + 1, e})
	}
	for i := 0; len(list) > marksShown && i < len(list); {
		if list[i].Kind == "mark" {
			i++
			continue
		}
		list = slices.Delete(list, i, i+1)
	}
	for i := range list {
		list[i].Number = i + 1
	}
	return list
}

// shown is a graph of a group with its columns.
type shown struct {
	title   string
	columns []string
	names   []string
}

// graphsOf returns the graphs of a kind of group.
func graphsOf(kind string) []shown {
	if kind == Produce {
		return []shown{
			{"throughput, messages a second", []string{"target_messages_per_second", "rate_messages_per_second"}, []string{"target", "acked"}},
			{"latency, due to acked", []string{"latency_p50_ms", "latency_p99_ms", "latency_p99_9_ms", "latency_max_ms"}, []string{"p50", "p99", "p99.9", "max"}},
			{"lag, due to sent: pulsh's own", []string{"lag_p50_ms", "lag_p99_ms", "lag_max_ms"}, []string{"p50", "p99", "max"}},
		}
	}
	return []shown{
		{"throughput, messages a second", []string{"rate_messages_per_second", "ackrate_messages_per_second"}, []string{"received", "acknowledged"}},
		{"end to end, due to received", []string{"e2e_p50_ms", "e2e_p99_ms", "e2e_p99_9_ms", "e2e_max_ms"}, []string{"p50", "p99", "p99.9", "max"}},
		{"backlog", []string{"backlog"}, []string{"messages that wait in the broker"}},
	}
}

// charts returns the graphs of a group that have a value.
func (r *Report) charts(g Group, first, past int, marks []numberedMark) []chart {
	var list []chart
	for _, s := range graphsOf(g.Kind) {
		c := chart{title: s.title, begin: r.Samples.At(first), step: r.Samples.Step(), zero: r.Start, marks: marks}
		colour := 0
		for i, column := range s.columns {
			values, ok := g.Series.Get(column)
			if !ok || !slices.ContainsFunc(values, Number.Known) {
				continue
			}
			c.unit = r.unit(column)
			class := "line target"
			if s.names[i] != "target" {
				class = "line s" + string(rune('0'+colour))
				colour++
			}
			c.lines = append(c.lines, line{s.names[i], class, values[min(first, len(values)):min(past, len(values))]})
		}
		if len(c.lines) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// summary returns the tiles of all groups together.
func (r *Report) summary() []tile {
	get := func(column string) float64 {
		v, _ := r.Total.Figures.Get(column)
		return float64(v)
	}
	list := []tile{{Label: "acked", Value: whole(get("acked")), Note: "of " + whole(get("sent")) + " sent"}, {Label: "received", Value: whole(get("received"))}}
	bad := func(label, column string) {
		t := tile{Label: label, Value: whole(get(column)), Class: "good"}
		if get(column) > 0 {
			t.Class = "bad"
		}
		list = append(list, t)
	}
	bad("failed", "failed")
	bad("lost", "lost")
	bad("duplicated", "duplicated")
	return list
}

// tiles returns the main figures of a group.
func tiles(g Group) []tile {
	figure := func(label, column string, unit Unit) tile {
		v, ok := g.Figures.Get(column)
		if !ok || !v.Known() {
			return tile{Label: label, Value: "–"}
		}
		if unit == Count {
			return tile{Label: label, Value: whole(float64(v))}
		}
		return tile{Label: label, Value: brief(float64(v), unit)}
	}
	var list []tile
	main := "latency"
	if g.Kind == Consume {
		main = "e2e"
		list = append(list, figure("received", "received", Count))
	} else {
		list = append(list, figure("acked", "acked", Count))
	}
	average := figure("average a second", "average_messages_per_second", PerSecond)
	list = append(list, average)
	for _, d := range g.Distributions {
		if d.Name == main && d.Total.Count > 0 {
			list = append(list, tile{Label: main + " p50", Value: brief(d.Total.P50, Milliseconds)}, tile{Label: main + " p99", Value: brief(d.Total.P99, Milliseconds)},
				tile{Label: main + " max", Value: brief(d.Total.Max, Milliseconds)})
		}
	}
	wrong := []string{"failed", "missed"}
	if g.Kind == Consume {
		wrong = []string{"lost", "duplicated"}
	}
	for _, name := range wrong {
		t := figure(name, name, Count)
		t.Class = "good"
		if v, _ := g.Figures.Get(name); v > 0 {
			t.Class = "bad"
		}
		list = append(list, t)
	}
	return list
}

// whole formats a count with commas: 3,600,412.
func whole(v float64) string {
	digits := Number(v).text()
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
