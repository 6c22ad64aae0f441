package export

import "time"

// Run is the part of a report that describes a run of scripts.
type Run struct {
	Result         string        `json:"result"` // passed, failed, usage, unconnected or interrupted
	ExitCode       int           `json:"exit_code"`
	ElapsedSeconds float64       `json:"elapsed_seconds"`   // from the start of the process to its end
	Refused        string        `json:"refused,omitempty"` // why the cluster was not reached
	Scripts        []string      `json:"scripts"`
	Variables      Table[string] `json:"variables"`
	Results        []Result      `json:"results,omitempty"` // of let NAME=COMMAND, in their order
	ChecksPassed   int           `json:"checks_passed"`
	ChecksFailed   int           `json:"checks_failed"`
	BehindAllowed  bool          `json:"behind_allowed"` // a group behind its schedule is no failure
	Schedules      []Schedule    `json:"schedules"`
}

// Result is a variable that took the result of a command.
type Result struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Place string `json:"place,omitempty"` // FILE:LINE, "" for a typed line
}

// Schedule compares the messages that a producer group should have sent with
// those that were acked.
type Schedule struct {
	Group  string `json:"group"`
	Due    int64  `json:"due"`
	Acked  int64  `json:"acked"`
	Missed int64  `json:"missed"`
	Behind bool   `json:"behind"` // further than a run may be
}

// Event is a mark on the time axis.
type Event struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // command, mark, reconnect or error
	Text string    `json:"text"`
}

// Line is a command that was run.
type Line struct {
	At      time.Time `json:"at"`
	Place   string    `json:"place,omitempty"` // FILE:LINE, "" for a typed line
	Text    string    `json:"text"`
	Failure string    `json:"failure,omitempty"`
	// Repeated reports that a check, or a line of a script that this line ran,
	// has the same failure.
	Repeated bool `json:"repeated,omitempty"`
}

// Check is an expectation that was tested.
type Check struct {
	At             time.Time `json:"at"`
	Kind           string    `json:"kind,omitempty"`  // guard, "" for an expectation
	Place          string    `json:"place,omitempty"` // FILE:LINE, "" for a typed line
	Turn           string    `json:"turn,omitempty"`  // of a for or a repeat, as w=4
	Condition      string    `json:"condition"`
	Measured       string    `json:"measured"`
	Passed         bool      `json:"passed"`
	Failure        string    `json:"failure,omitempty"`
	ElapsedSeconds float64   `json:"elapsed_seconds"`
	Samples        int       `json:"samples"` // compared with the condition
	Terms          []Term    `json:"terms"`
}

// Term is one comparison of a check. All values are in Unit, which is that of
// the metric's column; NaN is not known.
type Term struct {
	Metric string `json:"metric"`
	Op     string `json:"op"`
	Limit  Number `json:"limit"`
	Unit   Unit   `json:"unit"`
	Last   Number `json:"last"`
	Best   Number `json:"best"`
	Worst  Number `json:"worst"`
}

// Failure is one category of the failures of a group.
type Failure struct {
	Category string    `json:"category"`
	Count    int64     `json:"count"`
	FirstAt  time.Time `json:"first_at"`
	First    string    `json:"first"`
	LastAt   time.Time `json:"last_at"`
	Last     string    `json:"last"`
}

// Worker is one worker of a running group. Counts are since its start or the
// last reset. Only a worker that receives has Received, Acked, Nacked and Dropped.
type Worker struct {
	Worker            int     `json:"worker"` // from 1
	Sent              int64   `json:"sent,omitempty"`
	Received          int64   `json:"received,omitempty"`
	MessagesPerSecond float64 `json:"messages_per_second"`
	Failed            int64   `json:"failed,omitempty"`
	Acked             int64   `json:"acked,omitempty"`
	Nacked            int64   `json:"nacked,omitempty"`
	Dropped           int64   `json:"dropped,omitempty"`
}
