package outcome

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"pulsh/commands/lang"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// SchemaVersion is that of the JSON document. It rises when a field changes its
// meaning or goes; new fields may come without it.
const SchemaVersion = 1

// document is the JSON. Times are RFC 3339 in UTC, spans are in seconds, values
// of metrics are in the unit beside them, and null is not known.
type document struct {
	Version   int               `json:"version"`
	Pulsh     string            `json:"pulsh"`
	Began     time.Time         `json:"began"`
	Elapsed   float64           `json:"elapsed_s"`
	Result    string            `json:"result"` // passed, failed, usage, unconnected, interrupted
	ExitCode  int               `json:"exit_code"`
	Refused   string            `json:"refused,omitempty"` // why the cluster was not reached
	Cluster   cluster           `json:"cluster"`
	Scripts   []string          `json:"scripts"`
	Variables map[string]string `json:"variables"` // of flags, of the environment and of typed lines
	Passed    int               `json:"passed"`
	Failed    int               `json:"failed"`
	Checks    []check           `json:"checks"`
	Schedules []schedule        `json:"schedules"`
	Errors    []line            `json:"errors"` // lines that failed, but for expectations
	Groups    []group           `json:"groups"`
	Totals    totals            `json:"totals"`
}

type cluster struct {
	URL      string `json:"url"`
	AdminURL string `json:"admin_url"`
	Pulsar   string `json:"pulsar"` // its version
}

type check struct {
	Place     string    `json:"place"` // FILE:LINE, "" for a typed line
	Turn      string    `json:"turn,omitempty"`
	Condition string    `json:"condition"`
	Passed    bool      `json:"passed"`
	Measured  string    `json:"measured"`
	Failure   string    `json:"failure,omitempty"`
	At        time.Time `json:"at"`
	Elapsed   float64   `json:"elapsed_s"`
	Samples   int       `json:"samples"`
	Terms     []term    `json:"terms"`
}

type term struct {
	Metric string   `json:"metric"`
	Op     string   `json:"op"`
	Limit  float64  `json:"limit"`
	Unit   string   `json:"unit"`
	Last   *float64 `json:"last"`
	Best   *float64 `json:"best"`
	Worst  *float64 `json:"worst"`
}

type schedule struct {
	Group   string `json:"group"`
	Due     int64  `json:"due"`
	Acked   int64  `json:"acked"`
	Missed  int64  `json:"missed"`
	Behind  bool   `json:"behind"`
	Allowed bool   `json:"allowed"`
}

type line struct {
	Place   string    `json:"place"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	Failure string    `json:"failure"`
}

type group struct {
	Name     string              `json:"name"`
	Kind     string              `json:"kind"`
	State    string              `json:"state"`
	Topic    string              `json:"topic"`
	Settings map[string]string   `json:"settings"`
	Figures  map[string]*float64 `json:"figures"` // of the end, by the names that conditions use
}

type totals struct {
	Sent       int64 `json:"sent"`
	Acked      int64 `json:"acked"`
	Failed     int64 `json:"failed"`
	Received   int64 `json:"received"`
	Lost       int64 `json:"lost"`
	Duplicated int64 `json:"duplicated"`
}

// JSON writes the run as one document.
func JSON(w io.Writer, r Run) error {
	d := document{
		Version: SchemaVersion, Pulsh: r.Pulsh, Began: r.Began.UTC(), Elapsed: r.Elapsed.Seconds(), Result: r.result(), ExitCode: r.ExitCode,
		Refused: r.Refused, Scripts: append([]string{}, r.Scripts...), Variables: map[string]string{},
		Checks: []check{}, Schedules: []schedule{}, Errors: []line{}, Groups: []group{},
	}
	for _, v := range r.Variables {
		d.Variables[v.Name] = v.Value
	}
	for _, c := range r.Journal.Checks {
		d.Checks = append(d.Checks, checkOf(c))
		if c.Failure == "" {
			d.Passed++
		} else {
			d.Failed++
		}
	}
	for _, s := range r.Schedules {
		d.Schedules = append(d.Schedules, schedule{s.Group, s.Due, s.Acked, s.Missed, s.Behind, r.BehindAllowed})
	}
	for _, l := range r.failedLines() {
		d.Errors = append(d.Errors, line{l.Place, l.At.UTC(), l.Text, l.Failure})
	}
	if s := r.Last; s != nil {
		d.Cluster = cluster{s.Cluster.URL, s.Cluster.AdminURL, s.Cluster.Version}
		t := s.Totals
		d.Totals = totals{t.Sent, t.Acked, t.Failed, t.Received, t.Lost, t.Duplicated}
		for _, g := range s.Groups {
			d.Groups = append(d.Groups, groupOf(s, g, r.Settings[g.Name]))
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

func checkOf(c lang.Check) check {
	out := check{Place: c.Place, Turn: c.Turn, Condition: c.Condition, Passed: c.Failure == "", Measured: c.Measured, Failure: c.Failure,
		At: c.At.UTC(), Elapsed: c.Elapsed.Seconds(), Samples: c.Samples, Terms: []term{}}
	for _, t := range c.Terms {
		out.Terms = append(out.Terms, term{t.Metric, t.Op, t.Limit, symbol(spec.Unit(t.Unit)), known(t.Last), known(t.Best), known(t.Worst)})
	}
	return out
}

func groupOf(s *snapshot.Snapshot, g snapshot.Group, settings map[string]string) group {
	out := group{g.Name, string(g.Kind), string(g.State), g.Topic, settings, map[string]*float64{}}
	if settings == nil {
		out.Settings = map[string]string{}
	}
	for _, f := range snapshot.GroupFigures(g.Kind) {
		out.Figures[f.Name] = known(s.Value(snapshot.Metric{Group: g.Name, Figure: f.Name}))
	}
	return out
}

// known is a value that JSON can hold, or nil.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// symbol is how a unit is written in data.
func symbol(u spec.Unit) string {
	switch u {
	case spec.PerSecond:
		return "msg/s"
	case spec.BytesPerSecond:
		return "B/s"
	case spec.Nanoseconds:
		return "ns"
	case spec.Bytes:
		return "B"
	case spec.Percent:
		return "%"
	}
	return ""
}
