package spec

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"pulsh/session/broker"
	"pulsh/session/metrics"
	"pulsh/session/pacing"
)

// The limits of the interval between screen updates.
const (
	RefreshMin = 20 * time.Millisecond // fifty frames a second are more than anyone sees
	RefreshMax = 10 * time.Second      // with a longer interval the screen seems to hang
)

// The limits of how long a cluster may be away before it is shown as dead.
const (
	deadMin = time.Second // the cluster is probed once a second
	deadMax = time.Hour   // nobody watches the screen for longer
)

// Whether a run fails if a group falls behind its schedule.
const (
	behindFails   = "fails"
	behindAllowed = "allowed"
)

// protectedRate is the default of ProtectedRate: enough to see that a cluster works.
const protectedRate = 10_000

// off is how a limit that does not apply is written.
const off = "off"

// Preferences say how a session is shown and judged: how often the screen is
// updated, from which values on a figure is yellow or red, and whether falling
// behind the schedule is a failure. They do not change the load.
type Preferences struct {
	Refresh time.Duration
	Rate    Limits // of the actual rate, in percent of its target; below is worse
	P99     Limits // of latency and e2e, in nanoseconds
	Backlog Limits // in messages
	CPU     Limits // of pulsh, in percent of one core
	Memory  Limits // of pulsh, in bytes
	Dead    time.Duration
	Engine  broker.Engine // of groups that choose none: ClientEngine or WireEngine
	// Protected is for a cluster that others depend on: no chaos, no more than
	// ProtectedRate, and every destructive command asks.
	Protected     bool
	ProtectedRate pacing.Rate // most messages per second of all producer groups together; max for no bound
	// BehindAllowed lets a run succeed that fell behind its schedule.
	BehindAllowed bool
}

// DefaultPreferences returns the preferences of a new session. Only rates have
// limits by default, because only the user knows what is fast enough.
func DefaultPreferences() Preferences {
	return Preferences{
		Refresh: metrics.SampleEvery,
		Rate:    Limits{Warn: 95, Fail: 80},
		Dead:    10 * time.Second,
		Engine:  broker.ClientEngine,

		ProtectedRate: protectedRate,
	}
}

// Grade is how good a figure is.
type Grade uint8

// The grades: green, yellow and red on a terminal with colours.
const (
	Good Grade = iota
	Doubtful
	Bad
)

// Limits are the values from which on a figure is doubtful and bad. A limit of
// 0 does not apply.
type Limits struct{ Warn, Fail float64 }

// Over grades a figure that is worse the higher it is. NaN is Good.
func (l Limits) Over(v float64) Grade {
	switch {
	case l.Fail > 0 && v >= l.Fail:
		return Bad
	case l.Warn > 0 && v >= l.Warn:
		return Doubtful
	}
	return Good
}

// Under grades a figure that is worse the lower it is. NaN is Good.
func (l Limits) Under(v float64) Grade {
	switch {
	case l.Fail > 0 && v < l.Fail:
		return Bad
	case l.Warn > 0 && v < l.Warn:
		return Doubtful
	}
	return Good
}

// preferenceSettings is built once and never changed.
var preferenceSettings = newPreferenceSettings()

// PreferenceSettings lists the session's own settings in the order in which
// they are shown and saved. The caller must not change the list.
func PreferenceSettings() []Setting[Preferences] { return preferenceSettings }

func newPreferenceSettings() []Setting[Preferences] {
	type P = Preferences
	list := []Setting[P]{{Name: "refresh", Kind: "DURATION", Live: true, Doc: "interval between screen updates, 20ms to 10s",
		Read:  func(p *P) string { return pacing.FormatDuration(p.Refresh) },
		Write: func(p *P, text string) error { return readDuration(&p.Refresh, text, RefreshMin, RefreshMax) }}}
	for _, l := range []struct {
		name, kind string
		unit       Unit
		warn, fail string
		of         func(*P) *Limits
	}{
		{"rate", "PERCENT", Percent, "a rate below this share of its target is yellow", "a rate below this share of its target is red",
			func(p *P) *Limits { return &p.Rate }},
		{"p99", "DURATION", Nanoseconds, "a p99 from this latency on is yellow", "a p99 from this latency on is red",
			func(p *P) *Limits { return &p.P99 }},
		{"backlog", "COUNT", Count, "a backlog from this size on is yellow", "a backlog from this size on is red",
			func(p *P) *Limits { return &p.Backlog }},
		{"cpu", "PERCENT", Percent, "pulsh's own CPU from this share of a core on is yellow", "pulsh's own CPU from this share of a core on is red",
			func(p *P) *Limits { return &p.CPU }},
		{"memory", "BYTES", Bytes, "pulsh's own memory from this size on is yellow", "pulsh's own memory from this size on is red",
			func(p *P) *Limits { return &p.Memory }},
	} {
		list = append(list,
			limitSetting(l.name+"-warn", l.kind, l.warn, l.unit, func(p *P) *float64 { return &l.of(p).Warn }),
			limitSetting(l.name+"-fail", l.kind, l.fail, l.unit, func(p *P) *float64 { return &l.of(p).Fail }))
	}
	return append(list,
		Setting[P]{Name: "dead", Kind: "DURATION", Live: true, Doc: "time without an answer after which a broker is shown as dead, 1s to 1h",
			Read:  func(p *P) string { return pacing.FormatDuration(p.Dead) },
			Write: func(p *P, text string) error { return readDuration(&p.Dead, text, deadMin, deadMax) }},
		Setting[P]{Name: "behind", Kind: "WORD", Live: true, Words: []string{behindFails, behindAllowed}, Doc: "whether a run fails when a producer group falls behind its schedule",
			Read: func(p *P) string {
				if p.BehindAllowed {
					return behindAllowed
				}
				return behindFails
			},
			Write: func(p *P, text string) error {
				if text != behindFails && text != behindAllowed {
					return fmt.Errorf("%q is neither %s nor %s", text, behindFails, behindAllowed)
				}
				p.BehindAllowed = text == behindAllowed
				return nil
			}},
		Setting[P]{Name: "protected", Kind: "WORD", Live: true, Words: []string{"on", "off"},
			Doc:   "for a cluster that others depend on: no chaos, a bounded rate, and every command that destroys or disturbs asks first",
			Read:  func(p *P) string { return writeSwitch(p.Protected) },
			Write: func(p *P, text string) error { return readSwitch(&p.Protected, text) }},
		Setting[P]{Name: "protected-rate", Kind: "RATE", Live: true, Words: []string{"max"},
			Doc:  "on a protected cluster, the most messages per second of all producer groups together",
			Read: func(p *P) string { return p.ProtectedRate.String() },
			Write: func(p *P, text string) error {
				rate, err := pacing.ParseRate(text)
				if err == nil && rate <= 0 {
					err = fmt.Errorf("%q is not a rate above 0", text)
				}
				if err == nil {
					p.ProtectedRate = rate
				}
				return err
			}},
		Setting[P]{Name: "engine", Kind: "WORD", Words: texts([]broker.Engine{broker.ClientEngine, broker.WireEngine}),
			Doc:  "engine of groups that choose none: client is the Go client, wire is pulsh's own; running groups follow at their next rebuild or start",
			Read: func(p *P) string { return string(cmp.Or(p.Engine, broker.ClientEngine)) },
			Write: func(p *P, text string) error {
				if text == string(broker.SessionEngine) {
					return fmt.Errorf("%q is not an engine of a session (%s, %s)", text, broker.ClientEngine, broker.WireEngine)
				}
				return p.Engine.UnmarshalText([]byte(text))
			}})
}

// limitSetting returns the setting of a limit in a unit, or off.
func limitSetting(name, kind, doc string, unit Unit, of func(*Preferences) *float64) Setting[Preferences] {
	return Setting[Preferences]{Name: name, Kind: kind, Live: true, Words: []string{off}, Doc: doc,
		Read: func(p *Preferences) string {
			if v := *of(p); v > 0 {
				return unit.Format(v)
			}
			return off
		},
		Write: func(p *Preferences, text string) error {
			v, err := 0.0, error(nil)
			if text != off {
				v, err = unit.Parse(text)
			}
			switch {
			case err != nil:
				return err
			case text != off && !(v > 0 && v < math.MaxInt64):
				return fmt.Errorf("%q is not a limit: more than 0, or off", text)
			}
			*of(p) = v
			return nil
		}}
}

// Check refuses limits that contradict each other. The error is a sentence.
func (p Preferences) Check() error {
	for _, s := range []struct {
		name  string
		of    Limits
		unit  Unit
		under bool
	}{
		{"rate", p.Rate, Percent, true}, {"p99", p.P99, Nanoseconds, false}, {"backlog", p.Backlog, Count, false},
		{"cpu", p.CPU, Percent, false}, {"memory", p.Memory, Bytes, false},
	} {
		if s.of.Warn <= 0 || s.of.Fail <= 0 {
			continue
		}
		if s.under && s.of.Warn < s.of.Fail || !s.under && s.of.Warn > s.of.Fail {
			return fmt.Errorf("%s-warn=%s has no effect with %s-fail=%s", s.name, s.unit.Format(s.of.Warn), s.name, s.unit.Format(s.of.Fail))
		}
	}
	return nil
}

// Preference is one preference as text, as a profile contains it.
type Preference struct{ Name, Value string }

// Entries lists all preferences as text, in the order of PreferenceSettings.
func (p Preferences) Entries() []Preference {
	var out []Preference
	for _, s := range PreferenceSettings() {
		out = append(out, Preference{s.Name, s.Get(&p)})
	}
	return out
}

// Apply returns p with the entries applied. It ignores unknown names: a
// profile's keys are checked when it is read. The error is a sentence.
func (p Preferences) Apply(said []Preference) (Preferences, error) {
	for _, one := range said {
		s, ok := FindSetting(PreferenceSettings(), one.Name)
		if !ok {
			continue // the keys of a profile are checked when it is read
		}
		if err := s.Set(&p, one.Value); err != nil {
			return p, err
		}
	}
	return p, p.Check()
}
