package export

import "time"

// Find is a search of the highest rate at which a condition holds. Rates are in
// messages per second.
type Find struct {
	At        time.Time `json:"at"`
	Group     string    `json:"group"`
	Condition string    `json:"condition"`
	Within    float64   `json:"within"`
	Best      float64   `json:"best"` // 0 if no rate held
	Limit     string    `json:"limited_by,omitempty"`
	Sentence  string    `json:"sentence"`
	Probes    []Probe   `json:"probes"`
}

// Probe is one rate of a search.
type Probe struct {
	At      time.Time `json:"at"`
	Rate    float64   `json:"rate"`
	Holds   bool      `json:"holds"`
	Reached float64   `json:"reached"`
	Why     string    `json:"why,omitempty"`
	Limit   string    `json:"limited_by,omitempty"`
	Seconds float64   `json:"seconds"`
}
