package broker

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session/pacing"
	"pulsh/session/payload"
)

// Tuning is the part of a target that says how its connections are made and kept. Zero
// fields stand for the defaults of the engines.
type Tuning struct {
	Listener          string        // advertised listener whose addresses lookups give; "" for the broker's default
	OperationTimeout  time.Duration // of lookups and of creating producers and consumers
	ConnectionTimeout time.Duration // until a connection is open
	KeepAlive         time.Duration // of silence until the broker is pinged
	MemoryLimit       int64         // bytes of bodies that the producers of a group have in flight; 0 for no limit
}

// The defaults: a load shell must notice a broker that is gone, and be back within a
// second of its return.
const (
	OperationTimeout  = 5 * time.Second
	ConnectionTimeout = 5 * time.Second
	KeepAlive         = 10 * time.Second
)

// WithDefaults fills the durations that are not set.
func (t Tuning) WithDefaults() Tuning {
	t.OperationTimeout = cmp.Or(t.OperationTimeout, OperationTimeout)
	t.ConnectionTimeout = cmp.Or(t.ConnectionTimeout, ConnectionTimeout)
	t.KeepAlive = cmp.Or(t.KeepAlive, KeepAlive)
	return t
}

// The limits of the fields of a Tuning.
const (
	timeLeast        = 100 * time.Millisecond
	timeMost         = 10 * time.Minute
	memoryLimitLeast = 1 << 10
	memoryLimitMost  = 1 << 40
)

// TuningField is one field of a Tuning as users set it.
type TuningField struct {
	Name   string // in profiles and after connect; the option and the variable are made of it
	Value  string // the kind of its values: TEXT, DURATION or BYTES
	Sample string // a value
	Range  string // of the values, "" for text
	Doc    string // one line, lower case
	Conf   string // the key of Pulsar's client.conf
	Unit   string // of the numbers there; "" for text and bytes
	Read   func(Tuning) string
	Write  func(*Tuning, string) error
}

// TuningFields lists the fields of a Tuning in the order in which they are written.
func TuningFields() []TuningField {
	return []TuningField{
		{Name: "listener", Value: "TEXT", Sample: "external", Conf: "listenerName", Doc: "name of the advertised listener whose addresses lookups give",
			Read: func(t Tuning) string { return t.Listener }, Write: writeListener},
		duration("operation_timeout", "30s", "operationTimeoutMs", "ms", "time-out of lookups and of creating producers and consumers; default 5s",
			func(t *Tuning) *time.Duration { return &t.OperationTimeout }),
		duration("connection_timeout", "10s", "connectionTimeoutMs", "ms", "time-out of opening a connection; default 5s",
			func(t *Tuning) *time.Duration { return &t.ConnectionTimeout }),
		duration("keep_alive", "30s", "keepAliveIntervalSeconds", "s", "silence after which the broker is pinged; default 10s",
			func(t *Tuning) *time.Duration { return &t.KeepAlive }),
		{Name: "memory_limit", Value: "BYTES", Sample: "64MiB", Range: "1KiB to 1TiB", Conf: "memoryLimitBytes",
			Doc: "bytes of bodies that the producers of a group have in flight together; default no limit but pending=",
			Read: func(t Tuning) string {
				if t.MemoryLimit == 0 {
					return ""
				}
				return payload.FormatBytes(t.MemoryLimit)
			}, Write: writeMemoryLimit},
	}
}

// String writes the fields that are set as connect reads them.
func (t Tuning) String() string {
	var parts []string
	for _, f := range TuningFields() {
		if text := f.Read(t); text != "" {
			parts = append(parts, f.Name+"="+text)
		}
	}
	return strings.Join(parts, " ")
}

// duration returns the field of a duration.
func duration(name, sample, conf, unit, doc string, field func(*Tuning) *time.Duration) TuningField {
	return TuningField{Name: name, Value: "DURATION", Sample: sample, Range: timeLeast.String() + " to 10m", Doc: doc, Conf: conf, Unit: unit,
		Read: func(t Tuning) string {
			if d := *field(&t); d > 0 {
				return pacing.FormatDuration(d)
			}
			return ""
		},
		Write: func(t *Tuning, text string) error {
			d, err := pacing.ParseDuration(text)
			if err == nil && (d < timeLeast || d > timeMost) {
				err = fmt.Errorf("%s is not a duration from %s to 10m", text, timeLeast)
			}
			if err == nil {
				*field(t) = d
			}
			return err
		}}
}

func writeListener(t *Tuning, text string) error {
	if strings.TrimSpace(text) == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) {
		return fmt.Errorf("%q is not the name of a listener", text)
	}
	t.Listener = text
	return nil
}

func writeMemoryLimit(t *Tuning, text string) error {
	n, err := payload.ParseBytes(text)
	if err == nil && (n < memoryLimitLeast || n > memoryLimitMost) {
		err = fmt.Errorf("%s is not from 1KiB to 1TiB", text)
	}
	if err == nil {
		t.MemoryLimit = n
	}
	return err
}

// OfConf converts the value of a client.conf. It is "" for what stands there for no
// setting of its own: nothing, or no limit.
func (f TuningField) OfConf(text string) (string, error) {
	if text == "" || f.Value == "TEXT" {
		return text, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return "", fmt.Errorf("%q is not a whole number", text)
	}
	if n == 0 && f.Value == "BYTES" {
		return "", nil
	}
	text += f.Unit
	return text, f.Write(&Tuning{}, text)
}
