package start

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"

	"pulsh/commands/host"
	"pulsh/session/broker"
	"pulsh/session/clientconf"
	"pulsh/session/profile"
)

// settled is what all places together say.
type settled struct {
	target broker.Target
	facts  []host.Fact
	notes  []string // what is said and not used
}

// settle reads the profile and the client.conf, and joins them with the command
// line and the environment.
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
		s.target, s.notes = broker.Target{}, nil // the server that is started here says where it is
		s.facts = localFacts(broker.Target{URL: "the Pulsar on this machine"})
	}
	s.facts = append(s.facts,
		host.Fact{Name: "profile", Value: o.Profile.Value, From: o.Profile.From},
		host.Fact{Name: "client.conf", Value: file.Value, From: file.From})
	s.facts = append(s.facts, runtimeFacts(env)...)
	return s, nil
}

// localFacts describe the Pulsar that --local has started.
func localFacts(t broker.Target) []host.Fact {
	admin := host.Fact{Name: host.FactAdmin, Value: t.AdminURL}
	if admin.Value != "" { // known once the server runs
		admin.From = "--local"
	}
	return []host.Fact{{Name: host.FactURL, Value: t.URL, From: "--local"}, admin, {Name: host.FactToken}, {Name: host.FactTrust}}
}

// factsNow are what pulsh was started with, and since then found out about it.
func (p *program) factsNow() []host.Fact {
	t, connected := p.session.Target()
	if !p.Local || !connected {
		return p.facts
	}
	return append(localFacts(t), slices.DeleteFunc(slices.Clone(p.facts), host.Fact.OfConnection)...)
}

// profileLevel is what a profile says about the cluster.
func profileLevel(p profile.Profile, library profile.Library) Level {
	said := func(key, value string) Said {
		if value == "" {
			return Said{}
		}
		from := "profile " + p.Name
		if place := library.Place(p.Name, "connection."+key); place != "" {
			from += ", " + place
		}
		return Said{value, from}
	}
	c := p.Connection
	return Level{
		URL: said("url", c.URL), AdminURL: said("admin_url", c.AdminURL), TokenFile: said("token_file", c.TokenFile),
		TokenEnv: said("token_env", c.TokenEnv), TrustFile: said("trust_certs", c.TrustFile), TLSCheck: said("tls_check", string(c.TLSCheck)),
	}
}

// confLevel is what a client.conf says about the cluster. The one that was named
// must be there; that of PULSAR_HOME may be missing.
func (o Options) confLevel() (file Said, l Level, notes []string, err error) {
	file = o.ClientConf
	if file.Value == "" && o.PulsarHome != "" {
		file = Said{filepath.Join(o.PulsarHome, "conf", "client.conf"), envPulsarHome}
	}
	if file.Value == "" {
		return Said{}, l, nil, nil
	}
	text, err := os.ReadFile(file.Value)
	if errors.Is(err, fs.ErrNotExist) && file.From == envPulsarHome {
		return Said{}, l, nil, nil
	}
	if err != nil {
		return file, l, nil, fmt.Errorf("%s: %s cannot be read: %w", file.From, file.Value, errors.Unwrap(err))
	}
	c, err := clientconf.Parse(string(text), file.Value)
	if err != nil {
		return file, l, nil, fmt.Errorf("%s: %w", file.From, err)
	}
	said := func(v clientconf.Value) Said {
		if v.Text == "" {
			return Said{}
		}
		return Said{v.Text, fmt.Sprintf("%s:%d", file.Value, v.Line)}
	}
	l = Level{URL: said(c.URL), AdminURL: said(c.AdminURL), TokenFile: said(c.TokenFile), TrustFile: said(c.TrustFile),
		TLSCheck: said(clientconf.Value{Text: string(c.TLSCheck), Line: c.TLSCheckLine}), Token: c.Token}
	if c.Token.Held() {
		l.TokenFrom = fmt.Sprintf("%s:%d", file.Value, c.TokenLine)
	}
	return file, l, c.Notes, nil
}

// gcPercent trades memory for time: measured, a collection at four times the
// live heap instead of twice costs a tenth less CPU per message.
const gcPercent = 400

// tuneRuntime leaves alone what the user has set.
func tuneRuntime(env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
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

// runtimeFacts are what Go's runtime is told in the environment.
func runtimeFacts(env func(string) string) []host.Fact {
	said := func(name, otherwise, from string) host.Fact {
		if v := env(name); v != "" {
			return host.Fact{Name: name, Value: v, From: name}
		}
		return host.Fact{Name: name, Value: otherwise, From: from}
	}
	return []host.Fact{
		said("GOMAXPROCS", strconv.Itoa(runtime.GOMAXPROCS(0)), "the cores that pulsh may use"),
		said("GOGC", strconv.Itoa(gcPercent), ""),
		said("GOMEMLIMIT", "", ""),
	}
}
