package broker

import (
	"fmt"
	"time"
)

// Tuning is the part of a target that says how its connections are made and kept. Zero
// fields stand for the defaults of the engines.
type Tuning struct {
	Listener          string        // advertised listener whose addresses lookups give; "" for the broker's default
	OperationTimeout  time.Duration // of lookups and of creating producers and consumers
	ConnectionTimeout time.Duration // until a connection is open
	KeepAlive         time.Duration // of silence until the broker is pinged
}

// The defaults: a load shell must notice a broker that is gone, and be back within a
// second of its return.
const (
	OperationTimeout  = 5 * time.Second
	ConnectionTimeout = 5 * time.Second
	KeepAlive         = 10 * time.Second
)

// WithDefaults fills the fields that are not set.
func (t Tuning) WithDefaults() Tuning {
	for at, standard := range map[*time.Duration]time.Duration{&t.OperationTimeout: OperationTimeout, &t.ConnectionTimeout: ConnectionTimeout, &t.KeepAlive: KeepAlive} {
		if *at == 0 {
			*at = standard
		}
	}
	return t
}

// TuningField is one duration of a Tuning as users set it.
type TuningField struct {
	Name        string // in profiles and after connect
	Doc         string // one line, lower case
	Least, Most time.Duration
	Field       func(*Tuning) *time.Duration
}

// TuningFields lists the durations of a Tuning in the order in which they are written.
func TuningFields() []TuningField {
	return []TuningField{
		{"operation_timeout", "time-out of lookups and of creating producers and consumers; default 5s", 100 * time.Millisecond, 10 * time.Minute,
			func(t *Tuning) *time.Duration { return &t.OperationTimeout }},
		{"connection_timeout", "time-out of opening a connection; default 5s", 100 * time.Millisecond, 10 * time.Minute,
			func(t *Tuning) *time.Duration { return &t.ConnectionTimeout }},
		{"keep_alive", "silence after which the broker is pinged; default 10s", 100 * time.Millisecond, 10 * time.Minute,
			func(t *Tuning) *time.Duration { return &t.KeepAlive }},
	}
}

// Check returns why a duration is not one of the field.
func (f TuningField) Check(d time.Duration) error {
	if d < f.Least || d > f.Most {
		return fmt.Errorf("%s is not a duration from %s to 10m", d, f.Least)
	}
	return nil
}
