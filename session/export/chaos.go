package export

import "time"

// Chaos is what faults were caused on purpose, and what they did.
type Chaos struct {
	Events []Fault  `json:"events"` // oldest first; of a long run the last ones
	Sum    ChaosSum `json:"sum"`
}

// Fault is one event. A time that is not known, because no group was concerned or one
// did not come back, is null.
type Fault struct {
	Number       int       `json:"number"`
	At           time.Time `json:"at"`
	Name         string    `json:"fault"`
	Detail       string    `json:"detail,omitempty"`
	Lasted       float64   `json:"lasted_seconds"`
	FirstAck     Number    `json:"first_ack_seconds"` // from the end of the fault
	FirstReceive Number    `json:"first_receive_seconds"`
	P99          float64   `json:"peak_p99_ms"`
	Lost         int64     `json:"lost"`
	Duplicated   int64     `json:"duplicated"`
	Failure      string    `json:"failure,omitempty"`
	Outcome      string    `json:"outcome"` // all of it, as a line
}

// ChaosSum adds all events up. Its times are the longest.
type ChaosSum struct {
	Events       int     `json:"events"`
	FirstAck     Number  `json:"first_ack_seconds"`
	FirstReceive Number  `json:"first_receive_seconds"`
	P99          float64 `json:"peak_p99_ms"`
	Lost         int64   `json:"lost"`
	Duplicated   int64   `json:"duplicated"`
	NotBack      int     `json:"without_recovery"`
	Failed       int     `json:"failed"`
	Outcome      string  `json:"outcome"`
}
