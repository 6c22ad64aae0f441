package export

import "time"

// Version is the version of the JSON document. A new version removes a name or
// changes its meaning; an additional name is no new version. Read also reads
// version 1.
const Version = 2

// Report is a session as data: all that a file describes. It is immutable once
// it is complete.
type Report struct {
	Version        int         `json:"version"` // see Version
	Title          string      `json:"title"`
	Start          time.Time   `json:"start"` // of the session
	End            time.Time   `json:"end"`   // of the last sample
	ElapsedSeconds float64     `json:"elapsed_seconds"`
	Run            *Run        `json:"run,omitempty"` // of a script; nil for an interactive session
	Environment    Environment `json:"environment"`
	Cluster        Cluster     `json:"cluster"`
	Clusters       []Cluster   `json:"clusters,omitempty"` // those that were added
	Columns        []Column    `json:"columns"`            // of Figures and Series, in their order
	Samples        Samples     `json:"samples"`
	Measured       time.Time   `json:"measured_from"` // the end of the last warm-up, else the start
	Groups         []Group     `json:"groups"`
	Total          Group       `json:"total"`   // all groups together
	Process        Group       `json:"process"` // pulsh itself
	Timeline       []Event     `json:"timeline"`
	Lines          []Line      `json:"lines"`
	Checks         []Check     `json:"checks"`
	Chaos          *Chaos      `json:"chaos,omitempty"` // nil if no fault was caused
	Finds          []Find      `json:"finds,omitempty"`
	Script         string      `json:"script"` // lines that repeat the run
}

// Environment describes the versions and the machine of a run.
type Environment struct {
	Pulsh       string `json:"pulsh"`  // version
	Client      string `json:"client"` // version of pulsar-client-go
	Go          string `json:"go"`
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Host        string `json:"host"`
	Cores       int    `json:"cores"`
	Threads     int    `json:"threads"`      // that Go uses, GOMAXPROCS
	MemoryLimit string `json:"memory_limit"` // GOMEMLIMIT, or ""
}

// Cluster is a cluster of the session. It never holds a token.
type Cluster struct {
	Label    string `json:"label,omitempty"` // by which groups choose it
	Name     string `json:"name"`
	URL      string `json:"url"`
	AdminURL string `json:"admin_url"`
	Pulsar   string `json:"pulsar"` // version, or "" if the cluster does not say
	State    string `json:"state"`
}

// Samples describes the times of a series: Count steps of StepSeconds. A step has
// the time of its beginning; the first is From.
type Samples struct {
	From        time.Time `json:"from"`
	StepSeconds float64   `json:"step_seconds"`
	Count       int       `json:"count"`
}

// After returns s without the step that began before an instant, unless it is the only
// one.
func (s Samples) After(at time.Time) Samples {
	if s.Count > 1 && s.From.Before(at) {
		s.From, s.Count = s.At(1), s.Count-1
	}
	return s
}

// Step returns the distance between two values.
func (s Samples) Step() time.Duration { return time.Duration(s.StepSeconds * float64(time.Second)) }

// At returns the beginning of a step.
func (s Samples) At(i int) time.Time { return s.From.Add(time.Duration(i) * s.Step()) }

// The kinds of a Group.
const (
	Produce = "produce"
	Consume = "consume"
	Total   = "total"
	Process = "process"
)

// Group is a producer or a consumer group, or the total or the process, which have
// the same form.
type Group struct {
	Name           string          `json:"name"`
	Kind           string          `json:"kind"` // produce, consume, total or process
	State          string          `json:"state,omitempty"`
	Cluster        string          `json:"cluster,omitempty"` // its label
	Engine         string          `json:"engine,omitempty"`  // that spoke for the group: client or wire
	Topic          string          `json:"topic,omitempty"`
	Subscription   string          `json:"subscription,omitempty"`
	Reader         bool            `json:"reader,omitempty"`     // a consumer group that is a reader
	Partitions     int             `json:"partitions,omitempty"` // 0 if the topic is not partitioned, or not known
	Since          *time.Time      `json:"since,omitempty"`      // of the start
	RunningSeconds float64         `json:"running_seconds,omitempty"`
	LastError      string          `json:"last_error,omitempty"`
	Limit          string          `json:"limit,omitempty"` // the reason for a rate below the target, as a sentence
	Bytes          int64           `json:"bytes,omitempty"` // payload sent or received
	Settings       Table[string]   `json:"settings,omitempty"`
	Figures        Table[Number]   `json:"figures"` // of the last sample, by column; in JSON by metric
	Distributions  []Distribution  `json:"distributions,omitempty"`
	Failures       []Failure       `json:"failures,omitempty"`
	Workers        []Worker        `json:"workers,omitempty"` // of a running group
	Series         Table[[]Number] `json:"series,omitempty"`  // by column; in JSON by metric
}

// Distribution is a set of durations since the group's start or last reset.
type Distribution struct {
	Name      string     `json:"name"` // latency, service, lag, e2e or processing
	Doc       string     `json:"doc"`
	Total     Quantiles  `json:"total"`
	Recent    Quantiles  `json:"recent"`           // of the last second
	Counts    []Counted  `json:"counts,omitempty"` // every counter in use, ascending
	Intervals []Interval `json:"-"`                // for the histogram log only
}

// Quantiles describes durations in milliseconds. All are 0 while Count is 0.
type Quantiles struct {
	Count    int64   `json:"count"`
	Min      float64 `json:"min_ms"`
	Mean     float64 `json:"mean_ms"`
	P50      float64 `json:"p50_ms"`
	P90      float64 `json:"p90_ms"`
	P95      float64 `json:"p95_ms"`
	P99      float64 `json:"p99_ms"`
	P999     float64 `json:"p99_9_ms"`
	P9999    float64 `json:"p99_99_ms"`
	Max      float64 `json:"max_ms"`
	Negative int64   `json:"negative"` // below zero, which clocks that differ can make; counted as 0
	Over     int64   `json:"over"`     // above the highest counter, an hour
}

// Group returns a group by its name.
func (r *Report) Group(name string) (Group, bool) {
	for _, g := range r.Groups {
		if g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// all returns the groups, the total and the process.
func (r *Report) all() []Group {
	list := make([]Group, 0, len(r.Groups)+2)
	list = append(list, r.Groups...)
	for _, g := range []Group{r.Total, r.Process} {
		if g.Kind != "" {
			list = append(list, g)
		}
	}
	return list
}
