package start

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"

	"pulsh/commands/host"
	"pulsh/session/broker"
	"pulsh/session/clientconf"
	"pulsh/session/input"
	"pulsh/session/metrics"
	"pulsh/session/profile"
)

// settled is the connection of all sources together.
type settled struct {
	target broker.Target
	facts  []host.Fact
	notes  []string // about settings that are ignored
}

// settle combines the command line, the environment, the profile and the client.conf.
func settle(o Options, library profile.Library, env func(string) string) (settled, error) {
	var profile, conf Level
	s := settled{}
	if o.Profile.Value != "" {
		p, err := library.Load(o.Profile.Value)
		if err != nil {
			return s, fmt.Errorf("%s: %w", o.Profile.From, err)
		}
		profile = profileLevel(p, library)
	}
	file, conf, notes, err := o.confLevel()
	if err != nil {
		return s, err
	}
	var passed []string
	s.target, s.facts, passed = combine(o.Flags, o.Environment, profile, conf)
	s.notes = append(notes, passed...)
	if o.Local {
		s.target, s.notes = broker.Target{Tuning: s.target.Tuning}, nil // the rest is known once the server runs
		s.facts = append(localFacts(broker.Target{URL: "the local Pulsar"}, "--local"), tuned(s.facts)...)
	}
	if o.Embedded {
		s.target, s.notes = broker.Target{Tuning: s.target.Tuning}, nil // likewise
		s.facts = append(localFacts(broker.Target{URL: "the embedded broker"}, "--embedded"), tuned(s.facts)...)
	}
	s.facts = append(s.facts,
		host.Fact{Name: "profile", Value: o.Profile.Value, From: o.Profile.From},
		host.Fact{Name: "client.conf", Value: file.Value, From: file.From})
	s.facts = append(s.facts, runtimeFacts(env)...)
	return s, nil
}

// localFacts describes the Pulsar of --local or --embedded.
func localFacts(t broker.Target, from string) []host.Fact {
	admin := host.Fact{Name: host.FactAdmin, Value: t.AdminURL}
	if admin.Value != "" { // known once the server runs
		admin.From = from
	}
	return []host.Fact{{Name: host.FactURL, Value: t.URL, From: from}, admin, {Name: host.FactLogin}, {Name: host.FactTrust}}
}

// factsNow returns the settings that pulsh was started with, with the URLs of a local
// Pulsar once it runs.
func (p *program) factsNow() []host.Fact {
	t, connected := p.session.Target()
	if !p.Local && !p.Embedded || !connected {
		return p.facts
	}
	from := "--local"
	if p.Embedded {
		from = "--embedded"
	}
	return slices.Concat(localFacts(t, from), tuned(p.facts), slices.DeleteFunc(slices.Clone(p.facts), host.Fact.OfConnection))
}

// profileLevel returns the connection of a profile.
func profileLevel(p profile.Profile, library profile.Library) Level {
	set := func(key, value string) Setting {
		if value == "" {
			return Setting{}
		}
		from := "profile " + p.Name
		if place := library.Place(p.Name, "connection."+key); place != "" {
			from += ", " + place
		}
		return Setting{value, from}
	}
	c := p.Connection
	l := Level{
		URL: set("url", c.URL), AdminURL: set("admin_url", c.AdminURL), TokenFile: set("token_file", c.TokenFile),
		TokenEnv: set("token_env", c.TokenEnv), TrustFile: set("trust_certs", c.TrustFile), TLSCheck: set("tls_check", string(c.TLSCheck)),
	}
	for _, f := range broker.LoginFields() {
		setField(&l.Login, f.Name, set(f.Name, *f.Field(&c.Login)))
	}
	for _, f := range broker.TuningFields() {
		setField(&l.Tuning, f.Name, set(f.Name, f.Read(c.Tuning)))
	}
	return l
}

// confLevel returns the connection of a client.conf. Only that of PULSAR_HOME may be
// missing.
func (o Options) confLevel() (file Setting, l Level, notes []string, err error) {
	file = o.ClientConf
	if file.Value == "" && o.PulsarHome != "" {
		file = Setting{filepath.Join(o.PulsarHome, "conf", "client.conf"), envPulsarHome}
	}
	if file.Value == "" {
		return Setting{}, l, nil, nil
	}
	text, err := input.Read(file.Value, input.ConfigMax)
	if errors.Is(err, fs.ErrNotExist) && file.From == envPulsarHome {
		return Setting{}, l, nil, nil
	}
	if err != nil {
		return file, l, nil, fmt.Errorf("%s: cannot read %s: %w", file.From, file.Value, err)
	}
	c, err := clientconf.Parse(text, file.Value)
	if err != nil {
		return file, l, nil, fmt.Errorf("%s: %w", file.From, err)
	}
	set := func(v clientconf.Value) Setting {
		if v.Text == "" {
			return Setting{}
		}
		return Setting{v.Text, fmt.Sprintf("%s:%d", file.Value, v.Line)}
	}
	l = Level{URL: set(c.URL), AdminURL: set(c.AdminURL), TokenFile: set(c.TokenFile), TrustFile: set(c.TrustFile),
		TLSCheck: set(clientconf.Value{Text: string(c.TLSCheck), Line: c.TLSCheckLine}), Token: c.Token}
	for _, f := range broker.LoginFields() {
		setField(&l.Login, f.Name, set(c.Login[f.Name]))
	}
	for _, f := range broker.TuningFields() {
		setField(&l.Tuning, f.Name, set(c.Tuning[f.Name]))
	}
	// authParams has one line for whichever secret it holds.
	at := fmt.Sprintf("%s:%d", file.Value, c.SecretLine)
	l.Password, l.OAuth = c.Password, c.OAuth
	if c.Token.Held() {
		l.TokenFrom = at
	}
	if c.Password.Held() {
		l.PasswordFrom = at
	}
	if c.OAuth.Held() {
		l.OAuthFrom = at
	}
	return file, l, c.Notes, nil
}

// gcPercent trades memory for CPU: with the heap growing to five times its live size
// instead of twice, a message costs a tenth less CPU (measured).
const gcPercent = 400

// memoryShare is the part of the memory that the process may use above which the
// garbage collector works harder: the rest is for what is not on the heap.
const memoryShare = 0.75

// tuneRuntime sets gcPercent unless the user has set GOGC, and a soft limit of the
// heap unless the user has set GOMEMLIMIT: a container that is full is killed.
func tuneRuntime(env func(string) string) {
	if env("GOGC") == "" {
		metrics.TuneGC(gcPercent)
	}
	if env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(memoryShare * float64(metrics.MemoryLimit())))
	}
}

// shareCores lets the screen have a thread beside those that a load keeps busy:
// the system's scheduler gives it a turn sooner than Go's does. Measured under
// 50k messages a second on two cores, the p99 of a key's echo fell from 80 to
// 35 ms. A run without a prompt has no use for it.
func shareCores(env func(string) string) {
	if env("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
}

// runtimeFacts returns the settings of the Go runtime.
func runtimeFacts(env func(string) string) []host.Fact {
	set := func(name, otherwise, from string) host.Fact {
		if v := env(name); v != "" {
			return host.Fact{Name: name, Value: v, From: name}
		}
		return host.Fact{Name: name, Value: otherwise, From: from}
	}
	return []host.Fact{
		set("GOMAXPROCS", strconv.Itoa(runtime.GOMAXPROCS(0)), "available cores"),
		set("GOGC", strconv.Itoa(gcPercent), ""),
		set("GOMEMLIMIT", "", ""),
	}
}
